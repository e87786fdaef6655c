// GGML_OP_MUL_MAT and GGML_OP_OUT_PROD by our kernels: the functions that ggml's CPU backend calls (patch 0090, ops.h).
#include <algorithm>
#include <cstdint>

#include "ggml-cpu-impl.h"
#include "ggml.h"
#include "kernels/product/amx_product.h"
#include "kernels/product/f32_product.h"
#include "ops.h"

#ifdef AI_ARTIST_CONV_KERNELS

namespace {

using product::Batch;
using product::Matrix;
using product::Type;

bool read_type(const ggml_tensor* t, Type& type) {
    type = t->type == GGML_TYPE_F16 ? Type::f16 : t->type == GGML_TYPE_BF16 ? Type::bf16 : Type::f32;
    return t->type == GGML_TYPE_F16 || t->type == GGML_TYPE_BF16 || t->type == GGML_TYPE_F32;
}

// The matrix of a tensor's first two dimensions, with values side by side along `dense` and steps along the other; false if they are not.
bool read_matrix(const ggml_tensor* t, int dense, bool by_k, Matrix& matrix) {
    const size_t size = ggml_type_size(t->type);
    if (!read_type(t, matrix.type) || t->nb[dense] != size || t->nb[1 - dense] % size != 0) return false;
    matrix = {t->data, matrix.type, static_cast<ptrdiff_t>(t->nb[1 - dense] / size), by_k};
    return true;
}

// mul_mat: C[i1][i0] = sum over k of src0[i0][k] src1[i1][k]; out_prod: of src0[k][i0] src1[k][i1].
bool read_matrices(const ggml_tensor* dst, Batch& batch) {
    const ggml_tensor *b = dst->src[0], *a = dst->src[1];
    if (dst->op == GGML_OP_MUL_MAT) return read_matrix(b, 0, false, batch.first.b) && read_matrix(a, 0, false, batch.first.a);
    const int dense = a->nb[0] == ggml_type_size(a->type) ? 0 : 1;  // src1 may be transposed
    return a->type == GGML_TYPE_F32 && b->type == GGML_TYPE_F32 && read_matrix(b, 0, true, batch.first.b) &&
           read_matrix(a, dense, dense == 0, batch.first.a);
}

constexpr int64_t most = 1 << 24;  // rows, columns, values of k

// Whether the rows of all matrices of a tensor have one step from each to the next.
bool rows_follow(const ggml_tensor* t) {
    return (t->ne[2] == 1 || t->nb[2] == t->nb[1] * static_cast<size_t>(t->ne[1])) &&
           (t->ne[3] == 1 || t->nb[3] == t->nb[1] * static_cast<size_t>(t->ne[1] * t->ne[2]));
}

// Products by the same B, as of a batch of pictures by weights, become one of more rows, so that B is packed once. Each row is summed as
// before.
void join_rows(const ggml_tensor* dst, Batch& batch) {
    const ggml_tensor *b = dst->src[0], *a = dst->src[1];
    const int64_t rows = dst->ne[1] * dst->ne[2] * dst->ne[3];
    if (dst->op != GGML_OP_MUL_MAT || b->ne[2] * b->ne[3] != 1 || rows > most || !rows_follow(a) || !rows_follow(dst)) return;
    batch.first.m = static_cast<int>(rows);
    batch.count = batch.inner = batch.share_inner = batch.share_outer = 1;
}

bool read_batch(const ggml_tensor* dst, Batch& batch) {
    const ggml_tensor *b = dst->src[0], *a = dst->src[1];
    const bool outer = dst->op == GGML_OP_OUT_PROD;
    const int64_t m = dst->ne[1], n = dst->ne[0], k = outer ? b->ne[1] : b->ne[0];
    if (!outer && dst->op_params[2] != 0) return false;  // asked to be ggml's (patch 0091)
    // Smaller ones do not gain. Of each alone, so that a batch has the bits of its pictures alone.
    const int64_t least = outer ? 64 : 16;
    if (m < least || n < least || k < 8 || m > most || n > most || k > most || ggml_nelements(dst) > int64_t(1) << 31) return false;
    if (dst->type != GGML_TYPE_F32 || dst->nb[0] != sizeof(float) || dst->nb[1] % sizeof(float) != 0) return false;
    if (b->ne[2] == 0 || b->ne[3] == 0 || dst->ne[2] % b->ne[2] != 0 || dst->ne[3] % b->ne[3] != 0) return false;
    batch.first.m = static_cast<int>(m);
    batch.first.n = static_cast<int>(n);
    batch.first.k = static_cast<int>(k);
    batch.first.c = static_cast<float*>(dst->data);
    batch.first.c_step = static_cast<ptrdiff_t>(dst->nb[1] / sizeof(float));
    batch.begin = 0;
    batch.count = static_cast<int>(dst->ne[2] * dst->ne[3]);
    batch.inner = static_cast<int>(dst->ne[2]);
    batch.share_inner = static_cast<int>(dst->ne[2] / b->ne[2]);
    batch.share_outer = static_cast<int>(dst->ne[3] / b->ne[3]);
    for (int i = 0; i < 2; i++) {
        batch.a_step[i] = static_cast<ptrdiff_t>(a->nb[2 + i]);
        batch.b_step[i] = static_cast<ptrdiff_t>(b->nb[2 + i]);
        batch.c_step[i] = static_cast<ptrdiff_t>(dst->nb[2 + i]);
    }
    if (!read_matrices(dst, batch)) return false;
    join_rows(dst, batch);
    return true;
}

size_t work_size(const Batch& batch, int parts, int threads) {
    return parts > 0 ? product::amx_work_size(batch, parts, threads) : product::f32_work_size(batch, threads);
}

// Of how many bfloat16 the inputs are sums if AMX computes it, else 0. Where a product asks for F32 (attention), of two.
int amx_parts(const ggml_tensor* dst, int bf16) {
    if (bf16 == 0 || !product::amx_available()) return 0;
    const bool exact = dst->op == GGML_OP_MUL_MAT && dst->op_params[0] == GGML_PREC_F32;
    return exact ? 2 : bf16;
}

constexpr size_t most_work = size_t(256) << 20;
// Of several products (heads of attention) so many are computed at a time that what is packed stays small. Larger ones do not gain.
constexpr size_t most_work_of_many = size_t(32) << 20;

// How many, or 0. The same for each number of threads: the plan does not know how many start.
int at_a_time(Batch batch, int parts) {
    const size_t most = batch.count > 1 ? most_work_of_many : most_work;
    while (batch.count > 1 && work_size(batch, parts, 1) > most) batch.count = conv::ceil_div(batch.count, 2);
    return work_size(batch, parts, 1) <= most ? batch.count : 0;
}

size_t planned_size(Batch batch, int parts, int threads) {
    batch.count = at_a_time(batch, parts);
    return batch.count == 0 ? 0 : work_size(batch, parts, threads) + 64;  // to begin at a cache line
}

}  // namespace

size_t ai_artist_product_work_size(const ggml_tensor* dst, int n_threads) {
    Batch batch;
    if (!read_batch(dst, batch)) return 0;
    size_t size = 0;  // the plan does not know what is allowed
    for (const int bf16 : {0, 1, 2}) size = std::max(size, planned_size(batch, amx_parts(dst, bf16), n_threads));
    return size;
}

bool ai_artist_product(const ggml_compute_params* params, ggml_tensor* dst) {
    Batch batch;
    if (!read_batch(dst, batch)) return false;
    const int parts = amx_parts(dst, params->bf16), all = batch.count, most = at_a_time(batch, parts);
    if (most == 0 || params->wsize < planned_size(batch, parts, params->nth)) return false;
    char* const work = reinterpret_cast<char*>(conv::aligned(reinterpret_cast<uintptr_t>(params->wdata)));
    const conv::Thread thread = {params->ith, params->nth, [](void* pool) { ggml_barrier(static_cast<ggml_threadpool*>(pool)); },
                                 params->threadpool};
    for (; batch.begin < all; batch.begin += most) {
        batch.count = std::min(most, all - batch.begin);
        if (batch.begin > 0) thread.barrier();  // until nobody reads what was packed before
        if (parts > 0) {
            product::amx_product(batch, parts, work, thread);
        } else {
            product::f32_product(batch, work, thread);
        }
    }
    return true;
}

#else

size_t ai_artist_product_work_size(const ggml_tensor*, int) { return 0; }
bool ai_artist_product(const ggml_compute_params*, ggml_tensor*) { return false; }

#endif
