#pragma once
// How a Winograd convolution is divided and where its parts lie in work memory.

#include <algorithm>
#include <cstdint>

#include "kernels/conv/lanes.h"
#include "kernels/conv/shape.h"

#ifdef AI_ARTIST_CONV_KERNELS

namespace conv {

// A tile is 4x4 outputs, computed from 6x6 inputs. A strip is a row of tiles of one image; a block is some strips, of all images in a row.
// Of a block, V[36][channel][tile] is the transformed input, M[36][output channel][tile] the products of a group of output channels.
// Either threads divide the blocks and share the transformed weights, or they share V and divide the groups: then a thread transforms the
// weights of its group just before it uses them.
struct WinogradPlan {
    Shape c;
    int across, down;    // tiles
    int strips, blocks;  // of a block; in all
    int tiles, padded;   // of a block; as a multiple of lanes
    int group;           // output channels
    bool by_channel;

    WinogradPlan(const Shape& shape, int threads);

    static constexpr int points = 36;

    int all_strips() const { return c.n * down; }
    int groups() const { return ceil_div(c.oc, group); }
    // Floats.
    size_t v_point() const { return odd_lines(static_cast<size_t>(c.ic) * padded); }
    size_t m_point() const { return odd_lines(static_cast<size_t>(group) * padded); }
    size_t weight_point() const { return odd_lines(static_cast<size_t>(group) * c.ic); }
    size_t row() const { return static_cast<size_t>(4) * (across + 3 * lanes) + lanes; }                // one padded input row
    size_t gathered() const { return static_cast<size_t>(points) * (padded + 2 * lanes) + 2 * lanes; }  // 6x6 inputs of each tile
    size_t outputs() const { return static_cast<size_t>(16) * padded + 4 * lanes; }                     // 4 rows of each tile
    size_t raw_weights() const { return static_cast<size_t>(9) * c.ic * out_channels; }                 // before the transform
    // Bytes.
    size_t v_bytes() const { return aligned(points * v_point() * sizeof(float)); }
    size_t weight_bytes() const { return aligned(points * weight_point() * sizeof(float)); }
    size_t m_bytes() const { return aligned(points * m_point() * sizeof(float)); }
    size_t shared_bytes() const { return by_channel ? v_bytes() * blocks : weight_bytes() * groups(); }
    size_t transform_bytes() const { return aligned((row() + gathered()) * sizeof(float)); }
    size_t thread_bytes() const {
        return (by_channel ? weight_bytes() : v_bytes()) + m_bytes() + transform_bytes() + aligned(outputs() * sizeof(float)) +
               aligned(raw_weights() * sizeof(float));
    }
};

constexpr size_t max_winograd_weights = size_t(64) << 20;  // bytes, shared by all threads
constexpr size_t max_winograd_inputs = size_t(160) << 20;
constexpr size_t max_winograd_strip = size_t(64) << 20;  // V of each thread

inline WinogradPlan::WinogradPlan(const Shape& shape, int threads) : c(shape) {
    across = ceil_div(c.ow(), 4);
    down = ceil_div(c.oh(), 4);
    // V of a point, a 36th, is read once per output channel and stays in L2.
    const int64_t wanted = std::min<int64_t>(384, std::max<int64_t>(96, (1 << 20) / (144 * c.ic)));
    const int64_t all = static_cast<int64_t>(across) * all_strips();
    const int64_t fair = std::max<int64_t>(3 * lanes, (all + threads - 1) / threads);
    strips = static_cast<int>(std::min<int64_t>(all_strips(), std::max<int64_t>(1, std::min(wanted, fair) / across)));
    blocks = ceil_div(all_strips(), strips);
    strips = ceil_div(all_strips(), blocks);
    tiles = strips * across;
    padded = ceil_div(tiles, lanes) * lanes;
    group = 32;
    const size_t weights = static_cast<size_t>(points) * ceil_div(c.oc, group) * group * c.ic * sizeof(float), inputs = v_bytes() * blocks;
    by_channel = inputs <= max_winograd_inputs && (blocks < threads || weights > max_winograd_weights || all < 256);
    if (by_channel) {
        while (group > out_channels && ceil_div(c.oc, group) < 2 * threads) group /= 2;
    }
}

}  // namespace conv

#endif
