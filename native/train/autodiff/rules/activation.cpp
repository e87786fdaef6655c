#include "train/autodiff/rules/rules.h"

namespace ai_artist {
namespace {

// y = f(a), with f'(a) given: da = g f'(a)
void chain(Tape& tape, ggml_tensor* y, ggml_tensor* g, ggml_tensor* derivative) {
    tape.add(y->src[0], ggml_mul(tape.context(), tape.contiguous(g), derivative));
}

// s = sigmoid(x): g (s + x s (1 - s))
ggml_tensor* silu_gradient(Tape& tape, ggml_tensor* g, ggml_tensor* x) {
    ggml_context* c = tape.context();
    g = tape.contiguous(g);
    ggml_tensor* fused = ggml_silu_back(c, g, x);
    if (tape.has(fused)) {
        return fused;
    }
    ggml_tensor* s = ggml_sigmoid(c, x);
    ggml_tensor* slope = ggml_mul(c, ggml_mul(c, x, s), ggml_scale_bias(c, s, -1.f, 1.f));
    return ggml_mul(c, g, ggml_add(c, slope, s));
}

void silu_backward(Tape& tape, ggml_tensor* y, ggml_tensor* g) {
    tape.add(y->src[0], silu_gradient(tape, g, tape.contiguous(tape.value(y->src[0]))));
}

// y = x (1 + tanh u) / 2 with u = c x + c k x^3, c = sqrt(2 / pi), k = 0.044715.
// As (1 + tanh u) / 2 = s = sigmoid(2 u): dy/dx = s (1 + 2 x u' (1 - s)), u' = c + 3 c k x^2
void gelu_backward(Tape& tape, ggml_tensor* y, ggml_tensor* g) {
    constexpr float c2 = 2.f * 0.79788456080286535588f, k = 0.044715f;
    ggml_context* c = tape.context();
    ggml_tensor* x = tape.contiguous(tape.value(y->src[0]));
    ggml_tensor* square = ggml_sqr(c, x);
    ggml_tensor* s = ggml_sigmoid(c, ggml_mul(c, ggml_scale_bias(c, square, c2 * k, c2), x));
    ggml_tensor* slope = ggml_mul(c, ggml_scale_bias(c, square, 3.f * c2 * k, c2), x);
    slope = ggml_mul(c, slope, ggml_scale_bias(c, s, -1.f, 1.f));
    chain(tape, y, g, ggml_mul(c, ggml_scale_bias(c, slope, 1.f, 1.f), s));
}

// y = x s, s = sigmoid(1.702 x): dy/dx = s (1 + 1.702 x (1 - s))
void gelu_quick_backward(Tape& tape, ggml_tensor* y, ggml_tensor* g) {
    ggml_context* c = tape.context();
    ggml_tensor* x = tape.contiguous(tape.value(y->src[0]));
    ggml_tensor* scaled = ggml_scale(c, x, 1.702f);
    ggml_tensor* s = ggml_sigmoid(c, scaled);
    ggml_tensor* slope = ggml_mul(c, scaled, ggml_scale_bias(c, s, -1.f, 1.f));
    chain(tape, y, g, ggml_mul(c, ggml_scale_bias(c, slope, 1.f, 1.f), s));
}

// dy/dx = 1 - y^2
void tanh_backward(Tape& tape, ggml_tensor* y, ggml_tensor* g) {
    ggml_context* c = tape.context();
    chain(tape, y, g, ggml_scale_bias(c, ggml_sqr(c, tape.contiguous(tape.value(y))), -1.f, 1.f));
}

// dy/dx = y (1 - y)
void sigmoid_backward(Tape& tape, ggml_tensor* y, ggml_tensor* g) {
    ggml_context* c = tape.context();
    ggml_tensor* value = tape.contiguous(tape.value(y));
    chain(tape, y, g, ggml_mul(c, value, ggml_scale_bias(c, value, -1.f, 1.f)));
}

// dy/dx = y
void exp_backward(Tape& tape, ggml_tensor* y, ggml_tensor* g) { chain(tape, y, g, tape.contiguous(tape.value(y))); }

// dy/dx = -1
void neg_backward(Tape& tape, ggml_tensor* y, ggml_tensor* g) { tape.add(y->src[0], ggml_scale(tape.context(), tape.contiguous(g), -1.f)); }

ggml_tensor* half_of_rows(Tape& tape, ggml_tensor* x, bool second) {
    const int64_t n = x->ne[0] / 2;
    return ggml_view_4d(tape.context(), x, n, x->ne[1], x->ne[2], x->ne[3], x->nb[1], x->nb[2], x->nb[3],
                        second ? static_cast<size_t>(n) * x->nb[0] : 0);
}

// y = silu(a) b: da = silu'(a) g b, db = g silu(a). Without a second source a and b are the halves of each row, b first if swapped.
void swiglu_backward(Tape& tape, ggml_tensor* y, ggml_tensor* g) {
    ggml_context* c = tape.context();
    const bool split = y->src[1] != nullptr, swapped = y->op_params[1] != 0;
    ggml_tensor* source = tape.value(y->src[0]);
    ggml_tensor* a = tape.contiguous(split ? source : half_of_rows(tape, source, swapped));
    ggml_tensor* b = tape.contiguous(split ? tape.value(y->src[1]) : half_of_rows(tape, source, !swapped));
    g = tape.contiguous(g);
    if (!split) {
        ggml_tensor* da = silu_gradient(tape, ggml_mul(c, g, b), a);
        ggml_tensor* db = ggml_mul(c, ggml_silu(c, a), g);
        tape.add(y->src[0], swapped ? ggml_concat(c, db, da, 0) : ggml_concat(c, da, db, 0));
        return;
    }
    if (tape.needs(y->src[0])) {
        tape.add(y->src[0], silu_gradient(tape, ggml_mul(c, g, b), a));
    }
    if (tape.needs(y->src[1])) {
        tape.add(y->src[1], ggml_mul(c, ggml_silu(c, a), g));
    }
}

}  // namespace

Rule activation_rule(const ggml_tensor* node) {
    if (node->op == GGML_OP_GLU) {
        return ggml_get_glu_op(node) == GGML_GLU_OP_SWIGLU ? swiglu_backward : nullptr;
    }
    if (node->op != GGML_OP_UNARY) {
        return nullptr;
    }
    switch (ggml_get_unary_op(node)) {
        case GGML_UNARY_OP_SILU:
            return silu_backward;
        case GGML_UNARY_OP_GELU:
            return gelu_backward;
        case GGML_UNARY_OP_GELU_QUICK:
            return gelu_quick_backward;
        case GGML_UNARY_OP_TANH:
            return tanh_backward;
        case GGML_UNARY_OP_SIGMOID:
            return sigmoid_backward;
        case GGML_UNARY_OP_EXP:
            return exp_backward;
        case GGML_UNARY_OP_NEG:
            return neg_backward;
        default:
            return nullptr;
    }
}

}  // namespace ai_artist
