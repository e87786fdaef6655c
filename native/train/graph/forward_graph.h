#pragma once

#include <utility>
#include <vector>

#include "train/graph/train_graph.h"

namespace ai_artist {

// A forward graph that is built and neither allocated nor run. It owns its tensors; weights and parameters are leaves of other owners.
struct ForwardGraph {
    GgmlContext context;
    ggml_cgraph* graph = nullptr;
    ggml_tensor* output = nullptr;
    // Leaves with the memory they are filled from before each run; the memory belongs to whoever asked for the graph.
    std::vector<std::pair<ggml_tensor*, const void*>> inputs;
    // Leaves whose values the runner computed for this size (positions, masks).
    std::vector<Constant> constants;

    // The leaf that is filled from `data`; nullptr when the graph does not read it.
    ggml_tensor* input(const void* data) const;
    // Tells the allocator that its leaves are inputs and that the result is read.
    void flag() const;
    // Fills inputs and constants; once the graph is allocated, before each run.
    void upload() const;
};

// Copies `data` to a leaf that the allocator gave memory; one that the graph does not read in the end has none.
void set_leaf(ggml_tensor* tensor, const void* data);
// All values of an F32 tensor.
std::vector<float> values_of(const ggml_tensor* tensor);

}  // namespace ai_artist
