#pragma once
// Matrices as tiles of bfloat16.

#include "kernels/amx/amx.h"
#include "kernels/product/matrix.h"

#ifdef AI_ARTIST_AMX

namespace product {

constexpr int tile_lines = 16, tile_depth = 32;  // lines and values of k of a tile of 1 KB
constexpr int tile_bytes = 1024;
constexpr int block_lines = 2 * tile_lines;

// n values from `at` on, zeros behind.
inline __m512 sixteen(const Matrix& x, ptrdiff_t at, int n) {
    const __mmask16 mask = amx::first(n);
    if (x.type == Type::f32) return _mm512_maskz_loadu_ps(mask, static_cast<const float*>(x.data) + at);
    const __m256i bits = _mm256_maskz_loadu_epi16(mask, static_cast<const uint16_t*>(x.data) + at);
    if (x.type == Type::f16) return _mm512_cvtph_ps(bits);
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16));
}

inline void store_tile(__m512i r[16], bool transpose, char* to) {
    if (transpose) amx::transpose_sixteen(r);
#pragma GCC unroll 16
    for (int i = 0; i < 16; i++) _mm512_store_si512(to + 64 * i, r[i]);
}

// A tile: up to 16 lines from `line` on (before `lines`), up to 32 values from k0 on (before k1). In
// rows of lines (by_pair false: a tile of A), or in rows of pairs of values of k (by_pair true: a tile of B). rest: what rounding leaves.
void pack_tile(const Matrix& x, int line, int lines, int k0, int k1, bool by_pair, bool rest, char* to) {
    __m512i r[16];
    const int count = lines - line;
#pragma GCC unroll 16
    for (int i = 0; i < 16; i++) {
        __m512 a = _mm512_setzero_ps(), b = a;
        if (x.by_k) {
            const int k = k0 + 2 * i;
            if (k < k1) a = sixteen(x, k * x.step + line, count);
            if (k + 1 < k1) b = sixteen(x, (k + 1) * x.step + line, count);
        } else if (i < count) {
            const ptrdiff_t at = (line + i) * x.step + k0;
            a = sixteen(x, at, k1 - k0);
            if (k1 - k0 > 16) b = sixteen(x, at + 16, k1 - k0 - 16);
        }
        if (rest) a = amx::rest(a), b = amx::rest(b);
        r[i] = x.by_k ? amx::pairs(a, b) : amx::join(a, b);
    }
    store_tile(r, x.by_k != by_pair, to);
}

// 32 lines from `line` on as [32 values of k][part][2 tiles].
void pack_lines(const Matrix& x, int line, int lines, int k0, int k1, bool by_pair, int parts, char* to) {
    for (int k = k0; k < k1; k += tile_depth) {
        for (int part = 0; part < parts; part++, to += 2 * tile_bytes) {
            pack_tile(x, line, lines, k, std::min(k1, k + tile_depth), by_pair, part == 1, to);
            pack_tile(x, line + tile_lines, lines, k, std::min(k1, k + tile_depth), by_pair, part == 1, to + tile_bytes);
        }
    }
}

}  // namespace product

#endif
