#pragma once
// Inputs and weights as bfloat16, in the order of tiles.

#include <cstring>

#include "kernels/conv/amx_plan.h"
#include "kernels/conv/weights.h"

#ifdef AI_ARTIST_AMX

namespace conv {

// n values from p, `stride` (1 or 2) apart, zeros behind.
inline __m512 load_row(const float* p, int n, int stride) {
    if (stride == 1) return _mm512_maskz_loadu_ps(amx::first(n), p);
    const int span = 2 * n - 1;
    return evens(_mm512_maskz_loadu_ps(amx::first(span), p), _mm512_maskz_loadu_ps(amx::first(span - lanes), p + lanes));
}

// Row iy of a pair of channels, from column px - pad on; b: null if the second does not exist.
inline void pack_pair_row(const AmxPlan& p, const float* a, const float* b, int px, uint32_t* to) {
    const int s = p.c.stride, from = px - p.c.pad;
    const int begin = std::min(p.width, std::max(0, (s - 1 - from) / s));
    const int end = std::max(begin, std::min(p.width, (p.c.iw - 1 - from) / s + 1));
    for (int part = 0; part < p.parts; part++) {
        std::memset(to + part * p.pairs, 0, begin * 4);
        std::memset(to + part * p.pairs + end, 0, (p.width - end) * 4);
    }
    for (int j = begin; j < end; j += lanes) {
        const int left = end - j;
        const __m512 va = load_row(a + j * s + from, left, s), vb = b == nullptr ? zero() : load_row(b + j * s + from, left, s);
        _mm512_mask_storeu_epi32(to + j, amx::first(left), amx::pairs(va, vb));
        if (p.parts == 2) _mm512_mask_storeu_epi32(to + p.pairs + j, amx::first(left), amx::pairs(amx::rest(va), amx::rest(vb)));
    }
}

// Planes first to last - 1 of a job's input.
inline void pack_pairs(const AmxPlan& p, const float* x, int job, int first, int last, uint32_t* packed) {
    const Shape& c = p.c;
    const int s = c.stride, image = job / p.chunks, y0 = job % p.chunks * p.rows;
    for (int plane = first; plane < last; plane++) {
        const float* const a = x + (static_cast<size_t>(image) * c.ic + plane * 2) * c.in_plane();
        for (int phase = 0; phase < s * s; phase++) {
            for (int r = 0; r < p.packed_rows; r++) {
                uint32_t* const to = packed + p.at(plane, phase, r);
                const int iy = (y0 + r) * s + phase / s - c.pad;
                if (plane * 2 >= c.ic || iy < 0 || iy >= c.ih) {
                    for (int part = 0; part < p.parts; part++) std::memset(to + part * p.pairs, 0, p.width * 4);
                } else {
                    const float* const line = a + static_cast<size_t>(iy) * c.iw;
                    pack_pair_row(p, line, plane * 2 + 1 < c.ic ? line + c.in_plane() : nullptr, phase % s, to);
                }
            }
        }
    }
}

// 32 weights from i on; rest: what rounding them leaves.
inline __m512i load_weights(const Weights& w, size_t i, bool rest) {
    __m512 low, high;
    if (w.f16) {
        const __m512i h = _mm512_loadu_si512(static_cast<const uint16_t*>(w.data) + i);
        low = _mm512_cvtph_ps(_mm512_castsi512_si256(h));
        high = _mm512_cvtph_ps(_mm512_extracti64x4_epi64(h, 1));
    } else {
        low = _mm512_loadu_ps(static_cast<const float*>(w.data) + i);
        high = _mm512_loadu_ps(static_cast<const float*>(w.data) + i + lanes);
    }
    return rest ? amx::join(amx::rest(low), amx::rest(high)) : amx::join(low, high);
}

// 32 weights that do not lie side by side, or of which there are only `count`.
inline __m512i gather_weights(const Weights& w, size_t i, size_t step, int count, bool rest) {
    alignas(64) float values[2 * lanes] = {};
    for (int j = 0; j < count; j++) values[j] = weight(w, i + j * step);
    const __m512 low = load(values), high = load(values + lanes);
    return rest ? amx::join(amx::rest(low), amx::rest(high)) : amx::join(low, high);
}

// Where every third of 96 numbers in three vectors is: the m-th from c on is number 3 m + c. [c][vector]
struct Thirds {
    alignas(64) uint16_t lane[3][3][32] = {};
    __mmask32 mask[3][3] = {};

    constexpr Thirds() {
        for (int c = 0; c < 3; c++) {
            for (int m = 0; m < 32; m++) {
                const int at = 3 * m + c;
                lane[c][at / 32][m] = static_cast<uint16_t>(at % 32);
                mask[c][at / 32] |= 1u << m;
            }
        }
    }
};

// Every third number of x, y and z from 0, 1 and 2 on to the same.
inline void split_thirds(__m512i& x, __m512i& y, __m512i& z) {
    static constexpr Thirds at;
    __m512i out[3];
#pragma GCC unroll 3
    for (int c = 0; c < 3; c++) {
        const auto lanes_of = [&](int v) { return _mm512_load_si512(at.lane[c][v]); };
        out[c] = _mm512_maskz_permutexvar_epi16(at.mask[c][0], lanes_of(0), x);
        out[c] = _mm512_mask_permutexvar_epi16(out[c], at.mask[c][1], lanes_of(1), y);
        out[c] = _mm512_mask_permutexvar_epi16(out[c], at.mask[c][2], lanes_of(2), z);
    }
    x = out[0], y = out[1], z = out[2];
}

// The nine taps of 32 input channels to to[tap][step]: in registers, every third number of every third.
inline void pack_nine(const Weights& w, size_t from, bool rest, uint16_t* to, size_t step) {
    __m512i r[9];
#pragma GCC unroll 9
    for (int k = 0; k < 9; k++) r[k] = load_weights(w, from + 32 * static_cast<size_t>(k), rest);
#pragma GCC unroll 3
    for (int k = 0; k < 9; k += 3) split_thirds(r[k], r[k + 1], r[k + 2]);
#pragma GCC unroll 3
    for (int c = 0; c < 3; c++) {
        split_thirds(r[c], r[c + 3], r[c + 6]);
#pragma GCC unroll 3
        for (int d = 0; d < 3; d++) _mm512_storeu_si512(to + (3 * d + c) * step, r[c + 3 * d]);
    }
}

// 32 rows of 32 numbers: pairs of rows as numbers of 4 bytes, and two halves of 16 columns.
inline void transpose_32(const uint16_t* from, uint16_t* to) {
    for (int half = 0; half < 2; half++) {
        __m512i r[16];
#pragma GCC unroll 16
        for (int i = 0; i < 16; i++) {
            const __m512i a = _mm512_load_si512(from + 64 * i), b = _mm512_load_si512(from + 64 * i + 32);
            r[i] = half == 0 ? _mm512_unpacklo_epi16(a, b) : _mm512_unpackhi_epi16(a, b);
        }
        amx::transpose_sixteen(r);
        // Of each eight columns the first half has four, the second the others.
#pragma GCC unroll 16
        for (int i = 0; i < 16; i++) _mm512_storeu_si512(to + 32 * (i / 4 * 8 + half * 4 + i % 4), r[i]);
    }
}

// Input channels i to i + 31 of a full block of output channels from `o` on, of a turned kernel of one or nine taps: pack_block()'s layout.
inline void pack_turned_block(const AmxPlan& p, const Weights& w, int o, int i, uint16_t* to, size_t step) {
    const int taps = p.c.taps();
    alignas(64) uint16_t rows[9][32 * 32];  // [tap][input channel][output channel]
    for (int part = 0; part < p.parts; part++) {
        for (int j = 0; j < 32; j++) {
            const size_t from = (static_cast<size_t>(i + j) * p.c.oc + o) * taps;
            if (taps == 9) {
                pack_nine(w, from, part == 1, rows[0] + j * 32, 32 * 32);
            } else {
                _mm512_store_si512(rows[0] + j * 32, load_weights(w, from, part == 1));
            }
        }
        for (int tap = 0; tap < taps; tap++) transpose_32(rows[tap], to + (taps - 1 - tap) * step + part * AmxPlan::tile_pair);
    }
}

// A block of output channels to to[32 input channels][tap][part][32 output channels][32 input channels].
inline void pack_block(const AmxPlan& p, const Weights& w, int number, uint16_t* to) {
    const Shape& c = p.c;
    const int taps = c.taps();
    const size_t step = static_cast<size_t>(AmxPlan::tile_pair) * p.parts;
    for (int i = 0; i < p.input_blocks(); i++, to += taps * step) {
        const int count = std::min(32, c.ic - i * 32), first = number * AmxPlan::channels;
        if (w.turned && count == 32 && first + AmxPlan::channels <= c.oc && (taps == 9 || taps == 1)) {
            pack_turned_block(p, w, first, i * 32, to, step);
            continue;
        }
        for (int row = 0; row < AmxPlan::channels * p.parts; row++) {
            const bool rest = row >= AmxPlan::channels;
            const int o = first + row % AmxPlan::channels;
            const size_t from = (static_cast<size_t>(o) * c.ic + i * 32) * taps;
            uint16_t* const at = to + row * 32;
            if (w.turned) {
                for (int tap = 0; tap < taps; tap++) {
                    const size_t at_tap = (static_cast<size_t>(i) * 32 * c.oc + o) * taps + taps - 1 - tap;
                    const size_t apart = static_cast<size_t>(c.oc) * taps;
                    _mm512_storeu_si512(at + tap * step, gather_weights(w, at_tap, apart, o < c.oc ? count : 0, rest));
                }
            } else if (o < c.oc && count == 32 && taps == 9) {
                pack_nine(w, from, rest, at, step);
            } else if (o < c.oc && count == 32 && taps == 1) {
                _mm512_storeu_si512(at, load_weights(w, from, rest));
            } else {
                for (int tap = 0; tap < taps; tap++) {
                    _mm512_storeu_si512(at + tap * step, gather_weights(w, from + tap, taps, o < c.oc ? count : 0, rest));
                }
            }
        }
    }
}

}  // namespace conv

#endif
