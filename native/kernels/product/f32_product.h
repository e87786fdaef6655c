#pragma once
// Matrix products in F32: each element is one sum over blocks of k, in order, whatever the threads.

#include "kernels/product/matrix.h"

namespace product {

// Bytes of work memory for that many threads.
size_t f32_work_size(const Batch& batch, int threads);

void f32_product(const Batch& batch, char* work, const conv::Thread& thread);

}  // namespace product
