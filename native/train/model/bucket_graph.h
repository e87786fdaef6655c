#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "train/graph/memory_plan.h"
#include "train/loading/loaded_network.h"
#include "train/model/train_batch.h"
#include "train/network/adapter.h"

namespace ai_artist {

// Everything that changes the shape or the constants of a network's graph.
struct BucketKey {
    int64_t width = 0;  // latent pixels
    int64_t height = 0;
    int64_t items = 1;
    int64_t tokens = 0;  // of each item's context
    float huber = 0;
    bool backward = false;
    bool context_gradient = false;  // a text encoder is trained: the backward pass continues to the context and the vector

    bool operator==(const BucketKey& other) const {
        return width == other.width && height == other.height && items == other.items && tokens == other.tokens && huber == other.huber &&
               backward == other.backward && context_gradient == other.context_gradient;
    }
};

// Items of a batch that share a graph.
struct BucketItems {
    const TrainBatch* batch = nullptr;
    std::vector<size_t> items;  // positions in the batch
    float gradient_scale = 0;   // each item's loss is multiplied by it before the backward pass
};

// The network's graph for one shape of batch, with loss, backward pass and memory. Made once, run for each micro-batch.
class BucketGraph {
public:
    // Builds the graph without allocating device memory. `network` may be nullptr if nothing is trained.
    BucketGraph(LoadedNetwork& model, Network* network, const BucketKey& key, const AutodiffOptions& options);

    const BucketKey& key() const { return key_; }
    const ForwardGraph& forward() const { return forward_; }
    MemoryPlan plan() const { return plan_memory(model_.backend(), graph_); }
    size_t bytes() const { return allocation_ ? allocation_->compute_bytes() + allocation_->cached_bytes() : 0; }

    // Allocates on first use, uploads and computes. Adds the gradients to the network's. Returns the loss of each item.
    std::vector<float> run(const BucketItems& items);

    // Results of the last run: the prediction [w,h,c,n], and the gradients of the contexts and vectors.
    std::vector<float> prediction() const;
    std::vector<float> context_gradient() const;  // [width, tokens, n]
    std::vector<float> vector_gradient() const;   // [vector width, n]

private:
    void build(Network* network, const AutodiffOptions& options);
    void add_loss();
    void make_context_gradients(std::vector<TrainableTensor>& trainable);
    void upload(const BucketItems& items);
    void upload_masks(uint64_t seed, const std::vector<size_t>& items);

    LoadedNetwork& model_;
    const BucketKey key_;
    ModelInputs inputs_;
    const double dropout_;
    std::map<std::string, std::vector<DropoutMask>> masks_;
    GgmlContext loss_context_;
    ggml_tensor* target_ = nullptr;
    ggml_tensor* weight_ = nullptr;
    ggml_tensor* scale_ = nullptr;
    ggml_tensor* item_losses_ = nullptr;
    ggml_tensor* loss_ = nullptr;
    GgmlContext gradient_context_;
    BackendBuffer gradient_buffer_;
    ggml_tensor* context_gradient_ = nullptr;
    ggml_tensor* vector_gradient_ = nullptr;
    ForwardGraph forward_;
    TrainGraph graph_;  // until it is allocated
    std::optional<TrainAllocation> allocation_;
};

}  // namespace ai_artist
