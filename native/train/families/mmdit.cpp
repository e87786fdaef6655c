#include "train/families/family.h"
#include "train/families/graph_probe.h"
// mmdit.hpp uses dit.hpp without including it
#include "model/diffusion/dit.hpp"
#include "model/diffusion/model.hpp"
// after both
#include "model/diffusion/mmdit.hpp"

namespace ai_artist {
namespace {

class MmditFamily final : public Family {
public:
    explicit MmditFamily(const FamilyRequest& request) : runner_(request.backend, *request.tensors, network_prefix, request.manager) {}

    ForwardGraph build(const ModelInputs& in) override {
        return runner_.build([&] { return runner_.build_graph(in.x, in.timesteps, in.context, in.vector); },
                             {in.x.data(), in.timesteps.data(), in.context.data(), in.vector.data()});
    }

    void set_adapter(std::shared_ptr<WeightAdapter> adapter) override { runner_.set_weight_adapter(adapter); }

    std::map<std::string, ggml_tensor*> weights() override {
        std::map<std::string, ggml_tensor*> tensors;
        runner_.get_param_tensors(tensors, network_prefix);
        return tensors;
    }

    float timestep(float sigma) const override { return sigma * 1000.f; }
    int64_t context_width() const override { return runner_.config.context_size; }
    int64_t vector_width() const override { return runner_.config.adm_in_channels; }
    int64_t latent_channels() const override { return runner_.config.in_channels; }

private:
    GraphProbe<MMDiTRunner> runner_;
};

}  // namespace

std::unique_ptr<Family> make_mmdit(const FamilyRequest& request) { return std::make_unique<MmditFamily>(request); }

}  // namespace ai_artist
