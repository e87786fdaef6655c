#include "kernels/product/f32_product.h"

#ifdef AI_ARTIST_CONV_KERNELS

namespace product {
namespace {

using conv::Lanes;
using conv::lanes;

#ifdef __AVX512F__
constexpr int rows = 12;  // of a tile in registers, with two vectors of columns: 24 of 32
#else
constexpr int rows = 6;  // 12 of 16
#endif
constexpr int columns = 2 * lanes;
constexpr int depth = 256;          // values of k whose panel of B stays in L1
constexpr int padded = depth + 16;  // from one row of A to the next, not a power of two

// A block of rows of A: [rows][padded], or with by_k [depth][rows].
constexpr size_t block_floats = static_cast<size_t>(rows) * padded;

// Sums of outer products add shorter sums: training compares its gradients, over hundreds of positions, to 1e-5.
Depths depths_of(const Product& p) { return Depths(p.k, p.b.by_k ? depth / 4 : depth); }

int blocks(const Product& p) { return conv::ceil_div(p.m, rows); }
size_t a_floats(const Product& p) { return block_floats * blocks(p) * depths_of(p).count; }

void pack_rows(const Product& p, int block, int part, float* to) {
    const Depths depths = depths_of(p);
    const int i0 = block * rows, count = std::min(rows, p.m - i0), k0 = depths.begin(part), length = depths.end(part) - k0;
    if (p.a.by_k) {
        for (int k = 0; k < length; k++) copy_values(p.a, (k0 + k) * p.a.step + i0, count, to + k * rows);
    } else {
        for (int r = 0; r < count; r++) copy_values(p.a, (i0 + r) * p.a.step + k0, length, to + r * padded);
    }
}

// 8 values of k of 8 lines of B to to[8][columns].
void transpose_eight(const Matrix& b, ptrdiff_t at, int lines, float* to) {
    __m256 r[8], t[8];
    for (int i = 0; i < 8; i++) r[i] = i < lines ? eight(b, at + i * b.step) : _mm256_setzero_ps();
    for (int i = 0; i < 8; i += 2) {
        t[i] = _mm256_unpacklo_ps(r[i], r[i + 1]);
        t[i + 1] = _mm256_unpackhi_ps(r[i], r[i + 1]);
    }
    for (int i = 0; i < 8; i += 4) {
        r[i] = _mm256_shuffle_ps(t[i], t[i + 2], 0x44);
        r[i + 1] = _mm256_shuffle_ps(t[i], t[i + 2], 0xee);
        r[i + 2] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0x44);
        r[i + 3] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0xee);
    }
    for (int i = 0; i < 4; i++) {
        _mm256_storeu_ps(to + i * columns, _mm256_permute2f128_ps(r[i], r[i + 4], 0x20));
        _mm256_storeu_ps(to + (i + 4) * columns, _mm256_permute2f128_ps(r[i], r[i + 4], 0x31));
    }
}

// `columns` lines of B from j0 on as [k][columns]; those that do not exist are zero.
void pack_panel(const Product& p, int j0, int k0, int length, float* to) {
    const int lines = std::min(columns, p.n - j0);
    if (p.b.by_k) {
        for (int k = 0; k < length; k++) {
            copy_values(p.b, (k0 + k) * p.b.step + j0, lines, to + k * columns);
            std::fill(to + k * columns + lines, to + (k + 1) * columns, 0.f);
        }
        return;
    }
    for (int j = 0; j < columns; j += 8) {
        int k = 0;
        for (; k + 8 <= length; k += 8) {
            transpose_eight(p.b, static_cast<ptrdiff_t>(j0 + j) * p.b.step + k0 + k, lines - j, to + k * columns + j);
        }
        for (; k < length; k++) {
            for (int i = 0; i < 8; i++) {
                to[k * columns + j + i] = j + i < lines ? value(p.b, static_cast<ptrdiff_t>(j0 + j + i) * p.b.step + k0 + k) : 0;
            }
        }
    }
}

// R rows by `count` columns of C, plus what is there if add.
template <int R, bool BY_K>
void tile(const float* a, const float* b, int length, float* c, ptrdiff_t step, int count, bool add) {
    Lanes sum[R][2];
#pragma GCC unroll 12
    for (int r = 0; r < R; r++) sum[r][0] = sum[r][1] = conv::zero();
    for (int k = 0; k < length; k++, b += columns) {
        const Lanes left = conv::load(b), right = conv::load(b + lanes);
#pragma GCC unroll 12
        for (int r = 0; r < R; r++) {
            const Lanes v = conv::all(BY_K ? a[k * rows + r] : a[r * padded + k]);
            sum[r][0] = conv::multiply_add(v, left, sum[r][0]);
            sum[r][1] = conv::multiply_add(v, right, sum[r][1]);
        }
    }
#pragma GCC unroll 12
    for (int r = 0; r < R; r++, c += step) {
        if (count == columns) {
            conv::store(c, add ? conv::load(c) + sum[r][0] : sum[r][0]);
            conv::store(c + lanes, add ? conv::load(c + lanes) + sum[r][1] : sum[r][1]);
        } else {
            alignas(64) float out[columns];
            conv::store(out, sum[r][0]);
            conv::store(out + lanes, sum[r][1]);
            for (int j = 0; j < count; j++) c[j] = add ? c[j] + out[j] : out[j];
        }
    }
}

// R and fewer rows.
template <bool BY_K, int R = rows>
void tiles(int count, const float* a, const float* b, int length, float* c, ptrdiff_t step, int width, bool add) {
    if (count == R) return tile<R, BY_K>(a, b, length, c, step, width, add);
    if constexpr (R > 1) tiles<BY_K, R - 1>(count, a, b, length, c, step, width, add);
}

void compute(const Product& p, int i0, int i1, int j0, const float* a, float* panel) {
    const int width = std::min(columns, p.n - j0);
    const Depths depths = depths_of(p);
    for (int part = 0; part < depths.count; part++) {
        const int k0 = depths.begin(part), length = depths.end(part) - k0;
        pack_panel(p, j0, k0, length, panel);
        for (int i = i0; i < i1; i += rows) {
            const float* const block = a + (static_cast<size_t>(part) * blocks(p) + i / rows) * block_floats;
            (p.a.by_k ? tiles<true> : tiles<false>)(std::min(rows, i1 - i), block, panel, length, p.c + i * p.c_step + j0, p.c_step, width,
                                                    part > 0);
        }
    }
}

}  // namespace

size_t f32_work_size(const Batch& batch, int threads) {
    return conv::aligned(a_floats(batch.first) * batch.count * sizeof(float)) + conv::aligned(depth * columns * sizeof(float)) * threads;
}

void f32_product(const Batch& batch, char* work, const conv::Thread& thread) {
    const size_t floats = a_floats(batch.first);
    float* const a = reinterpret_cast<float*>(work);
    float* const panel = reinterpret_cast<float*>(work + conv::aligned(floats * batch.count * sizeof(float)) +
                                                  conv::aligned(depth * columns * sizeof(float)) * thread.index);
    const int down = blocks(batch.first);
    multiply(
        batch, down * depths_of(batch.first).count, columns, thread,
        [&](const Product& p, int number, int at) { pack_rows(p, at % down, at / down, a + number * floats + at * block_floats); },
        [&](const Product& p, int number, int i0, int i1, int j0) { compute(p, i0, i1, j0, a + number * floats, panel); });
}

}  // namespace product

#else

namespace product {

size_t f32_work_size(const Batch&, int) { return 0; }
void f32_product(const Batch&, char*, const conv::Thread&) {}

}  // namespace product

#endif
