#include "kernels/conv/direct.h"

#include "kernels/conv/direct_plan.h"
#include "kernels/conv/weights.h"

#ifdef AI_ARTIST_CONV_KERNELS

namespace conv {
namespace {

void pack_row(const DirectPlan& p, const float* row, int px, float* to) {
    const int s = p.c.stride, from = px - p.c.pad;
    const int first = std::min(p.width, std::max(0, (s - 1 - from) / s));
    const int last = std::max(first, std::min(p.width, (p.c.iw - 1 - from) / s + 1));
    std::memset(to, 0, first * sizeof(float));
    std::memset(to + last, 0, (p.width - last) * sizeof(float));
    if (s == 1) {
        std::memcpy(to + first, row + first + from, (last - first) * sizeof(float));
        return;
    }
    int j = first;
    if (s == 2) {
        for (; j + lanes < last; j += lanes) {
            const float* const at = row + j * 2 + from;
            store(to + j, evens(load(at), load(at + lanes)));
        }
    }
    for (; j < last; j++) to[j] = row[j * s + from];
}

// Channels first to last - 1 of a job's input.
void pack_input(const DirectPlan& p, const float* x, int job, int first, int last, float* packed) {
    const Shape& c = p.c;
    const int s = c.stride;
    const int image = p.chunks > 1 ? job / p.chunks : job * p.images, y0 = p.chunks > 1 ? job % p.chunks * p.rows : 0;
    for (int channel = first; channel < last; channel++) {
        float* const plane = packed + channel * p.plane;
        for (int phase = 0; phase < s * s; phase++) {
            for (int r = 0; r < p.packed_rows; r++) {
                float* const to = plane + (static_cast<ptrdiff_t>(phase) * p.packed_rows + r) * p.width;
                const int m = std::min(r / p.image_rows, p.images - 1);
                const int iy = (y0 + r - m * p.image_rows) * s + phase / s - c.pad;
                if (iy < 0 || iy >= c.ih || image + m >= c.n) {
                    std::memset(to, 0, p.width * sizeof(float));
                } else {
                    pack_row(p, x + ((static_cast<size_t>(image) + m) * c.ic + channel) * c.in_plane() + static_cast<size_t>(iy) * c.iw,
                             phase % s, to);
                }
            }
        }
        for (int i = 0; i < p.shared; i++) plane[p.packed_rows * p.width + i] = 0;
    }
}

// What the tiles of a job share.
struct Job {
    const DirectPlan& p;
    int images, rows;  // that exist
    int positions;
    int offset[49];
    const Outputs& out;
    float* y;  // output channel 0 of the first image, first row

    Job(const DirectPlan& plan, int job, const Outputs& outputs) : p(plan), out(outputs) {
        const Shape& c = p.c;
        const int first = p.chunks > 1 ? job / p.chunks : job * p.images, y0 = p.chunks > 1 ? job % p.chunks * p.rows : 0;
        images = std::min(p.images, c.n - first);
        rows = std::min(p.rows, c.oh() - y0);
        positions = ((images - 1) * p.image_rows + rows) * p.width;
        for (int t = 0; t < c.taps(); t++) offset[t] = p.tap_offset(t);
        y = out.y + static_cast<size_t>(first) * c.oc * c.out_plane() + static_cast<size_t>(y0) * c.ow();
    }
};

// The outputs among `count` positions from f, of `channels` output channels from y on; out has their sums, `step` floats a channel.
void store_outputs(const Job& job, const float* out, int step, int count, int channels, float* y, int f) {
    const DirectPlan& p = job.p;
    const int ow = p.c.ow();
    for (int i = 0; i < count;) {
        const int row = (f + i) / p.width, column = (f + i) % p.width;
        const int m = row / p.image_rows, r = row % p.image_rows;
        if (m >= job.images) break;
        const int run = std::min(count - i, p.width - column), take = r < job.rows ? std::min(run, ow - column) : 0;
        if (take > 0) {
            float* const to = y + static_cast<size_t>(m) * p.c.oc * p.c.out_plane() + static_cast<size_t>(r) * ow + column;
            for (int o = 0; o < channels; o++) std::memcpy(to + o * p.c.out_plane(), out + o * step + i, take * sizeof(float));
        }
        i += run;
    }
}

// NB output channels at NV vectors of positions from f on, in registers. TAPS: their number if known (the end of a loop of nine is
// mispredicted), or 0.
template <int NB, int NV, int TAPS>
void tile(const Job& job, const float* in, const float* w, int channels, float* y, const float* bias, int f) {
    Lanes sum[NB][NV];
#pragma GCC unroll 8
    for (int o = 0; o < NB; o++)
#pragma GCC unroll 4
        for (int v = 0; v < NV; v++) sum[o][v] = zero();
    const int taps = TAPS ? TAPS : job.p.c.taps();
    in += f;
    for (int channel = 0; channel < job.p.c.ic; channel++, in += job.p.plane) {
#pragma GCC unroll 9
        for (int t = 0; t < taps; t++, w += out_channels) {
            Lanes x[NV];
#pragma GCC unroll 4
            for (int v = 0; v < NV; v++) x[v] = load(in + job.offset[t] + v * lanes);
#pragma GCC unroll 8
            for (int o = 0; o < NB; o++) {
                const Lanes k = all(w[o]);
#pragma GCC unroll 4
                for (int v = 0; v < NV; v++) sum[o][v] = multiply_add(x[v], k, sum[o][v]);
            }
        }
    }
    alignas(64) float out[NB][NV * lanes];
#pragma GCC unroll 8
    for (int o = 0; o < NB; o++)
#pragma GCC unroll 4
        for (int v = 0; v < NV; v++) store(&out[o][v * lanes], finish(sum[o][v], bias[o], job.out.slope));
    store_outputs(job, &out[0][0], NV * lanes, std::min(NV * lanes, job.positions - f), channels, y, f);
}

template <int NB, int TAPS>
void tiles(const Job& job, const float* in, const float* w, int channels, float* y, const float* bias) {
    for (int f = 0; f < job.positions;) {
        const int left = ceil_div(job.positions - f, lanes);
        if (left == 1) {
            tile<NB, 1, TAPS>(job, in, w, channels, y, bias, f);
            f += lanes;
        } else if (left == 2 || left == 4) {
            tile<NB, 2, TAPS>(job, in, w, channels, y, bias, f);
            f += 2 * lanes;
        } else {
            tile<NB, 3, TAPS>(job, in, w, channels, y, bias, f);
            f += 3 * lanes;
        }
    }
}

// One block of output channels of a job.
void compute(const Job& job, int block, const float* in, const float* w) {
    const int channels = std::min(out_channels, job.p.c.oc - block * out_channels);
    float* const y = job.y + static_cast<size_t>(block) * out_channels * job.p.c.out_plane();
    const int taps = job.p.c.taps();
    float bias[out_channels] = {};
    if (job.out.bias != nullptr) std::copy_n(job.out.bias + block * out_channels, channels, bias);
    const auto run = [&](auto nine, auto one, auto any) { (taps == 9 ? nine : taps == 1 ? one : any)(job, in, w, channels, y, bias); };
    if (channels <= 3) {
        run(tiles<3, 9>, tiles<3, 1>, tiles<3, 0>);
    } else if (channels == 4) {
        run(tiles<4, 9>, tiles<4, 1>, tiles<4, 0>);
    } else {
        run(tiles<out_channels, 9>, tiles<out_channels, 1>, tiles<out_channels, 0>);
    }
}

}  // namespace

bool direct_fits(const Shape& c) {
    constexpr size_t most = size_t(256) << 20;
    const size_t rows = static_cast<size_t>(c.ic) * (c.iw + 2 * c.pad) * (c.k + c.stride - 1) * sizeof(float);
    return DirectPlan(c, 1).weight_bytes() <= most && rows <= most;
}

size_t direct_work_size(const Shape& c, int threads) {
    const DirectPlan p(c, threads);
    return p.shared_bytes() + p.thread_bytes() * threads;
}

void direct(const Shape& c, const Weights& w, const float* x, const Outputs& y, char* work, const Thread& thread) {
    const DirectPlan p(c, thread.count);
    float* const shared = reinterpret_cast<float*>(work);
    float* const own = reinterpret_cast<float*>(work + p.shared_bytes() + p.thread_bytes() * thread.index);
    const size_t input = p.input_bytes() / sizeof(float);
    if (p.by_channel) {
        for (int job = 0; job < p.jobs; job++) {
            const int first = static_cast<int>(static_cast<int64_t>(c.ic) * thread.index / thread.count);
            const int last = static_cast<int>(static_cast<int64_t>(c.ic) * (thread.index + 1) / thread.count);
            pack_input(p, x, job, first, last, shared + job * input);
        }
        thread.barrier();
        for (int block = thread.index; block < p.channel_blocks(); block += thread.count) {
            pack_weights(c, w, block * out_channels, own);
            for (int job = 0; job < p.jobs; job++) compute(Job(p, job, y), block, shared + job * input, own);
        }
        return;
    }
    for (int block = thread.index; block < p.channel_blocks(); block += thread.count) {
        pack_weights(c, w, block * out_channels, shared + block * p.block_weights());
    }
    thread.barrier();
    for (int number = thread.index; number < p.jobs; number += thread.count) {
        pack_input(p, x, number, 0, c.ic, own);
        const Job job(p, number, y);
        for (int block = 0; block < p.channel_blocks(); block++) compute(job, block, own, shared + block * p.block_weights());
    }
}

}  // namespace conv

#endif
