#pragma once
// The tile unit of x86 CPUs (AMX) with bfloat16: permission to use it, the one configuration used here (eight tiles of 16 rows of 64
// bytes), and numbers as sums of bfloat16. A product of bfloat16 is exact in F32, and the sums are F32; denormals count as zero.
//
// A float as the sum of two bfloat16 keeps 16 bits of its fraction. Of the four products of two such sums the three larger are computed:
// errors of 4e-6 of the outputs' size (parts = 2). With the larger parts alone they are 2e-3 (parts = 1), in a third of the time.

#if defined(__linux__) && defined(__AMX_TILE__) && defined(__AMX_BF16__) && defined(__AVX512BF16__) && defined(__AVX512BW__)
#define AI_ARTIST_AMX 1

#include <immintrin.h>

#include <cstdint>

namespace amx {

// Whether this CPU has it and the system lets this process use it. Linux saves the registers of tiles only for processes that asked.
bool permitted();

// Configures the tiles of this thread for its lifetime; without the release each switch of threads would save 8 KB.
class Tiles {
public:
    Tiles() {
        struct alignas(64) Configuration {
            uint8_t palette = 1, start_row = 0, reserved[14] = {};
            uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
            uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
        } configuration;
        // GCC 12 believes that the instruction reads eight bytes, and drops the other stores.
        asm volatile("" ::"r"(&configuration) : "memory");
        _tile_loadconfig(&configuration);
    }
    ~Tiles() { _tile_release(); }
    Tiles(const Tiles&) = delete;
    Tiles& operator=(const Tiles&) = delete;
};

// The first n lanes.
inline __mmask16 first(int n) { return n >= 16 ? 0xffff : n <= 0 ? 0 : static_cast<__mmask16>((1u << n) - 1); }

// What rounding to bfloat16 leaves of each value.
inline __m512 rest(__m512 v) {
    const __m512i high = _mm512_slli_epi32(_mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh(v)), 16);
    return _mm512_sub_ps(v, _mm512_castsi512_ps(high));
}

// a0 … a15 b0 … b15 as bfloat16.
inline __m512i join(__m512 a, __m512 b) { return (__m512i)_mm512_cvtne2ps_pbh(b, a); }

// a0 b0 a1 b1 … as bfloat16: the order in which a tile multiplies.
inline __m512i pairs(__m512 a, __m512 b) {
    alignas(64) static const uint16_t order[32] = {0, 16, 1, 17, 2,  18, 3,  19, 4,  20, 5,  21, 6,  22, 7,  23,
                                                   8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
    return _mm512_permutexvar_epi16(_mm512_load_si512(order), join(a, b));
}

// 16 rows of 16 values of 4 bytes.
inline void transpose_sixteen(__m512i r[16]) {
    __m512i t[16];
#pragma GCC unroll 8
    for (int i = 0; i < 16; i += 2) {
        t[i] = _mm512_unpacklo_epi32(r[i], r[i + 1]);
        t[i + 1] = _mm512_unpackhi_epi32(r[i], r[i + 1]);
    }
#pragma GCC unroll 4
    for (int i = 0; i < 16; i += 4) {
        r[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
        r[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
        r[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
        r[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
    }
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        t[i] = _mm512_shuffle_i32x4(r[i], r[i + 4], 0x88);
        t[i + 4] = _mm512_shuffle_i32x4(r[i], r[i + 4], 0xdd);
        t[i + 8] = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0x88);
        t[i + 12] = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0xdd);
    }
#pragma GCC unroll 8
    for (int i = 0; i < 8; i++) {
        r[i] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0x88);
        r[i + 8] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0xdd);
    }
}

}  // namespace amx

#endif
