#pragma once
// The three transforms of Winograd's F(4x4, 3x3): of weights, of inputs, of outputs.

#include <cstring>

#include "kernels/conv/weights.h"
#include "kernels/conv/winograd_plan.h"

#ifdef AI_ARTIST_CONV_KERNELS

namespace conv {

// One column of G g, V: any vector.
template <class V>
inline void weight_column(V a, V b, V c, V u[6]) {
    const V s = (a + c) * (-1 / 6.f), b6 = b * (1 / 6.f), e = a * (1 / 24.f) + c * (1 / 6.f), f = b * (1 / 12.f);
    u[0] = a * 0.25f;
    u[1] = s - b6;
    u[2] = s + b6;
    u[3] = e + f;
    u[4] = e - f;
    u[5] = c;
}

inline void input_column(const Lanes d[6], Lanes t[6]) {
    const Lanes a = d[4] - 4 * d[2], b = d[3] - 4 * d[1], e = d[4] - d[2], f = 2 * (d[3] - d[1]);
    t[0] = 4 * d[0] - 5 * d[2] + d[4];
    t[1] = a + b;
    t[2] = a - b;
    t[3] = e + f;
    t[4] = e - f;
    t[5] = 4 * d[1] - 5 * d[3] + d[5];
}

inline void output_column(const Lanes m[6], Lanes y[4]) {
    const Lanes a = m[1] + m[2], b = m[1] - m[2], e = m[3] + m[4], f = m[3] - m[4];
    y[0] = m[0] + a + e;
    y[1] = b + 2 * f;
    y[2] = a + 4 * e;
    y[3] = b + 8 * f + m[5];
}

// Group `number` of the output channels to to[36][out_channels of the group][channel][out_channels]; raw: raw_weights() floats.
inline void transform_weights(const WinogradPlan& p, const Weights& w, int number, float* raw, float* to) {
#ifdef __AVX512F__
    using V = __m256;
#else
    using V = __m128;
#endif
    static_assert(sizeof(V) == out_channels * sizeof(float), "one lane per output channel");
    const int parts = p.group / out_channels;
    for (int part = 0; part < parts && number * p.group + part * out_channels < p.c.oc; part++) {
        pack_weights(p.c, w, number * p.group + part * out_channels, raw);
        for (int i = 0; i < p.c.ic; i++) {
            V g[9], h[6][3], u[6];
            std::memcpy(g, raw + static_cast<size_t>(i) * 9 * out_channels, sizeof(g));
            for (int x = 0; x < 3; x++) {
                weight_column(g[x], g[3 + x], g[6 + x], u);
                for (int y = 0; y < 6; y++) h[y][x] = u[y];
            }
            for (int y = 0; y < 6; y++) {
                weight_column(h[y][0], h[y][1], h[y][2], u);
                for (int x = 0; x < 6; x++) {
                    std::memcpy(to + (6 * y + x) * p.weight_point() + (static_cast<size_t>(part) * p.c.ic + i) * out_channels, &u[x],
                                sizeof(V));
                }
            }
        }
    }
}

// Row r of 6 of the tiles of a strip that begins at input row iy - r, to to[6][step]: element j of each tile. row: row() floats.
inline void gather_row(const WinogradPlan& p, const float* channel, int iy, float* row, float* to, size_t step, bool first) {
    if (iy < 0 || iy >= p.c.ih) {
        for (int j = 0; j < 6; j++) std::memset(to + j * step, 0, p.across * sizeof(float));
        return;
    }
    const int pad = p.c.pad, iw = p.c.iw;
    row[0] = 0;
    std::memcpy(row + pad, channel + static_cast<size_t>(iy) * iw, iw * sizeof(float));
    std::memset(row + pad + iw, 0, (4 * p.across + 5 - pad - iw) * sizeof(float));
    float* const fifth = to + 4 * step;
    float* const sixth = to + 5 * step;
    // Elements 4 and 5 of a tile are 0 and 1 of the next: stored one tile to the left. The last ones come from the end of the row.
    const float end4 = row[4 * p.across], end5 = row[4 * p.across + 1];
    const float before4 = first ? 0 : fifth[-1], before5 = first ? 0 : sixth[-1];
    for (int t = 0; t < p.across; t += lanes) {
        const Lanes a = load(row + 4 * t), b = load(row + 4 * t + lanes), c = load(row + 4 * t + 2 * lanes),
                    d = load(row + 4 * t + 3 * lanes);
        const Lanes ab0 = evens(a, b), ab1 = odds(a, b), cd0 = evens(c, d), cd1 = odds(c, d);
        const Lanes e0 = evens(ab0, cd0), e1 = evens(ab1, cd1);
        store(to + t, e0);
        store(to + step + t, e1);
        store(to + 2 * step + t, odds(ab0, cd0));
        store(to + 3 * step + t, odds(ab1, cd1));
        store(fifth + t - 1, e0);
        store(sixth + t - 1, e1);
    }
    if (!first) {
        fifth[-1] = before4;
        sixth[-1] = before5;
    }
    fifth[p.across - 1] = end4;
    sixth[p.across - 1] = end5;
}

// One channel of a block's input to v[36][step] (the step from a point to the next); buffer: transform_bytes().
inline void transform_input(const WinogradPlan& p, const float* x, int channel, int block, float* v, size_t step, float* buffer) {
    const size_t wide = static_cast<size_t>(p.padded) + 2 * lanes;
    float* const row = buffer;
    float* const inputs = buffer + p.row() + lanes;  // [6][6][wide], with a tile of slack before
    const int first = block * p.strips, last = std::min(first + p.strips, p.all_strips());
    for (int r = 0; r < 6; r++) {
        for (int strip = first; strip < last; strip++) {
            const float* const plane = x + (static_cast<size_t>(strip / p.down) * p.c.ic + channel) * p.c.in_plane();
            gather_row(p, plane, 4 * (strip % p.down) + r - p.c.pad, row, inputs + 6 * r * wide + (strip - first) * p.across, wide,
                       strip == first);
        }
    }
    for (int t = 0; t < p.padded; t += lanes) {
        Lanes h[6][6], in[6], out[6];
        for (int r = 0; r < 6; r++) {
            for (int j = 0; j < 6; j++) in[j] = load(inputs + (6 * r + j) * wide + t);
            input_column(in, h[r]);
        }
        for (int j = 0; j < 6; j++) {
            for (int r = 0; r < 6; r++) in[r] = h[r][j];
            input_column(in, out);
            for (int r = 0; r < 6; r++) store(v + (6 * r + j) * step + t, out[r]);
        }
    }
}

// One output channel of a block from m (the step from a point to the next) to y; rows: outputs() floats.
inline void transform_output(const WinogradPlan& p, const float* m, size_t step, int channel, int block, const Outputs& y, float* rows) {
    const float bias = y.bias == nullptr ? 0 : y.bias[channel];
    for (int t = 0; t < p.padded; t += lanes) {
        Lanes h[4][6], in[6], r[4];
        for (int j = 0; j < 6; j++) {
            for (int k = 0; k < 6; k++) in[k] = load(m + (6 * k + j) * step + t);
            output_column(in, r);
            for (int k = 0; k < 4; k++) h[k][j] = r[k];
        }
        for (int k = 0; k < 4; k++) {
            output_column(h[k], r);
            for (Lanes& v : r) v = finish(v, bias, y.slope);
            const Lanes a = zip_low(r[0], r[2]), b = zip_low(r[1], r[3]), c = zip_high(r[0], r[2]), d = zip_high(r[1], r[3]);
            float* const to = rows + static_cast<size_t>(k) * 4 * p.padded + 4 * t;
            store(to, zip_low(a, b));
            store(to + lanes, zip_high(a, b));
            store(to + 2 * lanes, zip_low(c, d));
            store(to + 3 * lanes, zip_high(c, d));
        }
    }
    const int first = block * p.strips, last = std::min(first + p.strips, p.all_strips()), oh = p.c.oh(), ow = p.c.ow();
    for (int strip = first; strip < last; strip++) {
        float* const plane = y.y + (static_cast<size_t>(strip / p.down) * p.c.oc + channel) * p.c.out_plane();
        const int row = 4 * (strip % p.down);
        for (int k = 0; k < 4 && row + k < oh; k++) {
            std::memcpy(plane + static_cast<size_t>(row + k) * ow,
                        rows + static_cast<size_t>(k) * 4 * p.padded + 4 * (strip - first) * p.across, ow * sizeof(float));
        }
    }
}

}  // namespace conv

#endif
