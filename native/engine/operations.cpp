#include "engine/operations.h"

#include <atomic>

#include "ggml-backend-impl.h"
#include "ggml.h"

namespace ai_artist {
namespace {

std::atomic<uint64_t> counted{0};

// Multiplications of one node. Sizes are in ggml's order: ne[0] is the contiguous one.
int64_t multiplications_of(const ggml_tensor* node) {
    const ggml_tensor* a = node->src[0];
    const ggml_tensor* b = node->src[1];
    const int64_t results = ggml_nelements(node);
    switch (node->op) {
        case GGML_OP_MUL_MAT:
        case GGML_OP_MUL_MAT_ID:
            return results * a->ne[0];
        case GGML_OP_OUT_PROD:
            return results * a->ne[1];
        case GGML_OP_CONV_2D:  // kernel [width, height, in, out]
            return results * a->ne[0] * a->ne[1] * a->ne[2];
        case GGML_OP_CONV_2D_DW:
            return results * a->ne[0] * a->ne[1];
        case GGML_OP_CONV_3D: {  // kernel [width, height, depth, in * out]; the tenth parameter is the number of inputs
            const int64_t in = node->op_params[9];
            return results * a->ne[0] * a->ne[1] * a->ne[2] * in;
        }
        case GGML_OP_CONV_TRANSPOSE_1D:  // kernel [width, out, in]
            return ggml_nelements(b) * a->ne[0] * a->ne[1];
        case GGML_OP_CONV_TRANSPOSE_2D:  // kernel [width, height, out, in]
            return ggml_nelements(b) * a->ne[0] * a->ne[1] * a->ne[2];
        case GGML_OP_FLASH_ATTN_EXT:  // every query with every key, and the weights with the values
            return ggml_nrows(a) * b->ne[1] * (a->ne[0] + node->src[2]->ne[0]);
        default:
            return 0;
    }
}

void observe(const ggml_cgraph* graph) { counted.fetch_add(operations_of(graph), std::memory_order_relaxed); }

}  // namespace

uint64_t operations_of(const ggml_cgraph* graph) {
    auto* nodes = const_cast<ggml_cgraph*>(graph);  // ggml's accessors take no const graph and change nothing
    uint64_t operations = 0;
    for (int at = 0; at < ggml_graph_n_nodes(nodes); at++) {
        operations += 2 * static_cast<uint64_t>(multiplications_of(ggml_graph_node(nodes, at)));
    }
    return operations;
}

void observe_graphs() { ggml_backend_set_graph_observer(observe); }

uint64_t counted_operations() { return counted.load(std::memory_order_relaxed); }

}  // namespace ai_artist
