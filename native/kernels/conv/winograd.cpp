#include "kernels/conv/winograd.h"

#include "kernels/conv/winograd_transforms.h"

#ifdef AI_ARTIST_CONV_KERNELS

namespace conv {
namespace {

// out_channels output channels at N vectors of tiles: v[channel][step] by u[channel][out_channels] to m[out_channels][step].
template <int N>
inline void product(const float* v, size_t step, const float* u, int channels, float* m) {
    Lanes sum[out_channels][N];
#pragma GCC unroll 8
    for (int o = 0; o < out_channels; o++)
#pragma GCC unroll 4
        for (int n = 0; n < N; n++) sum[o][n] = zero();
    for (int i = 0; i < channels; i++, v += step, u += out_channels) {
        Lanes in[N];
#pragma GCC unroll 4
        for (int n = 0; n < N; n++) in[n] = load(v + n * lanes);
#pragma GCC unroll 8
        for (int o = 0; o < out_channels; o++) {
            const Lanes k = all(u[o]);
#pragma GCC unroll 4
            for (int n = 0; n < N; n++) sum[o][n] = multiply_add(in[n], k, sum[o][n]);
        }
    }
#pragma GCC unroll 8
    for (int o = 0; o < out_channels; o++)
#pragma GCC unroll 4
        for (int n = 0; n < N; n++) store(m + o * step + n * lanes, sum[o][n]);
}

struct Work {
    float *shared, *weights_or_v, *m, *transform, *rows, *raw;

    Work(const WinogradPlan& p, char* work, int thread) {
        const auto floats = [](char* at) { return reinterpret_cast<float*>(at); };
        shared = floats(work);
        work += p.shared_bytes() + p.thread_bytes() * thread;
        weights_or_v = floats(work);
        work += p.by_channel ? p.weight_bytes() : p.v_bytes();
        m = floats(work);
        work += p.m_bytes();
        transform = floats(work);
        work += p.transform_bytes();
        rows = floats(work);
        work += aligned(p.outputs() * sizeof(float));
        raw = floats(work);
    }
};

// One group of output channels of a block.
void compute(const WinogradPlan& p, int block, int group, const float* v, const float* u, const Outputs& y, const Work& work) {
    const int channels = std::min(p.group, p.c.oc - group * p.group);
    const size_t step = p.padded, m_point = p.m_point();
    for (int point = 0; point < WinogradPlan::points; point++) {
        for (int part = 0; part * out_channels < channels; part++) {
            const float* const weights = u + point * p.weight_point() + static_cast<size_t>(part) * p.c.ic * out_channels;
            const float* in = v + point * p.v_point();
            float* out = work.m + point * m_point + part * out_channels * step;
            for (int left = p.padded / lanes; left > 0;) {
                const int n = left == 1 ? 1 : left == 2 || left == 4 ? 2 : 3;
                (n == 3 ? product<3> : n == 2 ? product<2> : product<1>)(in, step, weights, p.c.ic, out);
                in += n * lanes;
                out += n * lanes;
                left -= n;
            }
        }
    }
    for (int o = 0; o < channels; o++) transform_output(p, work.m + o * step, m_point, group * p.group + o, block, y, work.rows);
}

// Threads share the transformed inputs and divide the groups of output channels.
void share_inputs(const WinogradPlan& p, const Weights& w, const float* x, const Outputs& y, const Work& work, const Thread& thread) {
    const size_t v = p.v_bytes() / sizeof(float);
    for (int item = thread.index; item < p.blocks * p.c.ic; item += thread.count) {
        const int block = item / p.c.ic, channel = item % p.c.ic;
        transform_input(p, x, channel, block, work.shared + block * v + static_cast<size_t>(channel) * p.padded, p.v_point(),
                        work.transform);
    }
    thread.barrier();
    for (int group = thread.index; group < p.groups(); group += thread.count) {
        transform_weights(p, w, group, work.raw, work.weights_or_v);
        for (int block = 0; block < p.blocks; block++) compute(p, block, group, work.shared + block * v, work.weights_or_v, y, work);
    }
}

// Threads share the transformed weights and divide the blocks.
void share_weights(const WinogradPlan& p, const Weights& w, const float* x, const Outputs& y, const Work& work, const Thread& thread) {
    const size_t u = p.weight_bytes() / sizeof(float);
    for (int group = thread.index; group < p.groups(); group += thread.count)
        transform_weights(p, w, group, work.raw, work.shared + group * u);
    thread.barrier();
    for (int block = thread.index; block < p.blocks; block += thread.count) {
        for (int channel = 0; channel < p.c.ic; channel++) {
            transform_input(p, x, channel, block, work.weights_or_v + static_cast<size_t>(channel) * p.padded, p.v_point(), work.transform);
        }
        for (int group = 0; group < p.groups(); group++) compute(p, block, group, work.weights_or_v, work.shared + group * u, y, work);
    }
}

}  // namespace

bool winograd_fits(const Shape& c) {
    if (c.k != 3 || c.stride != 1 || c.pad > 1 || c.oc < 16 || c.ic < 16) return false;
    const WinogradPlan p(c, 1);
    const int64_t picture = static_cast<int64_t>(p.across) * p.down, tiles = picture * c.n;
    // Fewer do not gain. With less than 16 a picture, two pictures have less than 32: a pair has the kernel, and so the bits, of each
    // alone.
    const bool enough = picture >= 16 || tiles >= 32;
    // Whole tiles: of the multiplications saved, three quarters, not more than a third may go to outputs that do not exist.
    const bool filled = tiles * 16 * 2 <= static_cast<int64_t>(c.n) * static_cast<int64_t>(c.out_plane()) * 3;
    const bool narrow = p.strips > 1 || p.v_bytes() <= max_winograd_strip;
    return enough && filled && narrow && p.shared_bytes() <= std::max(max_winograd_weights, max_winograd_inputs);
}

size_t winograd_work_size(const Shape& c, int threads) {
    const WinogradPlan p(c, threads);
    return p.shared_bytes() + p.thread_bytes() * threads;
}

void winograd(const Shape& c, const Weights& w, const float* x, const Outputs& y, char* work, const Thread& thread) {
    const WinogradPlan p(c, thread.count);
    const Work parts(p, work, thread.index);
    (p.by_channel ? share_inputs : share_weights)(p, w, x, y, parts, thread);
}

}  // namespace conv

#endif
