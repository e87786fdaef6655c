#pragma once
// Convolution with AMX: kernels up to 7x7, stride 1 or 2. parts: 1 rounds inputs and weights to bfloat16, 2 is about as exact as F32.

#include "kernels/conv/shape.h"

namespace conv {

// Whether there is AMX, it gains by it, and its work memory is within bounds.
bool amx_fits(const Shape& c);

// Bytes of work memory for that many threads.
size_t amx_work_size(const Shape& c, int parts, int threads);

void amx_conv(const Shape& c, int parts, const Weights& w, const float* x, const Outputs& y, char* work, const Thread& thread);

}  // namespace conv
