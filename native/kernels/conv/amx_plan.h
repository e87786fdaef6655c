#pragma once
// How a convolution on AMX is divided and how its packed input lies in memory.

#include <algorithm>

#include "kernels/amx/amx.h"
#include "kernels/conv/shape.h"

#ifdef AI_ARTIST_AMX

namespace conv {

// A job is a chunk of output rows of one image. Its input is packed as pairs of channels in bfloat16, 4 bytes a position; a plane is one
// pair. As in DirectPlan, the inputs of a tap lie at a constant distance tap_offset() from those of tap 0, and there are stride² phases.
// A group is 16 positions, a tile's width. If rows are whole groups, [16 planes] of a row lie side by side and no group crosses rows;
// otherwise a plane is one line of positions, and those of the padding are computed and dropped.
struct AmxPlan {
    static constexpr int tile = 16;                        // planes, positions and output channels of a tile
    static constexpr int channels = 32;                    // output channels of a block: two tiles
    static constexpr int tile_pair = 2 * tile * 2 * tile;  // weights of 32 output channels and 32 input channels

    Shape c;
    int parts;   // bfloat16 numbers of a value, 1 or 2
    int planes;  // a multiple of 16: those that do not exist are zero
    int rows;    // output rows of a full chunk
    int chunks;  // of an image
    int jobs;
    int packed_rows, width;  // of a phase
    bool by_row;
    ptrdiff_t plane, row, block;  // pairs from one plane, row, 16 planes to the next
    size_t pairs;                 // of a part of the packed input
    bool by_channel;              // threads share jobs and divide the blocks of output channels

    AmxPlan(const Shape& shape, int value_parts, int threads);

    int tap_offset(int tap) const {
        const int ky = tap / c.k, kx = tap % c.k, s = c.stride;
        return static_cast<int>((ky % s * s + kx % s) * (row * packed_rows) + ky / s * row + kx / s);
    }
    ptrdiff_t at(int p, int phase, int r) const {
        const ptrdiff_t line = phase * (row * packed_rows) + r * row;
        return line + (by_row ? p / tile * block + p % tile * plane : p * plane);
    }
    int channel_blocks() const { return ceil_div(c.oc, channels); }
    int input_blocks() const { return planes / tile; }
    size_t block_weights() const { return static_cast<size_t>(input_blocks()) * c.taps() * tile_pair * parts; }  // numbers
    size_t input_bytes() const { return aligned(pairs * parts * 4); }                                            // of a job
    size_t block_bytes() const { return aligned(block_weights() * 2); }
    size_t shared_bytes() const { return by_channel ? input_bytes() * jobs : block_bytes() * channel_blocks(); }
    size_t thread_bytes() const { return by_channel ? block_bytes() : input_bytes(); }
};

inline AmxPlan::AmxPlan(const Shape& shape, int value_parts, int threads) : c(shape), parts(value_parts) {
    const int s = c.stride, halo = (c.k - 1) / s, phases = s * s;
    planes = ceil_div(ceil_div(c.ic, 2), tile) * tile;
    width = c.ow() + halo;
    by_row = c.ow() % tile == 0 && c.k > 1;
    // The packed input stays in L2 beside the weights.
    const size_t line = static_cast<size_t>(planes) * width * phases * 4 * parts, budget = size_t(1) << 20;
    const int fair = static_cast<int>((static_cast<int64_t>(c.n) * c.oh() + threads - 1) / threads);
    rows = static_cast<int>(std::max<int64_t>(4, static_cast<int64_t>(budget / line) - halo));
    rows = std::min({rows, c.oh(), std::max(4, fair)});
    chunks = ceil_div(c.oh(), rows);
    rows = ceil_div(c.oh(), chunks);
    jobs = c.n * chunks;
    packed_rows = rows + halo;
    if (by_row) {
        plane = static_cast<ptrdiff_t>(odd_lines(width));
        row = tile * plane;
        block = row * packed_rows * phases;
    } else {
        plane = static_cast<ptrdiff_t>(odd_lines(static_cast<size_t>(width) * packed_rows * phases));
        row = width;
        block = tile * plane;
    }
    // The last groups read past the end; what they read there is dropped.
    pairs = static_cast<size_t>(input_blocks()) * block + 1024;
    const size_t inputs = input_bytes() * jobs, weights = block_bytes() * channel_blocks();
    by_channel = 2 * inputs <= weights || (jobs < threads && inputs <= size_t(64) << 20);
}

}  // namespace conv

#endif
