#include "train/autodiff/rules/rules.h"
#include "train/graph/graph_tools.h"

namespace ai_artist {
namespace {

// y = a + b: da = g, db = sum_to_b(g)
void add_backward(Tape& tape, ggml_tensor* y, ggml_tensor* g) {
    tape.add(y->src[0], g);
    if (tape.needs(y->src[1])) {
        tape.add(y->src[1], reduce_repeated(tape, g, y->src[1]));
    }
}

// y = a - b: da = g, db = -sum_to_b(g)
void sub_backward(Tape& tape, ggml_tensor* y, ggml_tensor* g) {
    tape.add(y->src[0], g);
    if (tape.needs(y->src[1])) {
        ggml_tensor* sum = reduce_repeated(tape, g, y->src[1]);
        tape.add(y->src[1], ggml_scale(tape.context(), tape.contiguous(sum), -1.f));
    }
}

// y = a b: da = g b, db = sum_to_b(g a)
void mul_backward(Tape& tape, ggml_tensor* y, ggml_tensor* g) {
    ggml_context* c = tape.context();
    g = tape.contiguous(g);
    if (tape.needs(y->src[0])) {
        tape.add(y->src[0], ggml_mul(c, g, tape.contiguous_rows(tape.f32(tape.value(y->src[1])))));
    }
    if (tape.needs(y->src[1])) {
        ggml_tensor* product = ggml_mul(c, g, tape.contiguous(tape.f32(tape.value(y->src[0]))));
        tape.add(y->src[1], reduce_repeated(tape, product, y->src[1]));
    }
}

// y = a / b: da = g / b, db = -sum_to_b(g y / b)
void div_backward(Tape& tape, ggml_tensor* y, ggml_tensor* g) {
    ggml_context* c = tape.context();
    ggml_tensor* quotient = ggml_div(c, tape.contiguous(g), tape.contiguous_rows(tape.f32(tape.value(y->src[1]))));
    tape.add(y->src[0], quotient);
    if (tape.needs(y->src[1])) {
        ggml_tensor* product = ggml_mul(c, quotient, tape.contiguous(tape.value(y)));
        tape.add(y->src[1], ggml_scale(c, tape.contiguous(reduce_repeated(tape, product, y->src[1])), -1.f));
    }
}

// y = s a + t: da = s g
void scale_backward(Tape& tape, ggml_tensor* y, ggml_tensor* g) {
    const float factor = float_parameter(y, 0);
    tape.add(y->src[0], factor == 1.f ? g : ggml_scale(tape.context(), tape.contiguous(g), factor));
}

// y = a^2: da = 2 a g
void sqr_backward(Tape& tape, ggml_tensor* y, ggml_tensor* g) {
    ggml_context* c = tape.context();
    tape.add(y->src[0], ggml_scale(c, ggml_mul(c, tape.contiguous(g), tape.contiguous(tape.value(y->src[0]))), 2.f));
}

// y = sqrt(a): da = g / (2 y)
void sqrt_backward(Tape& tape, ggml_tensor* y, ggml_tensor* g) {
    ggml_context* c = tape.context();
    tape.add(y->src[0], ggml_scale(c, ggml_div(c, tape.contiguous(g), tape.contiguous(tape.value(y))), 0.5f));
}

// y = log(a): da = g / a
void log_backward(Tape& tape, ggml_tensor* y, ggml_tensor* g) {
    tape.add(y->src[0], ggml_div(tape.context(), tape.contiguous(g), tape.contiguous(tape.value(y->src[0]))));
}

ggml_tensor* spread(Tape& tape, ggml_tensor* g, const ggml_tensor* like) {
    return ggml_repeat_4d(tape.context(), tape.contiguous(g), like->ne[0], like->ne[1], like->ne[2], like->ne[3]);
}

// y = sum of all of a, or of each row of a: da = g, repeated
void sum_backward(Tape& tape, ggml_tensor* y, ggml_tensor* g) { tape.add(y->src[0], spread(tape, g, y->src[0])); }

// y = mean of each row of n elements: da = g / n, repeated
void mean_backward(Tape& tape, ggml_tensor* y, ggml_tensor* g) {
    ggml_tensor* scaled = ggml_scale(tape.context(), tape.contiguous(g), 1.f / static_cast<float>(y->src[0]->ne[0]));
    tape.add(y->src[0], spread(tape, scaled, y->src[0]));
}

}  // namespace

Rule arithmetic_rule(const ggml_tensor* node) {
    switch (node->op) {
        case GGML_OP_ADD:
            return add_backward;
        case GGML_OP_SUB:
            return sub_backward;
        case GGML_OP_MUL:
            return mul_backward;
        case GGML_OP_DIV:
            return div_backward;
        case GGML_OP_SCALE:
            return scale_backward;
        case GGML_OP_SQR:
            return sqr_backward;
        case GGML_OP_SQRT:
            return sqrt_backward;
        case GGML_OP_LOG:
            return log_backward;
        case GGML_OP_SUM:
        case GGML_OP_SUM_ROWS:
            return sum_backward;
        case GGML_OP_MEAN:
            return mean_backward;
        default:
            return nullptr;
    }
}

}  // namespace ai_artist
