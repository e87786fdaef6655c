#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "ggml-backend.h"
#include "ggml.h"

namespace ai_artist {

// A leaf whose gradient is wanted: a parameter, or an input such as a text context. Both tensors are F32 and of one shape.
// `gradient` lies outside the graph's allocator: it has memory of its own before the graph is allocated.
struct TrainableTensor {
    ggml_tensor* value = nullptr;
    ggml_tensor* gradient = nullptr;
};

// Which forward values backward computes again instead of keeping. The gradients are the same, bit for bit.
enum class Checkpointing {
    none,    // keep all
    blocks,  // keep what crosses the engine's own borders: a block of a UNet, a layer of a transformer
    fine,    // keep what crosses those or a residual addition
};

struct AutodiffOptions {
    Checkpointing checkpointing = Checkpointing::none;
    // Asked which fused backward operations it has; nullptr: only operations that every backend has are used.
    ggml_backend_t backend = nullptr;
    // Gradient of the loss: the loss scale.
    float seed = 1.f;
    // Softmax attention whose scores take more than this runs in chunks of so many bytes, in forward and in backward, and no chunk's
    // scores outlive it; 0: never. The result is the same, bit for bit where a chunk holds whole heads; else up to the order in which keys'
    // and values' gradients are summed.
    size_t attention_bytes = 0;
    // Bytes that transposed copies of frozen weights may take; they are made once instead of in each step. 0: none. On a CPU F32 matrices
    // need none, only convolutions' kernels and matrices of other types.
    size_t weight_cache_bytes = 0;
};

struct FreeGgmlContext {
    void operator()(ggml_context* context) const { ggml_free(context); }
};
using GgmlContext = std::unique_ptr<ggml_context, FreeGgmlContext>;

// A tensor whose content is known when the graph is built.
struct Constant {
    ggml_tensor* tensor = nullptr;
    std::vector<uint8_t> bytes;
};

// The forward graph, its backward and what writes each gradient, as one graph. TrainAllocation gives it memory and runs it.
// Owns the tensors that were added; the forward graph's own must live as long. If attention was cut into chunks, so was the forward
// graph's, which may then be used on its own only as long as this lives.
struct TrainGraph {
    std::vector<GgmlContext> contexts;
    ggml_cgraph* graph = nullptr;
    ggml_cgraph* prologue = nullptr;      // computes `cached` from frozen weights; nullptr if there are none
    std::vector<ggml_tensor*> cached;     // transposed weights, kept from step to step
    std::vector<Constant> constants;      // kept from step to step
    std::vector<ggml_tensor*> gradients;  // of the trainable tensors, in their order
    int segments = 1;                     // of forward, 1 without checkpointing
    int recomputed = 0;                   // nodes of forward that backward computes again
};

}  // namespace ai_artist
