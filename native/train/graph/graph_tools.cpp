#include "train/graph/graph_tools.h"

#include <cstring>
#include <unordered_set>

#include "engine/engine_error.h"

namespace ai_artist {
namespace {

std::string shape(const ggml_tensor* tensor) {
    std::string text = ggml_type_name(tensor->type);
    for (int i = 0; i < GGML_MAX_DIMS; i++) {
        text += (i == 0 ? " [" : ", ") + std::to_string(tensor->ne[i]);
    }
    return text + "]";
}

size_t view_offset(const ggml_tensor* view) {
    size_t offset = 0;
    if (view->op == GGML_OP_VIEW) {
        std::memcpy(&offset, view->op_params, sizeof(offset));
    }
    return offset;
}

void set_contiguous(ggml_tensor* tensor) {
    tensor->nb[0] = ggml_type_size(tensor->type);
    tensor->nb[1] = ggml_row_size(tensor->type, tensor->ne[0]);
    for (int i = 2; i < GGML_MAX_DIMS; i++) {
        tensor->nb[i] = tensor->nb[i - 1] * static_cast<size_t>(tensor->ne[i - 1]);
    }
}

// New strides for a view after its source got other strides.
void restride(ggml_tensor* view) {
    const ggml_tensor* source = view->src[0];
    if (view->op == GGML_OP_PERMUTE) {
        for (int i = 0; i < GGML_MAX_DIMS; i++) {
            view->nb[view->op_params[i]] = source->nb[i];
        }
    } else if (view->op == GGML_OP_TRANSPOSE) {
        const size_t nb[] = {source->nb[1], source->nb[0], source->nb[2], source->nb[3]};
        std::memcpy(view->nb, nb, sizeof(nb));
    } else {
        throw EngineError("ERR_UNSUPPORTED", "train: expected no view of a permuted in-place result, got " + describe(view) +
                                                 "; the model builds a graph that cannot be trained yet");
    }
}

}  // namespace

bool is_cpu(ggml_backend_t backend) {
    return backend != nullptr && ggml_backend_dev_type(ggml_backend_get_device(backend)) == GGML_BACKEND_DEVICE_TYPE_CPU;
}

bool is_view_op(const ggml_tensor* tensor) {
    return tensor->op == GGML_OP_VIEW || tensor->op == GGML_OP_RESHAPE || tensor->op == GGML_OP_PERMUTE || tensor->op == GGML_OP_TRANSPOSE;
}

std::string op_name(const ggml_tensor* tensor) { return ggml_op_desc(tensor); }

std::string describe(const ggml_tensor* tensor) {
    std::string text = op_name(tensor) + " " + shape(tensor);
    for (int i = 0; i < GGML_MAX_SRC && tensor->src[i] != nullptr; i++) {
        text += (i == 0 ? " of " : ", ") + shape(tensor->src[i]);
    }
    return text;
}

float float_parameter(const ggml_tensor* node, int index) {
    float value = 0;
    std::memcpy(&value, &node->op_params[index], sizeof(value));
    return value;
}

void attach_view(ggml_tensor* view) {
    ggml_tensor* source = view->src[0];
    view->view_src = source->view_src != nullptr ? source->view_src : source;
    view->view_offs = (source->view_src != nullptr ? source->view_offs : 0) + view_offset(view);
}

int make_out_of_place(ggml_cgraph* graph) {
    int changed = 0;
    std::unordered_set<const ggml_tensor*> restrided;
    for (int i = 0; i < ggml_graph_n_nodes(graph); i++) {
        ggml_tensor* node = ggml_graph_node(graph, i);
        if (is_view_op(node)) {
            if (restrided.count(node->src[0]) != 0) {
                restride(node);
                restrided.insert(node);
            }
            attach_view(node);
        } else if (node->view_src != nullptr && node->op != GGML_OP_CPY) {
            node->view_src = nullptr;
            node->view_offs = 0;
            changed++;
            if (!ggml_is_contiguous(node)) {
                set_contiguous(node);
                restrided.insert(node);
            }
        }
    }
    return changed;
}

ViewOfRoot view_of_root(ggml_tensor* view) {
    ViewOfRoot found{view, 0};
    while (is_view_op(found.root)) {
        found.offset += view_offset(found.root);
        found.root = found.root->src[0];
    }
    return found;
}

std::vector<ggml_tensor*> leaves_of(ggml_cgraph* graph) {
    std::vector<ggml_tensor*> leaves;
    std::unordered_set<const ggml_tensor*> seen;
    for (int i = 0; i < ggml_graph_n_nodes(graph); i++) {
        for (ggml_tensor* source : ggml_graph_node(graph, i)->src) {
            if (source != nullptr && source->op == GGML_OP_NONE && seen.insert(source).second) {
                leaves.push_back(source);
            }
        }
    }
    return leaves;
}

}  // namespace ai_artist
