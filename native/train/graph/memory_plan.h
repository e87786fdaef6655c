#pragma once

#include <string>
#include <vector>

#include "train/graph/train_graph.h"

namespace ai_artist {

struct MemoryPlan {
    size_t compute_bytes = 0;  // one step's intermediate values
    size_t cached_bytes = 0;   // transposed weights and constants, kept from step to step
    size_t nodes = 0;
    std::vector<std::string> unsupported;  // operations, with shapes, that the backend refuses; each once
};

// The memory that a step would take on the backend. Nothing is allocated. Leaves count only if ggml_set_input flagged them: the others are
// weights, parameters and gradients, which get memory elsewhere.
MemoryPlan plan_memory(ggml_backend_t backend, const TrainGraph& graph);

// The same for a plain graph, such as forward alone.
MemoryPlan plan_memory(ggml_backend_t backend, ggml_cgraph* graph);

}  // namespace ai_artist
