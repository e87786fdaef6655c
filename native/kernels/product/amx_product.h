#pragma once
// Matrix products with AMX: values are one bfloat16 (parts = 1), or sums of two, of which three products are computed (parts = 2).

#include "kernels/product/matrix.h"

namespace product {

bool amx_available();

// Bytes of work memory for that many threads.
size_t amx_work_size(const Batch& batch, int parts, int threads);

void amx_product(const Batch& batch, int parts, char* work, const conv::Thread& thread);

}  // namespace product
