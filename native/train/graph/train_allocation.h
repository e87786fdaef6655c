#pragma once

#include <memory>

#include "ggml-alloc.h"
#include "ggml-backend.h"
#include "train/graph/train_graph.h"

namespace ai_artist {

struct FreeBackendBuffer {
    void operator()(ggml_backend_buffer_t buffer) const { ggml_backend_buffer_free(buffer); }
};
using BackendBuffer = std::unique_ptr<ggml_backend_buffer, FreeBackendBuffer>;

struct FreeGraphAllocator {
    void operator()(ggml_gallocr_t allocator) const { ggml_gallocr_free(allocator); }
};
using GraphAllocator = std::unique_ptr<ggml_gallocr, FreeGraphAllocator>;

// Bytes for the tensors that a graph keeps from step to step.
size_t kept_bytes(ggml_backend_t backend, const TrainGraph& graph);

// A train graph with its memory on one backend: made once per shape of batch, run for each micro-batch.
class TrainAllocation {
public:
    // Checks that the backend has every operation and allocates. Weights, parameters and gradients have their memory already.
    // Throws EngineError ERR_UNSUPPORTED, ERR_OUT_OF_MEMORY; ERR_INTERNAL if a weight that is to be cached has no memory.
    TrainAllocation(ggml_backend_t backend, TrainGraph graph);

    const TrainGraph& graph() const { return graph_; }
    size_t compute_bytes() const;
    size_t cached_bytes() const;

    // Runs one step. Upload the graph's inputs before each call, because a step reuses their memory.
    // The first call also transposes the cached weights, which must be loaded by then and must not change later.
    // GGML_STATUS_ABORTED if the backend's abort callback asked for it, GGML_STATUS_FAILED on a failure that the backend logged.
    ggml_status compute();

private:
    ggml_status fill_cache();

    ggml_backend_t backend_;
    TrainGraph graph_;
    BackendBuffer kept_;  // cached weights and constants
    GraphAllocator allocator_;
    bool cache_filled_ = false;
};

}  // namespace ai_artist
