#pragma once

#include <memory>
#include <vector>

#include "train/families/family.h"
#include "train/graph/train_allocation.h"
#include "train/network/network.h"

namespace ai_artist {

// Runs a graph once, checking the engine's abort callback. Throws Aborted, EngineError ERR_OUT_OF_MEMORY, ERR_INTERNAL.
void compute_graph(TrainAllocation& allocation, ggml_backend_t backend, int threads);

// A family's diffusion network with its weights on a device: the part of a model that a training step runs.
class LoadedNetwork {
public:
    virtual ~LoadedNetwork() = default;
    LoadedNetwork(const LoadedNetwork&) = delete;
    LoadedNetwork& operator=(const LoadedNetwork&) = delete;

    Family& family() { return *family_; }
    const FamilyInfo& info() const { return info_; }
    SDVersion version() const { return version_; }
    ggml_backend_t backend() const { return backend_; }
    int64_t typical_tokens() const { return find_family(version_)->tokens; }

    // Layers that an adapter can reach, in the order of the graph.
    std::vector<AdaptableLayer> layers();

    // Inputs of these sizes (latent pixels) with undefined values.
    ModelInputs inputs(int64_t width, int64_t height, int64_t items, int64_t tokens);

    // The forward graph with `adapter` (nullptr: none) in it.
    ForwardGraph build(const ModelInputs& inputs, std::shared_ptr<WeightAdapter> adapter);

    // Runs a graph once.
    void compute(TrainAllocation& allocation) { compute_graph(allocation, backend_, info_.threads); }

    // Builds, runs and frees the forward graph: the prediction [w,h,c,n].
    std::vector<float> forward(const ModelInputs& inputs, std::shared_ptr<WeightAdapter> adapter);

protected:
    LoadedNetwork() = default;
    // Fills the sizes and limits of info_ from the family.
    void describe(const FamilyTraits& traits);

    ggml_backend_t backend_ = nullptr;
    SDVersion version_ = VERSION_COUNT;
    std::unique_ptr<Family> family_;
    FamilyInfo info_;
};

}  // namespace ai_artist
