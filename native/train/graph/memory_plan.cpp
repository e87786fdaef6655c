#include "train/graph/memory_plan.h"

#include <algorithm>

#include "ggml-alloc.h"
#include "train/graph/graph_tools.h"
#include "train/graph/train_allocation.h"

namespace ai_artist {
namespace {

// While this object lives, the allocator treats leaves that are not inputs as tensors that already have memory.
class GivenLeaves {
public:
    explicit GivenLeaves(ggml_cgraph* graph) {
        static char place = 0;
        for (ggml_tensor* leaf : leaves_of(graph)) {
            if (leaf->data == nullptr && leaf->buffer == nullptr && (leaf->flags & GGML_TENSOR_FLAG_INPUT) == 0) {
                leaf->data = &place;
                leaves_.push_back(leaf);
            }
        }
    }
    ~GivenLeaves() {
        for (ggml_tensor* leaf : leaves_) {
            leaf->data = nullptr;
        }
    }
    GivenLeaves(const GivenLeaves&) = delete;
    GivenLeaves& operator=(const GivenLeaves&) = delete;

private:
    std::vector<ggml_tensor*> leaves_;
};

void add_unsupported(ggml_backend_t backend, ggml_cgraph* graph, std::vector<std::string>& unsupported) {
    for (int i = 0; i < ggml_graph_n_nodes(graph); i++) {
        const ggml_tensor* node = ggml_graph_node(graph, i);
        if (!is_view_op(node) && !ggml_backend_supports_op(backend, node)) {
            const std::string text = describe(node);
            if (std::find(unsupported.begin(), unsupported.end(), text) == unsupported.end()) {
                unsupported.push_back(text);
            }
        }
    }
}

}  // namespace

MemoryPlan plan_memory(ggml_backend_t backend, ggml_cgraph* graph) {
    MemoryPlan plan;
    plan.nodes = static_cast<size_t>(ggml_graph_n_nodes(graph));
    add_unsupported(backend, graph, plan.unsupported);
    const GivenLeaves given(graph);
    const GraphAllocator allocator(ggml_gallocr_new(ggml_backend_get_default_buffer_type(backend)));
    ggml_gallocr_reserve_n_size(allocator.get(), graph, nullptr, nullptr, &plan.compute_bytes);
    return plan;
}

MemoryPlan plan_memory(ggml_backend_t backend, const TrainGraph& graph) {
    MemoryPlan plan = plan_memory(backend, graph.graph);
    plan.cached_bytes = kept_bytes(backend, graph);
    if (graph.prologue != nullptr) {
        add_unsupported(backend, graph.prologue, plan.unsupported);
    }
    return plan;
}

}  // namespace ai_artist
