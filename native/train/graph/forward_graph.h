#pragma once

#include <utility>
#include <vector>

#include "train/graph/train_graph.h"

namespace ai_artist {

// A forward graph that is built, but neither allocated nor run. It owns its tensors, except for weights and parameters.
struct ForwardGraph {
    GgmlContext context;
    ggml_cgraph* graph = nullptr;
    ggml_tensor* output = nullptr;
    // Leaves with the memory they are filled from before each run; the caller of the builder owns that memory.
    std::vector<std::pair<ggml_tensor*, const void*>> inputs;
    // Leaves with values that the runner computed for this size (positions, masks).
    std::vector<Constant> constants;

    // The leaf that is filled from `data`; nullptr if the graph does not read it.
    ggml_tensor* input(const void* data) const;
    // Marks the leaves as inputs and the result as output for the allocator.
    void flag() const;
    // Fills inputs and constants. Call it before each run of the allocated graph.
    void upload() const;
};

// Copies `data` to a leaf. Does nothing for a leaf without memory, which the graph does not read.
void set_leaf(ggml_tensor* tensor, const void* data);
// All values of an F32 tensor.
std::vector<float> values_of(const ggml_tensor* tensor);

}  // namespace ai_artist
