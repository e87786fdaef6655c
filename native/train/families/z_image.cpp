#include "train/families/family.h"
#include "train/families/graph_probe.h"
// after ggml_extend.hpp
#include "model/diffusion/z_image.hpp"

namespace ai_artist {
namespace {

class ZImageFamily final : public Family {
public:
    explicit ZImageFamily(const FamilyRequest& request)
        : runner_(request.backend, *request.tensors, network_prefix, request.version, request.manager) {}

    ForwardGraph build(const ModelInputs& in) override {
        return runner_.build([&] { return runner_.build_graph(in.x, in.timesteps, in.context); },
                             {in.x.data(), in.timesteps.data(), in.context.data()});
    }

    void set_adapter(std::shared_ptr<WeightAdapter> adapter) override { runner_.set_weight_adapter(adapter); }

    std::map<std::string, ggml_tensor*> weights() override {
        std::map<std::string, ggml_tensor*> tensors;
        runner_.get_param_tensors(tensors, network_prefix);
        return tensors;
    }

    // The network's time runs from noise (0) to picture (1000).
    float timestep(float sigma) const override { return 1000.f - sigma * 1000.f; }
    int64_t context_width() const override { return runner_.config.cap_feat_dim; }
    int64_t latent_channels() const override { return runner_.config.in_channels; }

private:
    GraphProbe<ZImage::ZImageRunner> runner_;
};

}  // namespace

std::unique_ptr<Family> make_z_image(const FamilyRequest& request) { return std::make_unique<ZImageFamily>(request); }

}  // namespace ai_artist
