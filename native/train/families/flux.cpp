#include "engine/engine_error.h"
#include "train/families/family.h"
#include "train/families/graph_probe.h"
// after ggml_extend.hpp
#include "model/diffusion/flux.hpp"

namespace ai_artist {
namespace {

class FluxFamily final : public Family {
public:
    explicit FluxFamily(const FamilyRequest& request)
        : runner_(request.backend, *request.tensors, network_prefix, request.version, false, request.manager) {
        if (runner_.config.is_chroma) {
            throw EngineError("ERR_UNSUPPORTED", "A Chroma model cannot be trained; train a Flux model");
        }
    }

    ForwardGraph build(const ModelInputs& in) override {
        // The runner copies the guidance into its own member, so the leaf becomes a constant. Guidance never changes.
        return runner_.build([&] { return runner_.build_graph(in.x, in.timesteps, in.context, {}, in.vector, in.guidance); },
                             {in.x.data(), in.timesteps.data(), in.context.data(), in.vector.data()});
    }

    void set_adapter(std::shared_ptr<WeightAdapter> adapter) override { runner_.set_weight_adapter(adapter); }

    std::map<std::string, ggml_tensor*> weights() override {
        std::map<std::string, ggml_tensor*> tensors;
        runner_.get_param_tensors(tensors, network_prefix);
        return tensors;
    }

    // Guidance-distilled models are trained without extra guidance, as the published recipes for Flux dev do.
    float guidance() const override { return runner_.config.guidance_embed ? 1.f : -1.f; }
    int64_t context_width() const override { return runner_.config.context_in_dim; }
    int64_t vector_width() const override { return runner_.config.vec_in_dim; }
    int64_t latent_channels() const override {
        return runner_.config.in_channels / (static_cast<int64_t>(runner_.config.patch_size) * runner_.config.patch_size);
    }

private:
    GraphProbe<Flux::FluxRunner> runner_;
};

}  // namespace

std::unique_ptr<Family> make_flux(const FamilyRequest& request) { return std::make_unique<FluxFamily>(request); }

}  // namespace ai_artist
