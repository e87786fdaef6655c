#include "kernels/conv/amx_conv.h"

#include "kernels/conv/amx_pack.h"

#ifdef AI_ARTIST_AMX

namespace conv {
namespace {

constexpr int tile = AmxPlan::tile, tile_floats = tile * tile, tile_numbers = AmxPlan::tile_pair / 2;

// A block of output channels of a job. Its sums are C tiles of 16 channels by 16 positions, so they leave in ggml's layout as they are:
// weights are the rows of A, and pairs of channels at 16 positions the B tile, at any position.
struct Block {
    const AmxPlan& p;
    const uint32_t* in;
    const uint16_t* weights;
    int offset[49];
    int channels, rows;  // that exist
    float* y;            // the first of the channels, the first row
    const Outputs& out;
    const float* bias;
    alignas(64) float sums[4 * tile_floats];

    Block(const AmxPlan& plan, int job, int number, const uint32_t* input, const uint16_t* packed, const Outputs& outputs)
        : p(plan), in(input), weights(packed), out(outputs) {
        const Shape& c = p.c;
        const int first = number * AmxPlan::channels, y0 = job % p.chunks * p.rows;
        for (int t = 0; t < c.taps(); t++) offset[t] = p.tap_offset(t);
        channels = std::min(AmxPlan::channels, c.oc - first);
        rows = std::min(p.rows, c.oh() - y0);
        y = out.y + (static_cast<size_t>(job / p.chunks) * c.oc + first) * c.out_plane() + static_cast<size_t>(y0) * c.ow();
        bias = out.bias == nullptr ? nullptr : out.bias + first;
    }
};

// The products of all input channels of two groups of positions at b and d; TWO: of 32 output channels, else 16.
template <bool TWO, int PARTS>
void multiply(const Block& job, const uint32_t* b, const uint32_t* d) {
    const AmxPlan& p = job.p;
    const long stride = static_cast<long>(p.plane) * 4;
    const int taps = p.c.taps();
    const uint16_t* a = job.weights;
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    for (int i = 0; i < p.input_blocks(); i++, b += p.block, d += p.block) {
        for (int t = 0; t < taps; t++, a += AmxPlan::tile_pair * PARTS) {
            const uint32_t *const at_b = b + job.offset[t], *const at_d = d + job.offset[t];
            _tile_loadd(6, at_b, stride);
            _tile_loadd(4, a, 64);
            _tile_loadd(7, at_d, stride);
            _tile_dpbf16ps(0, 4, 6);
            _tile_dpbf16ps(1, 4, 7);
            if (TWO) {
                _tile_loadd(5, a + tile_numbers, 64);
                _tile_dpbf16ps(2, 5, 6);
                _tile_dpbf16ps(3, 5, 7);
            }
            if (PARTS == 1) continue;
            // The rest of the inputs by the weights, then the inputs by the rest of the weights.
            _tile_loadd(6, at_b + p.pairs, stride);
            _tile_dpbf16ps(0, 4, 6);
            if (TWO) _tile_dpbf16ps(2, 5, 6);
            _tile_loadd(7, at_d + p.pairs, stride);
            _tile_dpbf16ps(1, 4, 7);
            if (TWO) _tile_dpbf16ps(3, 5, 7);
            _tile_loadd(4, a + AmxPlan::tile_pair, 64);
            _tile_loadd(6, at_b, stride);
            _tile_dpbf16ps(0, 4, 6);
            _tile_loadd(7, at_d, stride);
            _tile_dpbf16ps(1, 4, 7);
            if (TWO) {
                _tile_loadd(5, a + AmxPlan::tile_pair + tile_numbers, 64);
                _tile_dpbf16ps(2, 5, 6);
                _tile_dpbf16ps(3, 5, 7);
            }
        }
    }
}

// 16 sums of one channel, of which `take` from `skip` on are outputs, to `to`.
inline void store_group(const Block& job, const float* sums, int channel, int skip, int take, float* to) {
    const __m512 v = finish(_mm512_load_ps(sums), job.bias == nullptr ? 0 : job.bias[channel], job.out.slope);
    const auto mask = static_cast<__mmask16>(amx::first(take) << skip);
    _mm512_mask_storeu_ps(to - skip, mask, v);
}

// The outputs among the 16 positions of group g, of the channels from `first` on.
void store_groups(const Block& job, const float* sums, int first, int g) {
    const AmxPlan& p = job.p;
    const int ow = p.c.ow(), channels = std::min(tile, job.channels - first);
    const size_t image = p.c.out_plane();
    float* const y = job.y + first * image;
    if (p.by_row) {
        for (int o = 0; o < channels; o++) store_group(job, sums + o * tile, first + o, 0, tile, y + o * image + g * tile);
        return;
    }
    for (int i = 0; i < tile;) {
        const int row = (g * tile + i) / p.width, column = (g * tile + i) % p.width;
        if (row >= job.rows) break;
        const int run = std::min(tile - i, p.width - column), take = std::min(run, ow - column);
        if (take > 0) {
            float* const to = y + static_cast<size_t>(row) * ow + column;
            for (int o = 0; o < channels; o++) store_group(job, sums + o * tile, first + o, i, take, to + o * image);
        }
        i += run;
    }
}

template <bool TWO, int PARTS>
void compute(Block& job) {
    const AmxPlan& p = job.p;
    const int across = p.c.ow() / tile, groups = p.by_row ? job.rows * across : ceil_div(job.rows * p.width, tile);
    const auto at = [&](int g) { return p.by_row ? static_cast<ptrdiff_t>(g / across) * p.row + g % across * tile : ptrdiff_t(g) * tile; };
    for (int g = 0; g < groups; g += 2) {
        const int h = std::min(g + 1, groups - 1);
        multiply<TWO, PARTS>(job, job.in + at(g), job.in + at(h));
        _tile_stored(0, job.sums, 64);
        _tile_stored(1, job.sums + tile_floats, 64);
        if (TWO) {
            _tile_stored(2, job.sums + 2 * tile_floats, 64);
            _tile_stored(3, job.sums + 3 * tile_floats, 64);
        }
        for (int q = 0; q < (TWO ? 4 : 2); q++) {
            if (q % 2 == 0 || h > g) store_groups(job, job.sums + q * tile_floats, q / 2 * tile, q % 2 == 0 ? g : h);
        }
    }
}

void compute(const AmxPlan& p, int job, int number, const uint32_t* in, const uint16_t* weights, const Outputs& out) {
    Block block(p, job, number, in, weights, out);
    const bool two = block.channels > tile;
    if (p.parts == 1) {
        (two ? compute<true, 1> : compute<false, 1>)(block);
    } else {
        (two ? compute<true, 2> : compute<false, 2>)(block);
    }
}

}  // namespace

bool amx_fits(const Shape& c) {
    if (!amx::permitted() || c.stride > 2 || c.ic < 16 || c.oc < 16) return false;
    const AmxPlan p(c, 2, 1);
    constexpr size_t most = size_t(128) << 20;
    return p.input_bytes() <= most && p.block_bytes() <= most && p.shared_bytes() <= 2 * most;
}

size_t amx_work_size(const Shape& c, int parts, int threads) {
    const AmxPlan p(c, parts, threads);
    return p.shared_bytes() + p.thread_bytes() * threads;
}

void amx_conv(const Shape& c, int parts, const Weights& w, const float* x, const Outputs& y, char* work, const Thread& thread) {
    const AmxPlan p(c, parts, thread.count);
    char* const own = work + p.shared_bytes() + p.thread_bytes() * thread.index;
    const auto input = [](char* at) { return reinterpret_cast<uint32_t*>(at); };
    const auto weights = [](char* at) { return reinterpret_cast<uint16_t*>(at); };
    const amx::Tiles tiles;
    if (p.by_channel) {
        for (int item = thread.index; item < p.jobs * p.input_blocks(); item += thread.count) {
            const int job = item / p.input_blocks(), plane = item % p.input_blocks() * tile;
            pack_pairs(p, x, job, plane, plane + tile, input(work + p.input_bytes() * job));
        }
        thread.barrier();
        for (int block = thread.index; block < p.channel_blocks(); block += thread.count) {
            pack_block(p, w, block, weights(own));
            for (int job = 0; job < p.jobs; job++) compute(p, job, block, input(work + p.input_bytes() * job), weights(own), y);
        }
        return;
    }
    for (int block = thread.index; block < p.channel_blocks(); block += thread.count) {
        pack_block(p, w, block, weights(work + p.block_bytes() * block));
    }
    thread.barrier();
    for (int job = thread.index; job < p.jobs; job += thread.count) {
        pack_pairs(p, x, job, 0, p.planes, input(own));
        for (int block = 0; block < p.channel_blocks(); block++) {
            compute(p, job, block, input(own), weights(work + p.block_bytes() * block), y);
        }
    }
}

}  // namespace conv

#else

namespace conv {

bool amx_fits(const Shape&) { return false; }
size_t amx_work_size(const Shape&, int, int) { return 0; }
void amx_conv(const Shape&, int, const Weights&, const float*, const Outputs&, char*, const Thread&) {}

}  // namespace conv

#endif
