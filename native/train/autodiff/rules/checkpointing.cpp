#include "train/autodiff/rules/checkpointing.h"

#include <cstring>

#include "train/graph/graph_tools.h"

namespace ai_artist {
namespace {

// The engine names the tensors at its borders "ggml_runner_cut:<group>|<name>" (core/ggml_graph_cut.h).
constexpr const char* cut_prefix = "ggml_runner_cut:";

// x + f(x): both terms are computed and have the same shape, and the second is not a scaled correction (a LoRA, a gate).
bool is_residual_add(const ggml_tensor* node) {
    if (node->op != GGML_OP_ADD || !ggml_are_same_shape(node->src[0], node->src[1])) {
        return false;
    }
    const ggml_op second = node->src[1]->op;
    return node->src[0]->op != GGML_OP_NONE && second != GGML_OP_NONE && second != GGML_OP_SCALE && second != GGML_OP_MUL;
}

bool ends_segment(const ggml_tensor* node, Checkpointing mode) {
    if (mode == Checkpointing::none) {
        return false;
    }
    return std::strncmp(node->name, cut_prefix, std::strlen(cut_prefix)) == 0 || (mode == Checkpointing::fine && is_residual_add(node));
}

}  // namespace

Checkpoints::Checkpoints(const std::vector<ggml_tensor*>& nodes, Checkpointing mode) : mode_(mode) {
    if (mode == Checkpointing::none) {
        return;
    }
    int segment = 0;
    for (const ggml_tensor* node : nodes) {
        segment_[node] = segment;
        segment += ends_segment(node, mode) ? 1 : 0;
    }
    segments_ = segment + 1;
    for (const ggml_tensor* node : nodes) {
        for (const ggml_tensor* source : node->src) {
            const auto found = segment_.find(source);
            if (found != segment_.end() && found->second < segment_[node]) {
                crossing_.insert(source);
            }
        }
    }
}

int Checkpoints::segment_of(const ggml_tensor* node) const {
    const auto found = segment_.find(node);
    return found == segment_.end() ? -1 : found->second;
}

bool Checkpoints::is_kept(const ggml_tensor* x, int segment) const {
    if (x->op == GGML_OP_NONE || (x->flags & GGML_TENSOR_FLAG_OUTPUT) != 0) {
        return true;
    }
    if (recomputed_.count(x) != 0) {
        return false;
    }
    // When the backward pass begins, all values of the last segment are still in memory.
    return mode_ == Checkpointing::none || segment == segments_ - 1 || segment_of(x) != segment || crossing_.count(x) != 0;
}

ggml_tensor* Checkpoints::value(ggml_tensor* x, const ggml_tensor* node, const std::function<ggml_context*()>& context) {
    return x == nullptr ? nullptr : clone(x, segment_of(node), context);
}

ggml_tensor* Checkpoints::clone(ggml_tensor* x, int segment, const std::function<ggml_context*()>& context) {
    if (is_kept(x, segment)) {
        return x;
    }
    const auto made = clones_.find(x);
    if (made != clones_.end()) {
        return made->second;
    }
    ggml_tensor* copy = nullptr;
    ggml_tensor* sources[GGML_MAX_SRC];
    for (int i = 0; i < GGML_MAX_SRC; i++) {
        sources[i] = x->src[i] == nullptr || x->src[i] == x ? nullptr : clone(x->src[i], segment, context);
    }
    copy = ggml_new_tensor(context(), x->type, GGML_MAX_DIMS, x->ne);
    std::memcpy(copy->nb, x->nb, sizeof(copy->nb));
    copy->op = x->op;
    std::memcpy(copy->op_params, x->op_params, sizeof(copy->op_params));
    for (int i = 0; i < GGML_MAX_SRC; i++) {
        copy->src[i] = x->src[i] == x ? copy : sources[i];  // ggml_cast() has its own result as second source
    }
    if (is_view_op(copy)) {
        attach_view(copy);
    }
    clones_[x] = copy;
    return copy;
}

}  // namespace ai_artist
