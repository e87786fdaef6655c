// Patches 0052, 0053: im2col, the heart of a convolution, against its definition, bit by bit. Patch 0034: graphs of one node.
// Patch 0060: matrix products against 64-bit sums. Patch 0080: sums of products in F16 are F32.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <tuple>

#include "ggml-alloc.h"
#include "ggml-backend.h"
#include "ggml-cpu.h"
#include "ggml.h"
#include "support/check.h"
#include "support/checkpoint.h"

// Values whose rounding to F16 is delicate: halfway cases, subnormals, overflow, zeros of both signs.
static std::vector<float> delicate(size_t n) {
    const float special[] = {0.f, -0.f, 1.f, 65504.f, 65519.9f, 65520.f, -65536.f, 1e-8f, 5.9604645e-8f, 2.9802322e-8f, 6.1035156e-5f, 6.097e-5f,
                             1.00048828125f, 1.00146484375f, 2049.f, 2051.f, std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity()};
    std::vector<float> values = random_array({static_cast<int64_t>(n)}, 4.f, 11).values;
    for (size_t i = 0; i < n; i += 3) {
        values[i] = special[(i / 3) % (sizeof(special) / sizeof(special[0]))];
    }
    return values;
}

struct Shape {
    int64_t kw, kh, w, h, c, n;
    int s0, s1, p0, p1, d0, d1;
};

// Number of elements that differ from dst[n, oh, ow, c, kh, kw] = src[n, c, oh*s1 + kh*d1 - p1, ow*s0 + kw*d0 - p0].
static int64_t differing(const Shape& s, int n_threads) {
    ggml_context* ctx   = ggml_init({64 << 20, nullptr, false});
    ggml_tensor* kernel = ggml_new_tensor_4d(ctx, GGML_TYPE_F16, s.kw, s.kh, s.c, 1);
    ggml_tensor* src    = ggml_new_tensor_4d(ctx, GGML_TYPE_F32, s.w, s.h, s.c, s.n);
    const auto values   = delicate(static_cast<size_t>(ggml_nelements(src)));
    std::memcpy(src->data, values.data(), ggml_nbytes(src));
    ggml_tensor* dst   = ggml_im2col(ctx, kernel, src, s.s0, s.s1, s.p0, s.p1, s.d0, s.d1, true, GGML_TYPE_F16);
    ggml_cgraph* graph = ggml_new_graph(ctx);
    ggml_build_forward_expand(graph, dst);
    ggml_graph_compute_with_ctx(ctx, graph, n_threads);
    const auto* actual = static_cast<const ggml_fp16_t*>(dst->data);
    int64_t wrong = 0, at = 0;
    for (int64_t n = 0; n < s.n; n++)
        for (int64_t oh = 0; oh < dst->ne[2]; oh++)
            for (int64_t ow = 0; ow < dst->ne[1]; ow++)
                for (int64_t c = 0; c < s.c; c++)
                    for (int64_t kh = 0; kh < s.kh; kh++)
                        for (int64_t kw = 0; kw < s.kw; kw++, at++) {
                            const int64_t y = oh * s.s1 + kh * s.d1 - s.p1, x = ow * s.s0 + kw * s.d0 - s.p0;
                            const bool inside = y >= 0 && y < s.h && x >= 0 && x < s.w;
                            wrong += actual[at] != ggml_fp32_to_fp16(inside ? values[((n * s.c + c) * s.h + y) * s.w + x] : 0.f);
                        }
    ggml_free(ctx);
    return wrong;
}

// Largest difference of a product [k, m] x [k, n] from its exact value, relative to the size of the sums.
static double product_error(ggml_type type, int64_t k, int64_t m, int64_t n, int n_threads) {
    ggml_context* ctx = ggml_init({64 << 20, nullptr, false});
    ggml_tensor* a    = ggml_new_tensor_2d(ctx, type, k, m);
    ggml_tensor* b    = ggml_new_tensor_2d(ctx, GGML_TYPE_F32, k, n);
    auto left         = random_array({k, m}, 1.f, 5).values;
    auto right        = random_array({k, n}, 1.f, 6).values;
    if (type == GGML_TYPE_F16) {
        for (auto* values : {&left, &right}) {
            for (float& value : *values) value = ggml_fp16_to_fp32(ggml_fp32_to_fp16(value));
        }
        ggml_fp32_to_fp16_row(left.data(), static_cast<ggml_fp16_t*>(a->data), k * m);
    } else {
        std::memcpy(a->data, left.data(), ggml_nbytes(a));
    }
    std::memcpy(b->data, right.data(), ggml_nbytes(b));
    ggml_tensor* product = ggml_mul_mat(ctx, a, b);
    ggml_cgraph* graph   = ggml_new_graph(ctx);
    ggml_build_forward_expand(graph, product);
    ggml_graph_compute_with_ctx(ctx, graph, n_threads);
    double worst = 0;
    for (int64_t j = 0; j < n; j++)
        for (int64_t i = 0; i < m; i++) {
            double exact = 0, size = 0;
            for (int64_t l = 0; l < k; l++) {
                const double term = static_cast<double>(left[i * k + l]) * right[j * k + l];
                exact += term;
                size += std::abs(term);
            }
            worst = std::max(worst, std::abs(static_cast<const float*>(product->data)[j * m + i] - exact) / size);
        }
    ggml_free(ctx);
    return worst;
}

// Largest difference of flash attention over values of F16 from its exact value: a mean of `positions` values with equal weights, the last
// of which are too small to change a sum of F16.
static double attention_error(int64_t positions, int n_threads) {
    const int64_t width = 40;
    ggml_context* ctx   = ggml_init({64 << 20, nullptr, false});
    ggml_tensor* q      = ggml_new_tensor_3d(ctx, GGML_TYPE_F32, width, 1, 1);
    ggml_tensor* k      = ggml_new_tensor_3d(ctx, GGML_TYPE_F16, width, positions, 1);
    ggml_tensor* v      = ggml_new_tensor_3d(ctx, GGML_TYPE_F16, width, positions, 1);
    ggml_set_zero(q);
    ggml_set_zero(k);
    std::vector<double> exact(width);
    const auto values = random_array({width, positions}, 1.f, 7).values;
    for (int64_t i = 0; i < width * positions; i++) {
        const ggml_fp16_t value                  = ggml_fp32_to_fp16(values[i] + 1.f);
        static_cast<ggml_fp16_t*>(v->data)[i] = value;
        exact[i % width] += ggml_fp16_to_fp32(value) / static_cast<double>(positions);
    }
    ggml_tensor* result = ggml_flash_attn_ext(ctx, q, k, v, nullptr, 1.f, 0.f, 0.f);
    ggml_cgraph* graph  = ggml_new_graph(ctx);
    ggml_build_forward_expand(graph, result);
    ggml_graph_compute_with_ctx(ctx, graph, n_threads);
    double worst = 0;
    for (int64_t i = 0; i < width; i++) {
        worst = std::max(worst, std::abs(static_cast<const float*>(result->data)[i] - exact[i]));
    }
    ggml_free(ctx);
    return worst;
}

// A graph whose only node adds two views of two tensors that lie outside it: five tensors for the allocator, three of them counted.
static bool allocates_one_node() {
    ggml_context* ctx      = ggml_init({1 << 20, nullptr, true});
    ggml_backend_t backend = ggml_backend_cpu_init();
    ggml_tensor* a         = ggml_new_tensor_1d(ctx, GGML_TYPE_F32, 8);
    ggml_tensor* b         = ggml_new_tensor_1d(ctx, GGML_TYPE_F32, 8);
    ggml_backend_buffer_t outside = ggml_backend_alloc_ctx_tensors(ctx, backend);
    ggml_tensor* views[] = {ggml_view_1d(ctx, a, 4, 0), ggml_view_1d(ctx, b, 4, 16)};
    for (ggml_tensor* view : views) {
        ggml_backend_view_init(view);
        view->op     = GGML_OP_NONE;  // a leaf, as an input that another graph has computed
        view->src[0] = nullptr;
    }
    ggml_tensor* sum   = ggml_add(ctx, views[0], views[1]);
    ggml_cgraph* graph = ggml_new_graph_custom(ctx, 8, false);
    ggml_build_forward_expand(graph, sum);
    ggml_gallocr_t allocator = ggml_gallocr_new(ggml_backend_get_default_buffer_type(backend));
    const bool ok            = ggml_gallocr_alloc_graph(allocator, graph) && ggml_graph_n_nodes(graph) == 1;
    ggml_gallocr_free(allocator);
    ggml_backend_buffer_free(outside);
    ggml_backend_free(backend);
    ggml_free(ctx);
    return ok;
}

int main() {
    ggml_cpu_init();
    const std::string ended = in_child([] { return allocates_one_node() ? 0 : 3; });
    check(ended == "exit 0", "a graph of one node over two views can be allocated", ended);
    const std::pair<const char*, Shape> shapes[] = {
        {"3x3", {3, 3, 19, 13, 5, 1, 1, 1, 1, 1, 1, 1}},        {"3x3, two pictures", {3, 3, 8, 9, 3, 2, 1, 1, 1, 1, 1, 1}},
        {"3x3, stride 2", {3, 3, 20, 17, 4, 1, 2, 2, 1, 1, 1, 1}}, {"3x3, no padding", {3, 3, 12, 12, 4, 1, 1, 1, 0, 0, 1, 1}},
        {"1x1", {1, 1, 16, 16, 7, 1, 1, 1, 0, 0, 1, 1}},        {"5x5, padding 2", {5, 5, 11, 7, 2, 1, 1, 1, 2, 2, 1, 1}},
        {"7x7, stride 4, padding 3", {7, 7, 32, 32, 3, 1, 4, 4, 3, 3, 1, 1}}, {"3x5, other strides and paddings", {3, 5, 21, 15, 3, 1, 2, 1, 0, 2, 1, 1}},
        {"3x3, dilation 2", {3, 3, 16, 16, 3, 1, 1, 1, 2, 2, 2, 2}}, {"padding wider than the picture", {3, 3, 1, 1, 3, 1, 1, 1, 1, 1, 1, 1}},
    };
    for (const auto& [name, shape] : shapes) {
        for (int n_threads : {1, 3}) {
            const int64_t wrong = differing(shape, n_threads);
            check(wrong == 0, std::string("im2col in F16, ") + name + ", threads " + std::to_string(n_threads), std::to_string(wrong) + " elements differ");
        }
    }
    // Columns in every remainder of six, rows in tiles of 4, 8 and 16, and sizes that the tiles do not take.
    for (const auto& [m, n] : std::initializer_list<std::pair<int64_t, int64_t>>{{16, 1}, {32, 2}, {8, 3}, {4, 4}, {48, 5}, {64, 6}, {12, 7}, {20, 11}, {16, 13}, {7, 6}, {64, 50}}) {
        for (int64_t k : {16, 48, 64, 768, 50}) {
            for (ggml_type type : {GGML_TYPE_F32, GGML_TYPE_F16}) {
                const double error = product_error(type, k, m, n, 1 + static_cast<int>(m % 3));
                check(error < 1e-6, std::string("product in ") + ggml_type_name(type) + ", " + std::to_string(k) + " x " + std::to_string(m) + " x " + std::to_string(n),
                      "error " + std::to_string(error * 1e6) + "e-6");
            }
        }
    }
    // Long sums: those of F16 stop growing at 2048 times their terms.
    for (const auto& [k, m, n] : std::initializer_list<std::tuple<int64_t, int64_t, int64_t>>{{8192, 16, 6}, {8192, 7, 1}, {4096, 1, 1}}) {
        const double error = product_error(GGML_TYPE_F16, k, m, n, 1);
        check(error < 1e-6, "a long product in f16, " + std::to_string(k) + " x " + std::to_string(m) + " x " + std::to_string(n),
              "error " + std::to_string(error * 1e6) + "e-6");
    }
    for (const int64_t positions : {3, 77, 1024, 8192}) {
        const double error = attention_error(positions, 2);
        check(error < 1e-5, "flash attention over " + std::to_string(positions) + " values in f16", "error " + std::to_string(error * 1e6) + "e-6");
    }
    return result();
}
