#pragma once
// Matrix products with AMX: both matrices are rounded to bfloat16.

#include "kernels/product/matrix.h"

namespace product {

bool amx_available();

// Bytes of work memory for that many threads.
size_t amx_work_size(const Batch& batch, int threads);

void amx_product(const Batch& batch, char* work, const conv::Thread& thread);

}  // namespace product
