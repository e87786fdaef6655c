// GGML_OP_CONV_2D by our kernels: the functions that ggml's CPU backend calls (patch 0086, ops.h).
#include <algorithm>
#include <cstdint>

#include "ggml-cpu-impl.h"
#include "ggml.h"
#include "kernels/conv/direct.h"
#include "kernels/conv/lanes.h"
#include "kernels/conv/winograd.h"
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
    return shape.oh() == dst->ne[1] && shape.ow() == dst->ne[0] && (conv::winograd_fits(shape) || conv::direct_fits(shape));
}

size_t work_size(const conv::Shape& shape, int threads) {
    return conv::winograd_fits(shape) ? conv::winograd_work_size(shape, threads) : conv::direct_work_size(shape, threads);
}

}  // namespace

bool ai_artist_conv_2d_available(void) { return true; }

size_t ai_artist_conv_2d_work_size(const ggml_tensor* dst, int n_threads) {
    conv::Shape shape;
    if (!read_shape(dst, shape)) return 0;
    // Not all threads may start, and fewer can need more memory: they divide the work in another way.
    size_t most = 0;
    for (int threads = 1; threads <= n_threads; threads++) most = std::max(most, work_size(shape, threads));
    return most + 64;  // to begin at a cache line
}

bool ai_artist_conv_2d(const ggml_compute_params* params, ggml_tensor* dst) {
    conv::Shape shape;
    if (!read_shape(dst, shape)) return false;
    if (params->wsize < work_size(shape, params->nth) + 64) return false;
    char* const work = reinterpret_cast<char*>(conv::aligned(reinterpret_cast<uintptr_t>(params->wdata)));
    const conv::Thread thread = {params->ith, params->nth, [](void* pool) { ggml_barrier(static_cast<ggml_threadpool*>(pool)); },
                                 params->threadpool};
    const conv::Weights w = {dst->src[0]->data, dst->src[0]->type == GGML_TYPE_F16};
    const auto compute = conv::winograd_fits(shape) ? conv::winograd : conv::direct;
    compute(shape, w, static_cast<const float*>(dst->src[1]->data), static_cast<float*>(dst->data), work, thread);
    return true;
}

#else

bool ai_artist_conv_2d_available(void) { return false; }
size_t ai_artist_conv_2d_work_size(const ggml_tensor*, int) { return 0; }
bool ai_artist_conv_2d(const ggml_compute_params*, ggml_tensor*) { return false; }

#endif
