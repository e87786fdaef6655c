#pragma once
// Products C[m][n] = sum over k of A[m][k] B[n][k], and how their matrices lie in memory.

#include <algorithm>
#include <cstdint>

#include "kernels/conv/lanes.h"
#include "kernels/conv/shape.h"

namespace product {

enum class Type { f32, f16, bf16 };

// A: m rows, or B: n rows ("lines" of k values). step: elements from one line to the next; with by_k, from one k to the next, and the
// values of all lines for one k lie side by side.
struct Matrix {
    const void* data;
    Type type;
    ptrdiff_t step;
    bool by_k;
};

struct Product {
    int m, n, k;
    Matrix a, b;
    float* c;
    ptrdiff_t c_step;
};

// The values of k in parts of equal length, at most `most` (a multiple of 32).
struct Depths {
    int k, length, count;

    Depths(int all, int most) : k(all) {
        count = conv::ceil_div(k, most);
        length = conv::ceil_div(conv::ceil_div(k, count), 32) * 32;
        count = conv::ceil_div(k, length);
    }
    int begin(int part) const { return part * length; }
    int end(int part) const { return std::min(k, (part + 1) * length); }
};

// All products of an operation have one shape; `at(i)` is the i-th of those to compute.
struct Batch {
    Product first;
    int begin;                                  // the first of those to compute
    int count;                                  // that are computed
    int inner;                                  // the i-th of all is at (i % inner, i / inner)
    int share_inner, share_outer;               // so many neighbours have the same B
    ptrdiff_t a_step[2], b_step[2], c_step[2];  // bytes, inner and outer

    Product at(int i) const {
        Product p = first;
        const int x = (begin + i) % inner, y = (begin + i) / inner;
        p.a.data = static_cast<const char*>(p.a.data) + x * a_step[0] + y * a_step[1];
        p.b.data = static_cast<const char*>(p.b.data) + x / share_inner * b_step[0] + y / share_outer * b_step[1];
        p.c = reinterpret_cast<float*>(reinterpret_cast<char*>(p.c) + x * c_step[0] + y * c_step[1]);
        return p;
    }
};

// The parts of C that threads deal out: `lines` rows by `columns` columns of one product. Neighbours have the same columns.
struct Items {
    int lines, columns, down, across, count;

    Items(const Batch& batch, int columns_of_item, int threads) : columns(columns_of_item) {
        const Product& p = batch.first;
        across = conv::ceil_div(p.n, columns);
        // So many that the threads end together, but B is packed once for each.
        constexpr int least = 96;
        const int64_t columns_in_all = static_cast<int64_t>(across) * batch.count;
        const int wanted = columns_in_all >= 4 * threads ? 1 : conv::ceil_div(4 * threads, static_cast<int>(columns_in_all));
        lines = std::max(least, conv::ceil_div(conv::ceil_div(p.m, wanted), 96) * 96);  // a multiple of each kernel's rows
        down = conv::ceil_div(p.m, lines);
        count = across * down * batch.count;
    }
    int begin(const conv::Thread& thread) const { return static_cast<int>(static_cast<int64_t>(count) * thread.index / thread.count); }
    int end(const conv::Thread& thread) const { return static_cast<int>(static_cast<int64_t>(count) * (thread.index + 1) / thread.count); }
};

// One product after the other, by all threads: first every block of A is packed, then each thread computes its items.
//   pack(product, number, block): the block-th block of A of the number-th product
//   compute(product, number, i0, i1, j0): rows i0 to i1 - 1 of the columns from j0 on
template <typename Pack, typename Compute>
void multiply(const Batch& batch, int blocks, int columns, const conv::Thread& thread, Pack pack, Compute compute) {
    for (int64_t at = thread.index; at < static_cast<int64_t>(blocks) * batch.count; at += thread.count) {
        const int number = static_cast<int>(at / blocks);
        pack(batch.at(number), number, static_cast<int>(at % blocks));
    }
    thread.barrier();
    const Items items(batch, columns, thread.count);
    for (int item = items.begin(thread); item < items.end(thread); item++) {
        const int number = item / (items.across * items.down), i0 = item % items.down * items.lines;
        const Product p = batch.at(number);
        compute(p, number, i0, std::min(p.m, i0 + items.lines), item / items.down % items.across * columns);
    }
}

#ifdef AI_ARTIST_CONV_KERNELS

inline float value(const Matrix& x, ptrdiff_t at) {
    if (x.type == Type::f32) return static_cast<const float*>(x.data)[at];
    const unsigned short bits = static_cast<const unsigned short*>(x.data)[at];
    if (x.type == Type::f16) return _cvtsh_ss(bits);
    const unsigned wide = static_cast<unsigned>(bits) << 16;
    float v;
    std::memcpy(&v, &wide, sizeof(v));
    return v;
}

inline __m256 eight(const Matrix& x, ptrdiff_t at) {
    if (x.type == Type::f32) return _mm256_loadu_ps(static_cast<const float*>(x.data) + at);
    const __m128i bits = _mm_loadu_si128(reinterpret_cast<const __m128i*>(static_cast<const unsigned short*>(x.data) + at));
    if (x.type == Type::f16) return _mm256_cvtph_ps(bits);
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(bits), 16));
}

// count values from `at` on.
inline void copy_values(const Matrix& x, ptrdiff_t at, int count, float* to) {
    int i = 0;
    for (; i + 8 <= count; i += 8) _mm256_storeu_ps(to + i, eight(x, at + i));
    for (; i < count; i++) to[i] = value(x, at + i);
}

#endif

}  // namespace product
