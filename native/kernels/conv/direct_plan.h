#pragma once
// How a direct convolution is divided and how its packed input lies in memory.

#include <algorithm>
#include <cstdint>

#include "kernels/conv/lanes.h"
#include "kernels/conv/shape.h"

#ifdef AI_ARTIST_CONV_KERNELS

namespace conv {

// A job is a chunk of output rows of one image, or several small images whole. Its input is packed by channel:
//   packed[channel][phase][row][column], padded,
// so that the inputs of tap (ky, kx) lie at a constant distance tap_offset() from those of tap 0. With stride s a channel has s*s phases.
// With stride 1 the padding to the right of a row is that to the left of the next one, and the padding between two images is shared.
// An output position is row * width + column; those of the padding are computed and dropped, so that any width takes full vectors.
struct DirectPlan {
    Shape c;
    int images;  // of a job
    int rows;    // output rows of an image in a full chunk
    int chunks;  // of an image
    int jobs;
    int image_rows;   // packed rows from one image to the next
    int packed_rows;  // of a phase
    int width;        // of a packed row
    int shared;       // columns and rows of padding that two neighbours share
    ptrdiff_t plane;  // floats from one channel to the next
    size_t floats;    // of the packed input of a job
    bool by_channel;  // threads share jobs and divide the output channels

    DirectPlan(const Shape& shape, int threads);

    int tap_offset(int tap) const {
        const int ky = tap / c.k, kx = tap % c.k, s = c.stride;
        return (ky % s * s + kx % s) * packed_rows * width + ky / s * width + kx / s;
    }
    int channel_blocks() const { return ceil_div(c.oc, out_channels); }
    size_t block_weights() const { return c.kernel_length() * out_channels; }  // floats
    size_t input_bytes() const { return aligned(floats * sizeof(float)); }     // of a job
    size_t weight_bytes() const { return aligned(block_weights() * channel_blocks() * sizeof(float)); }
    size_t shared_bytes() const { return by_channel ? input_bytes() * jobs : weight_bytes(); }
    size_t thread_bytes() const { return by_channel ? aligned(block_weights() * sizeof(float)) : input_bytes(); }
};

inline DirectPlan::DirectPlan(const Shape& shape, int threads) : c(shape), images(1) {
    const int s = c.stride, halo = (c.k - 1) / s, phases = s * s;
    shared = s == 1 ? std::min(c.pad, halo) : 0;
    width = c.ow() + halo - shared;
    // Rows of which half of an L2 cache of 1 MiB holds the input.
    const int64_t line = static_cast<int64_t>(std::max(c.ic, 1)) * width * phases * static_cast<int64_t>(sizeof(float));
    const int64_t budget = (600 << 10) / line - halo, fair = ceil_div(c.oh() * c.n, threads);
    rows = static_cast<int>(std::min<int64_t>(c.oh(), std::max<int64_t>(line > (1 << 20) ? 1 : 4, std::min(budget, fair))));
    chunks = ceil_div(c.oh(), rows);
    rows = ceil_div(c.oh(), chunks);
    if (chunks == 1 && c.n > 1) images = static_cast<int>(std::min<int64_t>(c.n, std::max<int64_t>(1, budget / (c.oh() + halo))));
    jobs = chunks > 1 ? c.n * chunks : ceil_div(c.n, images);
    image_rows = rows + halo - shared;
    packed_rows = images * image_rows + shared;
    plane = static_cast<ptrdiff_t>(odd_lines(static_cast<size_t>(width) * packed_rows * phases + shared));
    floats = static_cast<size_t>(c.ic) * plane + 1024;
    // What is smaller is shared, unless the jobs are too few for the threads.
    const size_t whole_input = input_bytes() * jobs;
    by_channel = 2 * whole_input <= weight_bytes() || (jobs < threads && whole_input <= size_t(64) << 20);
}

}  // namespace conv

#endif
