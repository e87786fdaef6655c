#pragma once

#include "train/autodiff/rules/tape.h"

namespace ai_artist {

// The backward pass of one operation: takes `g`, the gradient of forward node `y`, and adds to the gradients of the sources of `y`.
// In the comments of the rules, a and b are the sources, and sum_to_b() sums over the dimensions along which b was repeated.
using Rule = void (*)(Tape& tape, ggml_tensor* y, ggml_tensor* g);

// nullptr if there is none.
Rule find_rule(const ggml_tensor* node);

// By group; each returns nullptr for an operation of another group.
Rule arithmetic_rule(const ggml_tensor* node);
Rule shape_rule(const ggml_tensor* node);
Rule activation_rule(const ggml_tensor* node);
Rule norm_rule(const ggml_tensor* node);
Rule product_rule(const ggml_tensor* node);

// The im2col below a product that ggml_conv_2d() built, or nullptr.
ggml_tensor* convolution_columns(const ggml_tensor* product);
// Of that product, or of a GGML_OP_CONV_2D.
void convolution_backward(Tape& tape, ggml_tensor* y, ggml_tensor* g);

// Sums `g` to the shape of `like`, which was repeated to the shape of `g` as ggml_repeat() does (element i of n came from i mod n).
ggml_tensor* reduce_repeated(Tape& tape, ggml_tensor* g, const ggml_tensor* like);
// Sums over the second of three dimensions: contiguous [n0, n1, n2] -> [n0, 1, n2], of any four-dimensional shape of those sizes.
ggml_tensor* sum_middle(Tape& tape, ggml_tensor* g, int64_t n0, int64_t n1, int64_t n2);

}  // namespace ai_artist
