#include <algorithm>

#include "engine/engine_error.h"
#include "train/autodiff/rules/convolution_kernels.h"
#include "train/autodiff/rules/rules.h"
#include "train/graph/graph_tools.h"

namespace ai_artist {
namespace {

// One convolution: as ggml_conv_2d() builds it, columns = im2col(x), y = columns^T kernel, or as one GGML_OP_CONV_2D. W, H: input;
// OW, OH: output; I, O: channels.
struct Convolution {
    explicit Convolution(ggml_tensor* y) : direct(y->op == GGML_OP_CONV_2D) {
        const ggml_tensor* columns = direct ? y : convolution_columns(y);
        const int32_t* p = columns->op_params;
        kernel = columns->src[0], x = columns->src[1], weight = direct ? kernel : y->src[1];
        columns_type = direct ? kernel->type : columns->type;
        stride[0] = p[0], stride[1] = p[1], padding[0] = p[2], padding[1] = p[3];
        out[0] = columns->ne[direct ? 0 : 1], out[1] = columns->ne[direct ? 1 : 2];
        pictures = columns->ne[3];
        channels = y->ne[direct ? 2 : 1];
        pointwise = kernel->ne[0] == 1 && kernel->ne[1] == 1 && stride[0] == 1 && stride[1] == 1;
        const bool undilated = p[4] == 1 && p[5] == 1, two_dimensional = p[6] == (direct ? 0 : 1);
        const bool plain = weight->type == GGML_TYPE_F32 || weight->type == GGML_TYPE_F16;
        if (!undilated || !two_dimensional || !plain || padding[0] >= kernel->ne[0] || padding[1] >= kernel->ne[1]) {
            throw EngineError(
                "ERR_UNSUPPORTED",
                "train: expected a two-dimensional convolution without dilation, with less padding than its kernel and a kernel "
                "in F32 or F16, got " +
                    describe(columns));
        }
    }

    bool direct;             // one GGML_OP_CONV_2D
    ggml_tensor* kernel;     // [KW, KH, I, O]
    ggml_tensor* x;          // [W, H, I, N]
    ggml_tensor* weight;     // the kernel, or as [I * KH * KW, O]
    ggml_type columns_type;  // of im2col(x)
    int stride[2];
    int padding[2];
    int64_t out[2];
    int64_t pictures;
    int64_t channels;  // O
    bool pointwise;
};

// The largest kernel (in elements) that im2col accepts on every backend: Metal runs one thread of a thread group per element.
constexpr int64_t largest_window = 1024;

// [a, b, n, m] -> [a, b, m, n], contiguous
ggml_tensor* swap_outer(Tape& tape, ggml_tensor* x) {
    ggml_context* c = tape.context();
    x = tape.contiguous(x);
    if (x->ne[2] == 1 || x->ne[3] == 1) {
        return ggml_reshape_4d(c, x, x->ne[0], x->ne[1], x->ne[3], x->ne[2]);
    }
    return ggml_cont(c, ggml_permute(c, x, 0, 1, 3, 2));
}

// The kernel rotated by 180 degrees, with input and output channels exchanged: [KW, KH, I, O] -> [KW, KH, O, I]
ggml_tensor* turned_kernel(Tape& tape, ggml_tensor* kernel) {
    ggml_context* c = tape.context();
    const int64_t size = kernel->ne[0] * kernel->ne[1], in = kernel->ne[2], out = kernel->ne[3];
    ggml_tensor* t = ggml_cont(c, ggml_transpose(c, ggml_reshape_2d(c, kernel, size, in * out)));
    t = ggml_get_rows(c, t, tape.row_numbers(size, true));  // [in * out, size], F32
    t = ggml_permute(c, ggml_reshape_3d(c, t, in, out, size), 2, 1, 0, 3);
    t = kernel->type == GGML_TYPE_F32 ? ggml_cont(c, t) : ggml_cast(c, t, GGML_TYPE_F16);  // [size, out, in]
    return ggml_reshape_4d(c, t, kernel->ne[0], kernel->ne[1], out, in);
}

// Inserts stride - 1 zeros after each element, in both directions.
ggml_tensor* dilate(Tape& tape, ggml_tensor* g, const int (&stride)[2]) {
    if (stride[0] == 1 && stride[1] == 1) {
        return g;
    }
    ggml_context* c = tape.context();
    const int64_t w = g->ne[0], h = g->ne[1], planes = g->ne[2] * g->ne[3], channels = g->ne[2], pictures = g->ne[3];
    g = ggml_pad(c, ggml_reshape_3d(c, tape.contiguous(g), 1, w, h * planes), stride[0] - 1, 0, 0, 0);
    g = ggml_pad(c, ggml_reshape_3d(c, g, w * stride[0], 1, h * planes), 0, stride[1] - 1, 0, 0);
    return ggml_reshape_4d(c, g, w * stride[0], h * stride[1], channels, pictures);
}

// dx of a 1x1 convolution is a product: dx[p, i] = sum over o of g[p, o] kernel[i, o], p a pixel
ggml_tensor* pointwise_input_gradient(Tape& tape, const Convolution& conv, ggml_tensor* g) {
    ggml_context* c = tape.context();
    ggml_tensor* kernel = ggml_reshape_2d(c, tape.value(conv.weight), conv.kernel->ne[2], conv.channels);
    ggml_tensor* dx = tape.sums_outer_products() ? tape.contiguous(tape.outer_product(g, tape.f32(kernel)))
                                                 : tape.product(tape.transposed(g), tape.f32(tape.transposed(kernel)));
    return swap_outer(tape, ggml_reshape_4d(c, dx, conv.x->ne[0], conv.x->ne[1], conv.pictures, conv.x->ne[2]));
}

// The convolution of `spread` with the rotated kernel. The kernels of a CPU read it as it lies; elsewhere it is copied.
ggml_tensor* convolve_rotated(Tape& tape, const Convolution& conv, ggml_tensor* spread, const int (&padding)[2]) {
    const int64_t* ne = conv.kernel->ne;
    ggml_tensor* weight = tape.value(conv.weight);
    if (tape.on_cpu() && ggml_is_contiguous(weight)) {
        ggml_context* c = tape.context();
        ggml_tensor* lying = ggml_reshape_4d(c, weight, ne[0], ne[1], ne[3], ne[2]);
        ggml_tensor* dx = convolve_turned(c, lying, tape.contiguous(spread), padding);
        if (dx != nullptr) return dx;
    }
    ggml_tensor* turned = tape.from_weight(
        weight, [&]() { return turned_kernel(tape, ggml_reshape_4d(tape.context(), weight, ne[0], ne[1], ne[2], ne[3])); });
    return ggml_conv_2d(tape.context(), turned, spread, 1, 1, padding[0], padding[1], 1, 1);
}

// dx = the convolution of g [OW, OH, O, N], spread by the stride, with the rotated kernel and padding K - 1 - P, cut or zero-filled to the
// size of x
ggml_tensor* input_gradient(Tape& tape, const Convolution& conv, ggml_tensor* g) {
    ggml_context* c = tape.context();
    ggml_tensor* spread = dilate(tape, g, conv.stride);
    int padding[2], missing[2];
    for (int i = 0; i < 2; i++) {
        const int64_t size = conv.kernel->ne[i];
        padding[i] = static_cast<int>(size) - 1 - conv.padding[i];
        const int64_t reached = spread->ne[i] + 2 * padding[i] - size + 1;
        missing[i] = static_cast<int>(std::max<int64_t>(0, conv.x->ne[i] - reached));
    }
    if (missing[0] > 0 || missing[1] > 0) {
        spread = ggml_pad(c, spread, missing[0], missing[1], 0, 0);
    }
    ggml_tensor* dx = convolve_rotated(tape, conv, spread, padding);
    if (!ggml_are_same_shape(dx, conv.x)) {
        dx = ggml_view_4d(c, dx, conv.x->ne[0], conv.x->ne[1], dx->ne[2], dx->ne[3], dx->nb[1], dx->nb[2], dx->nb[3], 0);
    }
    return dx;
}

// The forward columns, transposed: [N * OH * OW, KW * KH * I]. That is im2col of x with pictures and channels exchanged, for a window of
// the size of g, dilated by the stride.
ggml_tensor* pixels_by_element(Tape& tape, const Convolution& conv, ggml_tensor* g) {
    ggml_context* c = tape.context();
    const int64_t* k = conv.kernel->ne;
    if (conv.out[0] * conv.out[1] > largest_window) {
        ggml_tensor* columns = ggml_im2col(c, tape.value(conv.kernel), tape.value(conv.x), conv.stride[0], conv.stride[1], conv.padding[0],
                                           conv.padding[1], 1, 1, true, conv.columns_type);
        return ggml_cont(c, ggml_transpose(c, ggml_reshape_2d(c, columns, columns->ne[0], ggml_nelements(columns) / columns->ne[0])));
    }
    ggml_tensor* x = swap_outer(tape, tape.value(conv.x));                                                // [W, H, N, I]
    ggml_tensor* window = ggml_reshape_4d(c, g, conv.out[0], conv.out[1], conv.pictures, conv.channels);  // [OW, OH, N, O]
    if (conv.columns_type == GGML_TYPE_F16) {
        window = ggml_cast(c, window, GGML_TYPE_F16);  // only its shape is read, but ggml requires equal types
    }
    ggml_tensor* columns = ggml_im2col(c, window, x, 1, 1, conv.padding[0], conv.padding[1], conv.stride[0], conv.stride[1], true,
                                       conv.columns_type);   // [N * OH * OW, KW', KH', I]
    if (columns->ne[1] != k[0] || columns->ne[2] != k[1]) {  // the stride skipped pixels at the edge
        columns =
            ggml_cont(c, ggml_view_4d(c, columns, columns->ne[0], k[0], k[1], k[2], columns->nb[1], columns->nb[2], columns->nb[3], 0));
    }
    return ggml_reshape_2d(c, columns, columns->ne[0], k[0] * k[1] * k[2]);
}

// dkernel[kw, kh, i, o] = sum over ow, oh, n of x[ow s + kw - p, oh s + kh - p, i, n] g[ow, oh, o, n], as a product: [KW * KH * I, O]
ggml_tensor* kernel_gradient(Tape& tape, const Convolution& conv, ggml_tensor* g) {
    if (!conv.pointwise) {
        return tape.product(pixels_by_element(tape, conv, g), g);
    }
    ggml_tensor* x = swap_outer(tape, tape.value(conv.x));  // [W, H, N, I]
    return tape.product(ggml_reshape_2d(tape.context(), x, x->ne[0] * x->ne[1] * x->ne[2], x->ne[3]), g);
}

}  // namespace

ggml_tensor* convolution_columns(const ggml_tensor* product) {
    ggml_tensor* a = product->src[0];
    return a->op == GGML_OP_RESHAPE && a->src[0]->op == GGML_OP_IM2COL ? a->src[0] : nullptr;
}

void convolution_backward(Tape& tape, ggml_tensor* y, ggml_tensor* g) {
    const Convolution conv(y);
    ggml_tensor* pixels = ggml_reshape_2d(tape.context(), conv.direct ? swap_outer(tape, g) : tape.contiguous(g),
                                          conv.out[0] * conv.out[1] * conv.pictures, conv.channels);  // [OW * OH * N, O]
    if (tape.needs(conv.weight)) {
        tape.add(conv.weight, tape.reshaped(kernel_gradient(tape, conv, pixels), conv.weight));
    }
    if (!tape.needs(conv.x)) return;
    if (conv.pointwise && !conv.direct) {
        tape.add(conv.x, pointwise_input_gradient(tape, conv, pixels));
        return;
    }
    ggml_tensor* picture =
        conv.direct ? tape.contiguous(g)
                    : swap_outer(tape, ggml_reshape_4d(tape.context(), pixels, conv.out[0], conv.out[1], conv.pictures, conv.channels));
    tape.add(conv.x, input_gradient(tape, conv, picture));
}

}  // namespace ai_artist
