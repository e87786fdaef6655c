#include <algorithm>

#include "engine/engine_error.h"
#include "train/autodiff/rules/rules.h"
#include "train/graph/graph_tools.h"

namespace ai_artist {
namespace {

[[noreturn]] void refuse(const ggml_tensor* y, const char* expected) {
    throw EngineError("ERR_UNSUPPORTED", std::string("train: expected ") + expected + ", got " + describe(y));
}

// y = a in another type, place or shape: da = g
void copy_backward(Tape& tape, ggml_tensor* y, ggml_tensor* g) { tape.add(y->src[0], tape.reshaped(g, y->src[0])); }

// y = a with dimension i of a at place p[i]: da = g with dimension p[i] at place i
void permute_backward(Tape& tape, ggml_tensor* y, ggml_tensor* g) {
    int back[GGML_MAX_DIMS];
    for (int i = 0; i < GGML_MAX_DIMS; i++) {
        back[y->op_params[i]] = i;
    }
    tape.add(y->src[0], ggml_permute(tape.context(), g, back[0], back[1], back[2], back[3]));
}

void transpose_backward(Tape& tape, ggml_tensor* y, ggml_tensor* g) { tape.add(y->src[0], ggml_transpose(tape.context(), g)); }

// y = some elements of the memory of `root`: g is added to the same elements of the gradient of `root`. It skips the views in between,
// which may have other shapes.
void view_backward(Tape& tape, ggml_tensor* y, ggml_tensor* g) {
    const ViewOfRoot place = view_of_root(y);
    if (!ggml_is_contiguous(place.root) || place.root->type != GGML_TYPE_F32) {
        refuse(y, "a view of a contiguous F32 tensor");
    }
    // Gradient and view with the dimensions in the order of their strides.
    int order[GGML_MAX_DIMS] = {0, 1, 2, 3};
    std::stable_sort(order, order + GGML_MAX_DIMS, [y](int i, int j) {
        const bool single_i = y->ne[i] == 1, single_j = y->ne[j] == 1;
        return single_i || single_j ? single_j && !single_i : y->nb[i] < y->nb[j];
    });
    int to[GGML_MAX_DIMS];
    int64_t ne[GGML_MAX_DIMS];
    size_t nb[GGML_MAX_DIMS];
    for (int i = 0; i < GGML_MAX_DIMS; i++) {
        to[order[i]] = i;
        ne[i] = y->ne[order[i]];
        nb[i] = ne[i] > 1 ? y->nb[order[i]] : i == 0 ? sizeof(float) : nb[i - 1] * static_cast<size_t>(ne[i - 1]);
    }
    g = tape.contiguous(ggml_permute(tape.context(), g, to[0], to[1], to[2], to[3]));
    if (nb[0] != sizeof(float)) {
        if (ne[GGML_MAX_DIMS - 1] != 1) {
            refuse(y, "a view whose elements lie side by side in one dimension");
        }
        for (int i = GGML_MAX_DIMS - 1; i > 0; i--) {
            ne[i] = ne[i - 1];
            nb[i] = nb[i - 1];
        }
        ne[0] = 1;
        g = ggml_reshape_4d(tape.context(), g, ne[0], ne[1], ne[2], ne[3]);
    }
    tape.add_part(place.root, g, nb, place.offset);
}

// y = a repeated: da = sum_to_a(g)
void repeat_backward(Tape& tape, ggml_tensor* y, ggml_tensor* g) { tape.add(y->src[0], reduce_repeated(tape, g, y->src[0])); }

// A part of `g` with the shape of `like` that begins at these indices.
ggml_tensor* part(Tape& tape, ggml_tensor* g, const ggml_tensor* like, const int64_t (&at)[GGML_MAX_DIMS]) {
    size_t offset = 0;
    for (int i = 0; i < GGML_MAX_DIMS; i++) {
        offset += static_cast<size_t>(at[i]) * g->nb[i];
    }
    return ggml_view_4d(tape.context(), g, like->ne[0], like->ne[1], like->ne[2], like->ne[3], g->nb[1], g->nb[2], g->nb[3], offset);
}

// y = a, then b, along one dimension: da and db are the parts of g
void concat_backward(Tape& tape, ggml_tensor* y, ggml_tensor* g) {
    ggml_tensor *a = y->src[0], *b = y->src[1];
    const int dimension = y->op_params[0];
    g = tape.contiguous(g);
    int64_t at[GGML_MAX_DIMS] = {};
    if (tape.needs(a)) {
        tape.add(a, part(tape, g, a, at));
    }
    if (tape.needs(b)) {
        at[dimension] = a->ne[dimension];
        // A copy, because a view would keep all of g alive: in a UNet this part waits for the far end of a skip connection.
        tape.add(b, ggml_cont(tape.context(), part(tape, g, b, at)));
    }
}

// y = a with zeros around it: da = the part of g inside
void pad_backward(Tape& tape, ggml_tensor* y, ggml_tensor* g) {
    if (y->op_params[8] != 0) {
        refuse(y, "padding with zeros");
    }
    const int64_t at[GGML_MAX_DIMS] = {y->op_params[0], y->op_params[2], y->op_params[4], y->op_params[6]};
    tape.add(y->src[0], part(tape, tape.contiguous(g), y->src[0], at));
}

// y = a with each element k_i times in a row along dimension i: da = the sum of g over each block
void upscale_backward(Tape& tape, ggml_tensor* y, ggml_tensor* g) {
    const ggml_tensor* a = y->src[0];
    int64_t k[GGML_MAX_DIMS], ne[GGML_MAX_DIMS];
    for (int i = 0; i < GGML_MAX_DIMS; i++) {
        ne[i] = y->ne[i];
        k[i] = y->ne[i] / a->ne[i];
        if (y->op_params[0] != GGML_SCALE_MODE_NEAREST || k[i] * a->ne[i] != y->ne[i]) {
            refuse(y, "enlargement to the nearest neighbour by whole factors");
        }
    }
    if (k[0] != 1 || k[1] != 1) {
        ggml_context* c = tape.context();
        const int k0 = static_cast<int>(k[0]), k1 = static_cast<int>(k[1]);
        g = ggml_pool_2d(c, tape.contiguous(g), GGML_OP_POOL_AVG, k0, k1, k0, k1, 0, 0);
        g = ggml_scale(c, g, static_cast<float>(k[0] * k[1]));
        ne[0] = a->ne[0];
        ne[1] = a->ne[1];
    }
    if (k[2] != 1) {
        g = sum_middle(tape, g, ne[0] * ne[1], k[2], a->ne[2] * ne[3]);
        ne[2] = a->ne[2];
    }
    if (k[3] != 1) {
        g = sum_middle(tape, g, ne[0] * ne[1] * ne[2], k[3], a->ne[3]);
    }
    tape.add(y->src[0], tape.reshaped(g, a));
}

}  // namespace

Rule shape_rule(const ggml_tensor* node) {
    switch (node->op) {
        case GGML_OP_CONT:
        case GGML_OP_CPY:
        case GGML_OP_DUP:
        case GGML_OP_RESHAPE:
            return copy_backward;
        case GGML_OP_PERMUTE:
            return permute_backward;
        case GGML_OP_TRANSPOSE:
            return transpose_backward;
        case GGML_OP_VIEW:
            return view_backward;
        case GGML_OP_REPEAT:
            return repeat_backward;
        case GGML_OP_CONCAT:
            return concat_backward;
        case GGML_OP_PAD:
            return pad_backward;
        case GGML_OP_UPSCALE:
            return upscale_backward;
        default:
            return nullptr;
    }
}

}  // namespace ai_artist
