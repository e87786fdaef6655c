#pragma once
// The nodes of a graph that follow another and only change its values in their place, for kernels that do their work as they store.

#include "ggml-impl.h"
#include "ggml.h"

namespace fusion {

// The next node after index `at` that computes something, and its index; or null.
inline const ggml_tensor* next_node(const ggml_cgraph* graph, int& at) {
    for (at++; at < graph->n_nodes; at++) {
        const ggml_tensor* const node = graph->nodes[at];
        const bool is_view = node->op == GGML_OP_RESHAPE || node->op == GGML_OP_VIEW || node->op == GGML_OP_NONE;
        if (!is_view) return node;
    }
    return nullptr;
}

// Whether node is this operation on the values `of`, in their place.
inline bool in_place(const ggml_tensor* node, ggml_op op, const ggml_tensor* of) {
    return node != nullptr && node->op == op && node->src[0] == of && node->data == of->data && ggml_are_same_shape(node, of) &&
           ggml_is_contiguous(node) && node->type == GGML_TYPE_F32 && (node->flags & GGML_TENSOR_FLAG_COMPUTE) != 0;
}

// Whether it has one F32 value for each channel of `values` [W, H, C, N].
inline bool of_channels(const ggml_tensor* vector, const ggml_tensor* values) {
    return vector->type == GGML_TYPE_F32 && ggml_is_contiguous(vector) && vector->ne[0] == 1 && vector->ne[1] == 1 &&
           vector->ne[2] == values->ne[2] && vector->ne[3] == 1;
}

}  // namespace fusion
