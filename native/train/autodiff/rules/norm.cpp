#include "engine/engine_error.h"
#include "train/autodiff/rules/rules.h"
#include "train/graph/graph_tools.h"

namespace ai_artist {
namespace {

// Rows of x normalised to y = (x - m) / s, s^2 = mean((x - m)^2) + eps, where m = mean(x) or, uncentred, 0:
// dx = (g - mean(g) - y mean(g y)) / s, without mean(g) if uncentred
ggml_tensor* normalised_gradient(Tape& tape, ggml_tensor* g, ggml_tensor* x, ggml_tensor* y, float epsilon, bool centred) {
    ggml_context* c = tape.context();
    ggml_tensor* centre = centred ? ggml_sub(c, x, ggml_mean(c, x)) : x;
    ggml_tensor* deviation = ggml_sqrt(c, ggml_scale_bias(c, ggml_mean(c, ggml_sqr(c, centre)), 1.f, epsilon));
    ggml_tensor* dx = ggml_sub(c, g, ggml_mul(c, y, ggml_mean(c, ggml_mul(c, g, y))));
    if (centred) {
        dx = ggml_sub(c, dx, ggml_mean(c, g));
    }
    return ggml_div(c, dx, deviation);
}

void norm_backward(Tape& tape, ggml_tensor* y, ggml_tensor* g) {
    ggml_tensor* x = tape.contiguous(tape.value(y->src[0]));
    tape.add(y->src[0], normalised_gradient(tape, tape.contiguous(g), x, tape.contiguous(tape.value(y)), float_parameter(y, 0), true));
}

void rms_norm_backward(Tape& tape, ggml_tensor* y, ggml_tensor* g) {
    ggml_tensor* x = tape.contiguous(tape.value(y->src[0]));
    tape.add(y->src[0], normalised_gradient(tape, tape.contiguous(g), x, tape.contiguous(tape.value(y)), float_parameter(y, 0), false));
}

// A row per group: [width, height, channels, pictures] -> [width * height * channels / groups, groups * pictures]
void group_norm_backward(Tape& tape, ggml_tensor* y, ggml_tensor* g) {
    const int64_t rows = y->op_params[0] * y->ne[3], length = ggml_nelements(y) / rows;
    const auto by_group = [&](ggml_tensor* x) { return ggml_reshape_2d(tape.context(), tape.contiguous(x), length, rows); };
    ggml_tensor* dx =
        normalised_gradient(tape, by_group(g), by_group(tape.value(y->src[0])), by_group(tape.value(y)), float_parameter(y, 1), true);
    tape.add(y->src[0], tape.reshaped(dx, y));
}

// y = softmax(s a + mask): da = s y (g - sum of the row of g y)
void soft_max_backward(Tape& tape, ggml_tensor* y, ggml_tensor* g) {
    if (tape.needs(y->src[1])) {
        throw EngineError("ERR_UNSUPPORTED", "train: expected a mask that does not depend on what is trained, got " + describe(y));
    }
    ggml_context* c = tape.context();
    const float scale = float_parameter(y, 0);
    ggml_tensor* value = tape.contiguous(tape.value(y));
    g = tape.contiguous(g);
    ggml_tensor* fused = ggml_soft_max_ext_back(c, g, value, scale, 0.f);
    if (tape.has(fused)) {
        tape.add(y->src[0], fused);
        return;
    }
    ggml_tensor* da = ggml_mul(c, ggml_sub(c, g, ggml_sum_rows(c, ggml_mul(c, g, value))), value);
    tape.add(y->src[0], scale == 1.f ? da : ggml_scale(c, da, scale));
}

}  // namespace

Rule norm_rule(const ggml_tensor* node) {
    switch (node->op) {
        case GGML_OP_NORM:
            return norm_backward;
        case GGML_OP_RMS_NORM:
            return rms_norm_backward;
        case GGML_OP_GROUP_NORM:
            // If the channels do not divide evenly, ggml's last group is smaller, so the groups cannot be rows of a matrix.
            return node->ne[2] % node->op_params[0] == 0 ? group_norm_backward : nullptr;
        case GGML_OP_SOFT_MAX:
            return node->src[2] == nullptr ? soft_max_backward : nullptr;
        default:
            return nullptr;
    }
}

}  // namespace ai_artist
