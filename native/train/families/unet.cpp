#include "train/families/family.h"
#include "train/families/graph_probe.h"
// after ggml_extend.hpp
#include "core/conv_2d_kernels.h"
#include "model/diffusion/unet.hpp"

namespace ai_artist {
namespace {

class UnetFamily final : public Family {
public:
    explicit UnetFamily(const FamilyRequest& request)
        : runner_(request.backend, *request.tensors, network_prefix, request.version, request.manager), version_(request.version) {
        runner_.set_conv2d_direct_enabled(sd_backend_has_conv_2d_kernels(request.backend));
    }

    ForwardGraph build(const ModelInputs& in) override {
        return runner_.build([&] { return runner_.build_graph(in.x, in.timesteps, in.context, {}, in.vector); },
                             {in.x.data(), in.timesteps.data(), in.context.data(), in.vector.data()});
    }

    void set_adapter(std::shared_ptr<WeightAdapter> adapter) override { runner_.set_weight_adapter(adapter); }

    std::map<std::string, ggml_tensor*> weights() override {
        std::map<std::string, ggml_tensor*> tensors;
        runner_.get_param_tensors(tensors, network_prefix);
        return tensors;
    }

    int64_t context_width() const override { return runner_.config.context_dim; }
    int64_t vector_width() const override { return sd_version_is_sdxl(version_) ? runner_.config.adm_in_channels : 0; }
    int64_t latent_channels() const override { return runner_.config.in_channels; }

private:
    GraphProbe<UNetModelRunner> runner_;
    const SDVersion version_;
};

}  // namespace

std::unique_ptr<Family> make_unet(const FamilyRequest& request) { return std::make_unique<UnetFamily>(request); }

}  // namespace ai_artist
