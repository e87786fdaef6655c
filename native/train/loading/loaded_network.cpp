#include "train/loading/loaded_network.h"

#include "core/ggml_extend.hpp"
#include "core/util.h"
#include "engine/engine_error.h"
#include "train/network/adapter.h"

namespace ai_artist {
namespace {

// Sets the family's adapter while a graph is built, and removes it even if building throws.
class AdapterScope {
public:
    AdapterScope(Family& family, std::shared_ptr<WeightAdapter> adapter) : family_(family) { family_.set_adapter(std::move(adapter)); }
    ~AdapterScope() { family_.set_adapter(nullptr); }
    AdapterScope(const AdapterScope&) = delete;
    AdapterScope& operator=(const AdapterScope&) = delete;

private:
    Family& family_;
};

}  // namespace

void LoadedNetwork::describe(const FamilyTraits& traits) {
    info_.family = traits.family;
    info_.engine_family = traits.engine_family;
    info_.latent_channels = family_->latent_channels();
    info_.size_multiple = traits.size_multiple;
    info_.max_batch = traits.max_batch;
    info_.context_width = family_->context_width();
    info_.vector_width = family_->vector_width();
    info_.size_conditions = sd_version_is_sdxl(version_);
    info_.objective = traits.flow ? Objective::flow : Objective::eps;
    info_.device = ggml_backend_name(backend_);
    int64_t largest = 0;
    for (const auto& [name, tensor] : family_->weights()) {
        if (ggml_n_dims(tensor) == 2 && ggml_nelements(tensor) > largest) {
            largest = ggml_nelements(tensor);
            info_.weight_type = ggml_type_name(tensor->type);
        }
    }
}

ModelInputs LoadedNetwork::inputs(int64_t width, int64_t height, int64_t items, int64_t tokens) {
    ModelInputs in;
    in.x = sd::Tensor<float>({width, height, info_.latent_channels, items});
    in.timesteps = sd::Tensor<float>({items});
    in.context = sd::Tensor<float>({info_.context_width, tokens, items});
    if (info_.vector_width > 0) {
        in.vector = sd::Tensor<float>({info_.vector_width, items});
    }
    if (family_->guidance() >= 0) {
        in.guidance = sd::full<float>({1}, family_->guidance());
    }
    return in;
}

std::vector<AdaptableLayer> LoadedNetwork::layers() {
    const auto recorder = std::make_shared<LayerRecorder>(false);
    build(inputs(8, 8, 1, 8), recorder);
    return recorder->layers();
}

ForwardGraph LoadedNetwork::build(const ModelInputs& inputs, std::shared_ptr<WeightAdapter> adapter) {
    const AdapterScope scope(*family_, std::move(adapter));
    return family_->build(inputs);
}

void compute_graph(TrainAllocation& allocation, ggml_backend_t backend, int threads) {
    if (sd_should_abort()) {
        throw Aborted();
    }
    if (sd_backend_is_cpu(backend)) {
        // This also gives the backend the abort callback.
        sd_backend_cpu_set_n_threads(backend, threads);
    }
    const ggml_status status = allocation.compute();
    if (status == GGML_STATUS_ABORTED || sd_should_abort()) {
        throw Aborted();
    }
    if (status == GGML_STATUS_ALLOC_FAILED) {
        throw EngineError("ERR_OUT_OF_MEMORY", "Not enough memory on the device for this step");
    }
    if (status != GGML_STATUS_SUCCESS) {
        throw EngineError("ERR_INTERNAL", "The device could not compute the graph");
    }
}

std::vector<float> LoadedNetwork::forward(const ModelInputs& inputs, std::shared_ptr<WeightAdapter> adapter) {
    ForwardGraph forward = build(inputs, std::move(adapter));
    forward.flag();
    TrainGraph graph;
    graph.graph = forward.graph;
    TrainAllocation allocation(backend_, std::move(graph));
    forward.upload();
    compute(allocation);
    return values_of(forward.output);
}

}  // namespace ai_artist
