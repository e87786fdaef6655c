#pragma once

#include <utility>
#include <vector>

#include "train/autodiff.h"

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
    ggml_tensor* input(const void* data) const {
        for (const auto& [tensor, from] : inputs) {
            if (from == data) {
                return tensor;
            }
        }
        return nullptr;
    }
};

}  // namespace ai_artist
