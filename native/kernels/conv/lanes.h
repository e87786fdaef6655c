#pragma once
// Vectors of floats in the widest registers of the instruction set that the including file is compiled for. Where AI_ARTIST_CONV_KERNELS
// is not defined there are no kernels: ggml's own convolution is used.

#if defined(__GNUC__) && defined(__AVX2__) && defined(__FMA__) && defined(__F16C__)
#define AI_ARTIST_CONV_KERNELS 1

#include <immintrin.h>

#include <cstring>

namespace conv {

#ifdef __AVX512F__
using Lanes = __m512;
constexpr int lanes = 16;
constexpr int out_channels = 8;  // that one tile in registers has: 8 x 3 vectors of 32 registers

inline Lanes load(const float* p) { return _mm512_loadu_ps(p); }
inline void store(float* p, Lanes v) { _mm512_storeu_ps(p, v); }
inline Lanes zero() { return _mm512_setzero_ps(); }
inline Lanes all(float x) { return _mm512_set1_ps(x); }
inline Lanes multiply_add(Lanes a, Lanes b, Lanes sum) { return _mm512_fmadd_ps(a, b, sum); }

inline Lanes scale_negative(Lanes v, float slope) {
    return _mm512_mask_mul_ps(v, _mm512_cmp_ps_mask(v, zero(), _CMP_LT_OQ), v, all(slope));
}

inline __m512i ramp(int from, int by) {
    return _mm512_add_epi32(
        _mm512_set1_epi32(from),
        _mm512_mullo_epi32(_mm512_set1_epi32(by), _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)));
}
// Elements 0, 2, 4, … and 1, 3, 5, … of a and b in a row.
inline Lanes evens(Lanes a, Lanes b) { return _mm512_permutex2var_ps(a, ramp(0, 2), b); }
inline Lanes odds(Lanes a, Lanes b) { return _mm512_permutex2var_ps(a, ramp(1, 2), b); }
// a0 b0 a1 b1 …: the first and the second half.
inline Lanes zip_low(Lanes a, Lanes b) {
    const __m512i order = _mm512_set_epi32(23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
    return _mm512_permutex2var_ps(a, order, b);
}
inline Lanes zip_high(Lanes a, Lanes b) {
    const __m512i order = _mm512_set_epi32(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8);
    return _mm512_permutex2var_ps(a, order, b);
}
#else
using Lanes = __m256;
constexpr int lanes = 8;
constexpr int out_channels = 4;  // 4 x 3 vectors of 16 registers

inline Lanes load(const float* p) { return _mm256_loadu_ps(p); }
inline void store(float* p, Lanes v) { _mm256_storeu_ps(p, v); }
inline Lanes zero() { return _mm256_setzero_ps(); }
inline Lanes all(float x) { return _mm256_set1_ps(x); }
inline Lanes multiply_add(Lanes a, Lanes b, Lanes sum) { return _mm256_fmadd_ps(a, b, sum); }

inline Lanes scale_negative(Lanes v, float slope) {
    return _mm256_blendv_ps(v, _mm256_mul_ps(v, all(slope)), _mm256_cmp_ps(v, zero(), _CMP_LT_OQ));
}

inline Lanes in_order(__m256 v) { return _mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(v), 0xd8)); }
inline Lanes evens(Lanes a, Lanes b) { return in_order(_mm256_shuffle_ps(a, b, 0x88)); }
inline Lanes odds(Lanes a, Lanes b) { return in_order(_mm256_shuffle_ps(a, b, 0xdd)); }
inline Lanes zip_low(Lanes a, Lanes b) { return _mm256_permute2f128_ps(_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b), 0x20); }
inline Lanes zip_high(Lanes a, Lanes b) { return _mm256_permute2f128_ps(_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b), 0x31); }
#endif

// A sum as it is stored: plus bias, and times slope if it is negative then.
inline Lanes finish(Lanes sum, float bias, float slope) { return scale_negative(sum + all(bias), slope); }

constexpr int max_vectors = 3;  // of positions that one tile in registers has

}  // namespace conv

#endif
