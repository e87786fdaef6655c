#pragma once
// Kernels from the layout of the model to that of the tiles: out_channels output channels side by side. Fast enough for each call, so
// nothing is kept between calls: weights that a LoRA changes need no key, and memory does not grow.

#include "kernels/conv/lanes.h"
#include "kernels/conv/shape.h"

#ifdef AI_ARTIST_CONV_KERNELS

namespace conv {

inline float weight(const Weights& w, size_t i) {
    return w.f16 ? _cvtsh_ss(static_cast<const unsigned short*>(w.data)[i]) : static_cast<const float*>(w.data)[i];
}

inline __m256 eight_weights(const Weights& w, size_t i) {
    return w.f16 ? _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(static_cast<const unsigned short*>(w.data) + i)))
                 : _mm256_loadu_ps(static_cast<const float*>(w.data) + i);
}

// Transposes 8 values of each of out_channels rows to 8 groups of out_channels values.
inline void transpose_eight(__m256 r[8], float* to) {
    __m256 t[8];
#pragma GCC unroll 4
    for (int i = 0; i < 8; i += 2) {
        t[i] = _mm256_unpacklo_ps(r[i], r[i + 1]);
        t[i + 1] = _mm256_unpackhi_ps(r[i], r[i + 1]);
    }
#pragma GCC unroll 4
    for (int i = 0; i < 8; i += 4) {
        r[i] = _mm256_shuffle_ps(t[i], t[i + 2], 0x44);
        r[i + 1] = _mm256_shuffle_ps(t[i], t[i + 2], 0xee);
        r[i + 2] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0x44);
        r[i + 3] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0xee);
    }
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        if (out_channels == 8) {
            _mm256_storeu_ps(to + i * 8, _mm256_permute2f128_ps(r[i], r[i + 4], 0x20));
            _mm256_storeu_ps(to + (i + 4) * 8, _mm256_permute2f128_ps(r[i], r[i + 4], 0x31));
        } else {
            _mm_storeu_ps(to + i * 4, _mm256_castps256_ps128(r[i]));
            _mm_storeu_ps(to + (i + 4) * 4, _mm256_extractf128_ps(r[i], 1));
        }
    }
}

// pack_weights() of a turned kernel.
inline void pack_turned(const Shape& c, const Weights& w, int o, float* to) {
    const int taps = c.taps();
    for (int i = 0; i < c.ic; i++, to += taps * out_channels) {
        const size_t from = (static_cast<size_t>(i) * c.oc + o) * taps;
        int tap = 0;
        if (o + out_channels <= c.oc) {
            for (; tap + 8 <= taps; tap += 8) {
                __m256 r[8];
                float eight[8 * out_channels];
#pragma GCC unroll 8
                for (int j = 0; j < 8; j++) {
                    r[j] = j < out_channels ? eight_weights(w, from + static_cast<size_t>(j) * taps + tap) : _mm256_setzero_ps();
                }
                transpose_eight(r, eight);
#pragma GCC unroll 8
                for (int j = 0; j < 8; j++) {
                    std::memcpy(to + (taps - 1 - tap - j) * out_channels, eight + j * out_channels, out_channels * sizeof(float));
                }
            }
        }
        for (; tap < taps; tap++) {
            for (int j = 0; j < out_channels; j++) {
                to[(taps - 1 - tap) * out_channels + j] = o + j < c.oc ? weight(w, from + static_cast<size_t>(j) * taps + tap) : 0;
            }
        }
    }
}

// Output channels o to o + out_channels - 1 as [channel and tap][out_channels]; channels that do not exist are zero.
inline void pack_weights(const Shape& c, const Weights& w, int o, float* to) {
    if (w.turned) {
        pack_turned(c, w, o, to);
        return;
    }
    const size_t length = c.kernel_length();
    size_t k = 0;
    if (o + out_channels <= c.oc) {
        for (; k + 8 <= length; k += 8) {
            __m256 r[8];
#pragma GCC unroll 8
            for (int i = 0; i < 8; i++) r[i] = i < out_channels ? eight_weights(w, (o + i) * length + k) : _mm256_setzero_ps();
            transpose_eight(r, to + k * out_channels);
        }
    }
    for (; k < length; k++) {
        for (int i = 0; i < out_channels; i++) to[k * out_channels + i] = o + i < c.oc ? weight(w, (o + i) * length + k) : 0;
    }
}

}  // namespace conv

#endif
