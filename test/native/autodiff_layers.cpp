// Gradients of normalisation, matrix products, attention and convolutions against central differences.
#include <cmath>

#include "engine/engine_error.h"
#include "ggml-cpu.h"
#include "support/check.h"
#include "support/gradients.h"

using namespace ai_artist;
using Tensors = std::vector<ggml_tensor*>;

static Leaf leaf(std::vector<int64_t> ne, float scale = 1.f, float centre = 0.f) {
    return {std::move(ne), GGML_TYPE_F32, true, scale, centre};
}

static Leaf frozen(std::vector<int64_t> ne, ggml_type type = GGML_TYPE_F32, float scale = 1.f) {
    return {std::move(ne), type, false, scale, 0.f};
}

// With operations that every backend has, and with those that the CPU has.
static void check_both(GradientCase c) {
    check_gradients(c);
    AutodiffOptions fused;
    fused.backend = cpu();
    c.name += ", the CPU's operations";
    check_gradients(c, fused);
}

static void norms() {
    check_both({"norm", {leaf({9, 3, 2, 2}, 2.f, 1.f)}, [](ggml_context* c, const Tensors& t) { return ggml_norm(c, t[0], 1e-5f); }});
    check_both({"layer norm", {leaf({9, 5, 2}, 2.f, 1.f), leaf({9}), leaf({9})}, [](ggml_context* c, const Tensors& t) {
                    return ggml_add(c, ggml_mul(c, ggml_norm(c, t[0], 1e-5f), t[1]), t[2]);
                }});
    check_both({"rms_norm", {leaf({9, 3, 2, 2}, 2.f, 1.f)}, [](ggml_context* c, const Tensors& t) { return ggml_rms_norm(c, t[0], 1e-5f); }});
    check_both({"norm with an epsilon that matters", {leaf({9, 3}, 0.1f)}, [](ggml_context* c, const Tensors& t) { return ggml_norm(c, t[0], 1e-2f); }, 2e-3, 1e-3f});
    check_both({"rms_norm with an epsilon that matters", {leaf({9, 3}, 0.1f)}, [](ggml_context* c, const Tensors& t) { return ggml_rms_norm(c, t[0], 1e-2f); }, 2e-3, 1e-3f});
    check_both({"group norm", {leaf({5, 3, 6, 2}, 2.f, 1.f), leaf({1, 1, 6}), leaf({1, 1, 6})}, [](ggml_context* c, const Tensors& t) {
                    return ggml_add(c, ggml_mul(c, ggml_group_norm(c, t[0], 3, 1e-6f), t[1]), t[2]);
                }});
    check_both({"soft_max", {leaf({7, 5, 3, 2}, 2.f)}, [](ggml_context* c, const Tensors& t) { return ggml_soft_max(c, t[0]); }});
    check_both({"soft_max with scale and mask", {leaf({7, 5, 3, 2}, 2.f), frozen({7, 5})}, [](ggml_context* c, const Tensors& t) {
                    return ggml_soft_max_ext(c, t[0], t[1], 0.5f, 0.f);
                }});
}

static void products() {
    const auto product = [](ggml_context* c, const Tensors& t) { return ggml_mul_mat(c, t[0], t[1]); };
    check_both({"product of matrices", {leaf({5, 7}), leaf({5, 3})}, product});
    check_both({"product of batches", {leaf({5, 7, 3, 2}), leaf({5, 4, 3, 2})}, product});
    check_both({"one matrix for all batches", {leaf({5, 7}), leaf({5, 4, 3, 2})}, product});
    check_both({"two matrices of b share one of a", {leaf({5, 7, 3, 1}), leaf({5, 4, 6, 2})}, product});
    check_both({"product with a frozen matrix", {frozen({5, 7}), leaf({5, 4, 3})}, product});
    check_both({"product with a frozen input", {leaf({5, 7}), frozen({5, 4, 3})}, product});
    check_both({"product of one row", {leaf({5, 1}), leaf({5, 4})}, product});
    check_both({"product of permuted tensors", {leaf({5, 3, 7, 2}), leaf({5, 3, 4, 2})}, [](ggml_context* c, const Tensors& t) {
                    return ggml_mul_mat(c, ggml_permute(c, t[0], 0, 2, 1, 3), ggml_permute(c, t[1], 0, 2, 1, 3));
                }});
    check_both({"low-rank product beside a frozen one", {frozen({6, 8}, GGML_TYPE_F16), leaf({6, 2}), leaf({2, 8}), leaf({6, 5, 2})}, [](ggml_context* c, const Tensors& t) {
                    return ggml_add(c, ggml_mul_mat(c, t[0], t[3]), ggml_scale(c, ggml_mul_mat(c, t[2], ggml_mul_mat(c, t[1], t[3])), 0.5f));
                }, 5e-3, 0.1f});
    // Linear in what is trained, so the step may be large. Forward rounds the input to 8 bits where the weights are quantised, which
    // differences see; so the gradient is also compared with that of the same weights in F32.
    for (const ggml_type type : {GGML_TYPE_F16, GGML_TYPE_BF16, GGML_TYPE_Q8_0, GGML_TYPE_Q4_0, GGML_TYPE_Q4_K}) {
        const int64_t n = type == GGML_TYPE_Q4_K ? 256 : 64;
        check_both({std::string("frozen weights in ") + ggml_type_name(type), {frozen({n, 5}, type), leaf({n, 3})}, product, 6e-2, 1.f});
        Leaf exact = frozen({n, 5});
        exact.rounded = type;
        const std::string name = std::string("frozen weights in ") + ggml_type_name(type) + " as their values in F32";
        const Gradients actual = differentiate_case({name, {frozen({n, 5}, type), leaf({n, 3})}, product}).gradients;
        const Gradients expected = differentiate_case({name, {exact, leaf({n, 3})}, product}).gradients;
        check(relative_error(actual[1], expected[1]) < 1e-3, name, "relative error " + std::to_string(relative_error(actual[1], expected[1])));
    }
}

static ggml_tensor* attention(ggml_context* c, const Tensors& t) {
    const int64_t size = 4, heads = 3, asked = t[0]->ne[1], length = t[1]->ne[1], pictures = t[0]->ne[2];
    const auto by_head = [&](ggml_tensor* x, int64_t tokens) {
        x = ggml_cont(c, ggml_permute(c, ggml_reshape_4d(c, x, size, heads, tokens, pictures), 0, 2, 1, 3));
        return ggml_reshape_3d(c, x, size, tokens, heads * pictures);
    };
    ggml_tensor *q = by_head(t[0], asked), *k = by_head(t[1], length);
    ggml_tensor* v = ggml_cont(c, ggml_permute(c, ggml_reshape_4d(c, t[2], size, heads, length, pictures), 1, 2, 0, 3));
    v = ggml_reshape_3d(c, v, length, size, heads * pictures);
    ggml_tensor* scores = ggml_scale_inplace(c, ggml_mul_mat(c, k, q), 0.5f);
    ggml_tensor* mixed = ggml_mul_mat(c, v, ggml_soft_max_inplace(c, scores));
    mixed = ggml_permute(c, ggml_reshape_4d(c, mixed, size, asked, heads, pictures), 0, 2, 1, 3);
    return ggml_reshape_3d(c, ggml_cont(c, mixed), size * heads, asked, pictures);
}

static void attentions() {
    check_both({"attention of a text", {leaf({12, 5, 2}), leaf({12, 7, 2}), leaf({12, 7, 2})}, attention});
    check_both({"attention of an image to itself", {leaf({12, 9, 1})}, [](ggml_context* c, const Tensors& t) {
                    return attention(c, {t[0], t[0], t[0]});
                }});
}

static void convolutions() {
    const struct {
        const char* name;
        std::vector<int64_t> kernel, x;
        int stride0, stride1, padding0, padding1;
    } shapes[] = {
        {"3x3", {3, 3, 2, 4}, {5, 4, 2, 1}, 1, 1, 1, 1},
        {"3x3, two pictures", {3, 3, 3, 2}, {5, 4, 3, 2}, 1, 1, 1, 1},
        {"3x3, no padding", {3, 3, 2, 3}, {5, 6, 2, 2}, 1, 1, 0, 0},
        {"3x3, stride 2, even size", {3, 3, 2, 3}, {6, 8, 2, 2}, 2, 2, 1, 1},
        {"3x3, stride 2, odd size", {3, 3, 2, 3}, {7, 5, 2, 1}, 2, 2, 1, 1},
        {"3x3, stride 2, no padding", {3, 3, 2, 3}, {8, 7, 2, 1}, 2, 2, 0, 0},
        {"3x3, stride 3, pixels left over", {3, 3, 2, 2}, {8, 10, 2, 2}, 3, 3, 0, 0},
        {"1x1", {1, 1, 3, 4}, {5, 3, 3, 1}, 1, 1, 0, 0},
        {"1x1, two pictures", {1, 1, 3, 4}, {5, 3, 3, 2}, 1, 1, 0, 0},
        {"1x1, stride 2", {1, 1, 3, 2}, {5, 4, 3, 2}, 2, 2, 0, 0},
        {"2x2, stride 2: patches", {2, 2, 3, 4}, {6, 4, 3, 2}, 2, 2, 0, 0},
        {"3x3, a picture of more than 1024 pixels", {3, 3, 1, 2}, {40, 31, 1, 1}, 1, 1, 1, 1},
        {"5x3, other strides and paddings", {5, 3, 2, 2}, {9, 6, 2, 2}, 2, 1, 2, 0},
    };
    for (const auto& s : shapes) {
        const auto convolution = [s](ggml_context* c, const Tensors& t) {
            return ggml_conv_2d(c, t[0], t[1], s.stride0, s.stride1, s.padding0, s.padding1, 1, 1);
        };
        const auto direct = [s](ggml_context* c, const Tensors& t) {
            return ggml_conv_2d_direct(c, t[0], t[1], s.stride0, s.stride1, s.padding0, s.padding1, 1, 1);
        };
        check_both({std::string("convolution ") + s.name, {leaf(s.kernel), leaf(s.x)}, convolution});
        check_both({std::string("direct convolution ") + s.name, {leaf(s.kernel), leaf(s.x)}, direct});
        check_gradients({std::string("direct convolution with a frozen F16 kernel, ") + s.name, {frozen(s.kernel, GGML_TYPE_F16), leaf(s.x)}, direct, 5e-3, 0.25f});
        check_gradients({std::string("convolution with a frozen F16 kernel, ") + s.name, {frozen(s.kernel, GGML_TYPE_F16), leaf(s.x)}, convolution, 5e-3, 0.25f});
        check_gradients({std::string("convolution with a trained kernel cast to F16, ") + s.name, {leaf(s.kernel), leaf(s.x)},
                         [convolution](ggml_context* c, const Tensors& t) {
                             return convolution(c, {ggml_cast(c, t[0], GGML_TYPE_F16), t[1]});
                         }, 5e-3, 0.25f});
    }
    std::string code = "none", message;
    try {
        differentiate_case({"dilation", {leaf({3, 3, 2, 2}), leaf({8, 8, 2})}, [](ggml_context* c, const Tensors& t) {
                                return ggml_conv_2d(c, t[0], t[1], 1, 1, 2, 2, 2, 2);
                            }});
    } catch (const EngineError& error) {
        code = error.code();
        message = error.what();
    }
    check(code == "ERR_UNSUPPORTED" && message.find("without dilation") != std::string::npos, "a dilated convolution is refused", code + " " + message);
}

int main() {
    ggml_cpu_init();
    norms();
    products();
    attentions();
    convolutions();
    return result();
}
