#pragma once
// 3x3 convolution with stride 1 by Winograd's F(4x4, 3x3) (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2015):
// a quarter of the multiplications, in F32; errors of 2e-6 to 8e-6 of the outputs' size.

#include "kernels/conv/shape.h"

namespace conv {

// Whether the shape can be computed so, and gains by it.
bool winograd_fits(const Shape& c);

// Bytes of work memory for that many threads.
size_t winograd_work_size(const Shape& c, int threads);

void winograd(const Shape& c, const Weights& w, const float* x, const Outputs& y, char* work, const Thread& thread);

}  // namespace conv
