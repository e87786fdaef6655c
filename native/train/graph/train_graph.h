#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "ggml-backend.h"
#include "ggml.h"

namespace ai_artist {

// A leaf whose gradient is computed: a parameter, or an input such as a text context. Both tensors are F32 and have the same shape.
// `gradient` must have memory of its own before the graph is allocated.
struct TrainableTensor {
    ggml_tensor* value = nullptr;
    ggml_tensor* gradient = nullptr;
};

// Which forward values the backward pass computes again instead of keeping them. The gradients are the same, bit for bit.
enum class Checkpointing {
    none,    // keep all
    blocks,  // keep what crosses the engine's own borders: a block of a UNet, a layer of a transformer
    fine,    // keep what crosses those borders or a residual addition
};

struct AutodiffOptions {
    Checkpointing checkpointing = Checkpointing::none;
    // Decides which fused backward operations are used; nullptr: only operations that every backend has.
    ggml_backend_t backend = nullptr;
    // Gradient of the loss: the loss scale.
    float seed = 1.f;
    // Softmax attention whose scores take more bytes than this runs in chunks of this size, in both passes, and frees each chunk's scores
    // before the next; 0: never. The result is the same bit for bit if a chunk holds whole heads; else the gradients of keys and values are
    // summed in another order.
    size_t attention_bytes = 0;
    // The most bytes for transposed copies of frozen weights, which are made once instead of in each step; 0: no copies. On a CPU only
    // convolution kernels and matrices of other types than F32 need copies.
    size_t weight_cache_bytes = 0;
};

struct FreeGgmlContext {
    void operator()(ggml_context* context) const { ggml_free(context); }
};
using GgmlContext = std::unique_ptr<ggml_context, FreeGgmlContext>;

// A tensor whose contents are known when the graph is built.
struct Constant {
    ggml_tensor* tensor = nullptr;
    std::vector<uint8_t> bytes;
};

// Forward pass, backward pass and the writes of all gradients as one graph. TrainAllocation gives it memory and runs it.
// Owns the tensors that were added; the forward graph must live as long. If attention was cut into chunks, the forward graph uses them too
// and is valid only while this lives.
struct TrainGraph {
    std::vector<GgmlContext> contexts;
    ggml_cgraph* graph = nullptr;
    ggml_cgraph* prologue = nullptr;      // computes `cached` from frozen weights; nullptr if there are none
    std::vector<ggml_tensor*> cached;     // transposed weights, kept from step to step
    std::vector<Constant> constants;      // kept from step to step
    std::vector<ggml_tensor*> gradients;  // of the trainable tensors, in their order
    int segments = 1;                     // of the forward pass; 1 without checkpointing
    int recomputed = 0;                   // forward nodes that the backward pass computes again
};

}  // namespace ai_artist
