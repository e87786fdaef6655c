#include "train/autodiff/rules/rules.h"

namespace ai_artist {
namespace {

// In ggml_mul_mat(), r consecutive matrices of b share one matrix of a; their gradients are summed.
ggml_tensor* reduce_shared(Tape& tape, ggml_tensor* g, const ggml_tensor* a) {
    const int64_t matrix = g->ne[0] * g->ne[1];
    const int64_t shared2 = g->ne[2] / a->ne[2], shared3 = g->ne[3] / a->ne[3];
    if (shared2 > 1) {
        g = sum_middle(tape, g, matrix, shared2, a->ne[2] * g->ne[3]);
    }
    if (shared3 > 1) {
        g = sum_middle(tape, g, matrix * a->ne[2], shared3, a->ne[3]);
    }
    return tape.reshaped(g, a);
}

ggml_tensor* as_matrix(Tape& tape, ggml_tensor* x) {
    return ggml_reshape_2d(tape.context(), tape.contiguous(x), x->ne[0], ggml_nelements(x) / x->ne[0]);
}

// y[m, n] = sum over k of a[k, m] b[k, n]:
// db[k, n] = sum over m of a[k, m] g[m, n], da[k, m] = sum over n of b[k, n] g[m, n]
void product_backward(Tape& tape, ggml_tensor* y, ggml_tensor* g) {
    ggml_tensor *a = y->src[0], *b = y->src[1];
    g = tape.contiguous(g);
    if (tape.needs(b)) {
        tape.add(b, tape.transposed_product(tape.value(a), g));
    }
    if (tape.needs(a)) {
        ggml_tensor* x = tape.f32(tape.value(b));
        if (a->ne[2] * a->ne[3] == 1) {
            x = as_matrix(tape, x);
            g = as_matrix(tape, g);
        }
        tape.add(a, reduce_shared(tape, tape.outer_product(x, g), a));
    }
}

}  // namespace

Rule product_rule(const ggml_tensor* node) {
    if (node->op == GGML_OP_CONV_2D) {
        return convolution_backward;
    }
    if (node->op != GGML_OP_MUL_MAT) {
        return nullptr;
    }
    return convolution_columns(node) != nullptr ? convolution_backward : product_backward;
}

}  // namespace ai_artist
