// GGML_OP_CONV_2D by our kernels: the functions that ggml's CPU backend calls (patches 0086 and 0090, ops.h).
#include <algorithm>
#include <cstdint>
#include <cstring>

#include "ggml-cpu-impl.h"
#include "ggml.h"
#include "kernels/conv/amx_conv.h"
#include "kernels/conv/direct.h"
#include "kernels/conv/lanes.h"
#include "kernels/conv/winograd.h"
#include "kernels/fusion/following.h"
#include "ops.h"

#ifdef AI_ARTIST_CONV_KERNELS

namespace {

// Whether the kernels take it: same size, stride and padding in both directions, no dilation, everything contiguous, and sizes whose
// products of two fit into an int.
bool read_shape(const ggml_tensor* dst, conv::Shape& shape) {
    const ggml_tensor *kernel = dst->src[0], *src = dst->src[1];
    const int32_t* const p = dst->op_params;  // stride, padding, dilation: x and y each
    const bool types =
        (kernel->type == GGML_TYPE_F16 || kernel->type == GGML_TYPE_F32) && src->type == GGML_TYPE_F32 && dst->type == GGML_TYPE_F32;
    const bool contiguous = ggml_is_contiguous(kernel) && ggml_is_contiguous(src) && ggml_is_contiguous(dst);
    const bool square = kernel->ne[0] == kernel->ne[1] && p[0] == p[1] && p[2] == p[3] && p[4] == 1 && p[5] == 1;
    if (!types || !contiguous || !square || kernel->ne[0] > 7 || p[0] < 1 || p[0] > 4 || p[2] < 0 || p[2] >= kernel->ne[0]) return false;
    constexpr int64_t most = 1 << 20, most_plane = 1 << 28;
    for (const ggml_tensor* t : {kernel, src, static_cast<const ggml_tensor*>(dst)}) {
        for (int i = 0; i < 4; i++) {
            const int64_t least = i == 2 && t != dst ? 0 : 1;  // no input channels: outputs of zero
            if (t->ne[i] < least || t->ne[i] > most) return false;
        }
    }
    if ((src->ne[0] + 8) * (src->ne[1] + 8) * src->ne[3] > most_plane) return false;
    shape = {static_cast<int>(src->ne[3]),
             static_cast<int>(src->ne[2]),
             static_cast<int>(src->ne[1]),
             static_cast<int>(src->ne[0]),
             static_cast<int>(dst->ne[2]),
             static_cast<int>(kernel->ne[0]),
             p[0],
             p[2]};
    return shape.oh() == dst->ne[1] && shape.ow() == dst->ne[0];
}

enum class Kernel { none, direct, winograd, amx };

// The kernel of a shape. In F32, three products of bfloat16 are faster than Winograd's fewer products unless the image is large.
Kernel choose(const conv::Shape& shape, bool bf16) {
    const bool winograd = conv::winograd_fits(shape);
    if (conv::amx_fits(shape)) {
        const size_t image = shape.out_plane(), matrix = static_cast<size_t>(shape.ic) * shape.oc;
        const bool large = image >= 256 * 256 || (image >= 128 * 128 && matrix >= 1 << 15);
        if (bf16 || !winograd || !large) return Kernel::amx;
    }
    if (winograd) return Kernel::winograd;
    return conv::direct_fits(shape) ? Kernel::direct : Kernel::none;
}

size_t work_size(const conv::Shape& shape, Kernel kernel, bool bf16, int threads) {
    switch (kernel) {
        case Kernel::amx:
            return conv::amx_work_size(shape, bf16 ? 1 : 2, threads);
        case Kernel::winograd:
            return conv::winograd_work_size(shape, threads);
        case Kernel::direct:
            return conv::direct_work_size(shape, threads);
        case Kernel::none:
            break;
    }
    return 0;
}

// Computes it with the bias and slope of `out`; false if no kernel takes it.
bool compute(const ggml_compute_params* params, const ggml_tensor* dst, const conv::Outputs& out) {
    conv::Shape shape;
    if (!read_shape(dst, shape)) return false;
    const bool bf16 = params->bf16 == 1;
    const Kernel kernel = choose(shape, bf16);
    if (kernel == Kernel::none || params->wsize < work_size(shape, kernel, bf16, params->nth) + 64) return false;
    char* const work = reinterpret_cast<char*>(conv::aligned(reinterpret_cast<uintptr_t>(params->wdata)));
    const conv::Thread thread = {params->ith, params->nth, [](void* pool) { ggml_barrier(static_cast<ggml_threadpool*>(pool)); },
                                 params->threadpool};
    const conv::Weights w = {dst->src[0]->data, dst->src[0]->type == GGML_TYPE_F16, dst->op_params[6] != 0};
    const auto* const x = static_cast<const float*>(dst->src[1]->data);
    if (kernel == Kernel::amx) {
        conv::amx_conv(shape, bf16 ? 1 : 2, w, x, out, work, thread);
    } else {
        (kernel == Kernel::winograd ? conv::winograd : conv::direct)(shape, w, x, out, work, thread);
    }
    return true;
}

}  // namespace

bool ai_artist_conv_2d_available(void) { return true; }

size_t ai_artist_conv_2d_work_size(const ggml_tensor* dst, int n_threads) {
    conv::Shape shape;
    if (!read_shape(dst, shape)) return 0;
    // Not all threads may start, and fewer can need more memory: they divide the work in another way. The plan does not know the precision.
    size_t most = 0;
    for (const bool bf16 : {false, true}) {
        const Kernel kernel = choose(shape, bf16);
        if (kernel == Kernel::none) return 0;
        for (int threads = 1; threads <= n_threads; threads++) most = std::max(most, work_size(shape, kernel, bf16, threads));
    }
    return most + 64;  // to begin at a cache line
}

bool ai_artist_conv_2d(const ggml_compute_params* params, ggml_tensor* dst) {
    return compute(params, dst, {static_cast<float*>(dst->data), nullptr, 1});
}

int ai_artist_conv_2d_fused(const ggml_compute_params* params, const ggml_cgraph* graph, int node) {
    const ggml_tensor* const conv = graph->nodes[node];
    int at = node;
    const ggml_tensor* const add = fusion::next_node(graph, at);
    if (!fusion::in_place(add, GGML_OP_ADD, conv) || !fusion::of_channels(add->src[1], conv)) return 0;
    int last = at;
    float slope = 1;
    const ggml_tensor* const activation = fusion::next_node(graph, at);
    if (fusion::in_place(activation, GGML_OP_LEAKY_RELU, add)) {
        std::memcpy(&slope, activation->op_params, sizeof(slope));
        last = at;
    }
    const bool done = compute(params, conv, {static_cast<float*>(conv->data), static_cast<const float*>(add->src[1]->data), slope});
    return done ? last - node : 0;
}

#else

bool ai_artist_conv_2d_available(void) { return false; }
size_t ai_artist_conv_2d_work_size(const ggml_tensor*, int) { return 0; }
bool ai_artist_conv_2d(const ggml_compute_params*, ggml_tensor*) { return false; }
int ai_artist_conv_2d_fused(const ggml_compute_params*, const ggml_cgraph*, int) { return 0; }

#endif
