#pragma once
// Direct convolution: each output is one sum over channels and taps, in that order, whatever the threads. Any kernel up to 7x7.

#include "kernels/conv/shape.h"

namespace conv {

// Whether its work memory is within bounds.
bool direct_fits(const Shape& c);

// Bytes of work memory for that many threads.
size_t direct_work_size(const Shape& c, int threads);

void direct(const Shape& c, const Weights& w, const float* x, const Outputs& y, char* work, const Thread& thread);

}  // namespace conv
