// Each operation's gradient against central differences: broadcast, strided and odd-sized operands, two pictures.
#include <cmath>

#include "engine/engine_error.h"
#include "ggml-cpu.h"
#include "support/check.h"
#include "support/gradients.h"

using namespace ai_artist;
using Tensors = std::vector<ggml_tensor*>;
using Build = std::function<ggml_tensor*(ggml_context*, const Tensors&)>;

static Leaf leaf(std::vector<int64_t> ne, float scale = 1.f, float centre = 0.f) {
    return {std::move(ne), GGML_TYPE_F32, true, scale, centre};
}

// y = f(a) for an operation of one argument.
static Build unary(ggml_tensor* (*f)(ggml_context*, ggml_tensor*)) {
    return [f](ggml_context* c, const Tensors& t) { return f(c, t[0]); };
}

static Build binary(ggml_tensor* (*f)(ggml_context*, ggml_tensor*, ggml_tensor*)) {
    return [f](ggml_context* c, const Tensors& t) { return f(c, t[0], t[1]); };
}

static void arithmetic() {
    const struct {
        const char* name;
        std::vector<int64_t> a, b;
    } shapes[] = {
        {"same shape", {5, 3, 4, 2}, {5, 3, 4, 2}},      {"one row for all", {5, 3, 4, 2}, {5}},        {"one value per channel", {5, 3, 4, 2}, {1, 1, 4}},
        {"one value per picture", {5, 3, 4, 2}, {1, 1, 1, 2}}, {"one value", {5, 3, 4, 2}, {1}},              {"middle dimension", {5, 3, 4, 2}, {5, 1, 4, 2}},
        {"repeated twice", {6, 4, 4, 2}, {3, 4, 2, 2}},  {"two dimensions apart", {5, 3, 4, 2}, {1, 3, 1, 2}},
    };
    for (const auto& s : shapes) {
        check_gradients({std::string("add, ") + s.name, {leaf(s.a), leaf(s.b)}, binary(ggml_add)});
        check_gradients({std::string("sub, ") + s.name, {leaf(s.a), leaf(s.b)}, binary(ggml_sub)});
        check_gradients({std::string("mul, ") + s.name, {leaf(s.a), leaf(s.b)}, binary(ggml_mul)});
        check_gradients({std::string("div, ") + s.name, {leaf(s.a), leaf(s.b, 0.5f, 2.f)}, binary(ggml_div), 2e-3, 3e-3f});
    }
    check_gradients({"mul of a tensor by itself", {leaf({7, 3})}, [](ggml_context* c, const Tensors& t) { return ggml_mul(c, t[0], t[0]); }});
    check_gradients({"scale and bias", {leaf({5, 3})}, [](ggml_context* c, const Tensors& t) { return ggml_scale_bias(c, t[0], -1.5f, 0.25f); }});
    check_gradients({"sqr", {leaf({5, 3, 2})}, unary(ggml_sqr)});
    check_gradients({"sqrt", {leaf({5, 3, 2}, 0.5f, 2.f)}, unary(ggml_sqrt)});
    check_gradients({"log", {leaf({5, 3, 2}, 0.5f, 2.f)}, unary(ggml_log)});
    check_gradients({"sum", {leaf({5, 3, 2})}, [](ggml_context* c, const Tensors& t) { return ggml_sqr(c, ggml_sum(c, t[0])); }});
    check_gradients({"sum_rows", {leaf({5, 3, 2})}, [](ggml_context* c, const Tensors& t) { return ggml_sqr(c, ggml_sum_rows(c, t[0])); }});
    check_gradients({"mean", {leaf({5, 3, 2})}, [](ggml_context* c, const Tensors& t) { return ggml_sqr(c, ggml_mean(c, t[0])); }});
}

// A view of `ne` elements of `a` that begins at element `at`, in steps of `nb` elements.
static ggml_tensor* view(ggml_context* c, ggml_tensor* a, std::vector<int64_t> ne, std::vector<size_t> nb, size_t at) {
    ggml_tensor* y = ggml_view_4d(c, a, ne[0], ne[1], ne[2], ne[3], nb[1] * 4, nb[2] * 4, nb[3] * 4, at * 4);
    y->nb[0] = nb[0] * 4;
    return y;
}

static void shapes() {
    check_gradients({"cont of a permuted tensor", {leaf({5, 3, 4, 2})}, [](ggml_context* c, const Tensors& t) {
                         return ggml_sqr(c, ggml_cont(c, ggml_permute(c, t[0], 2, 0, 3, 1)));
                     }});
    check_gradients({"scale before a permutation of sides of one", {leaf({6, 1, 4, 1})}, [](ggml_context* c, const Tensors& t) {
                         ggml_tensor* x = ggml_scale(c, ggml_sqr(c, t[0]), 2.f);
                         return ggml_sqr(c, ggml_cont(c, ggml_permute(c, x, 1, 3, 2, 0)));
                     }});
    check_gradients({"transpose", {leaf({5, 3, 4, 2})}, [](ggml_context* c, const Tensors& t) {
                         return ggml_sqr(c, ggml_cont(c, ggml_transpose(c, t[0])));
                     }});
    check_gradients({"reshape", {leaf({6, 3, 4, 2})}, [](ggml_context* c, const Tensors& t) {
                         return ggml_sum_rows(c, ggml_sqr(c, ggml_reshape_3d(c, t[0], 9, 4, 4)));
                     }});
    check_gradients({"cast to F16 and back", {leaf({6, 3, 2})}, [](ggml_context* c, const Tensors& t) {
                         return ggml_cast(c, ggml_cast(c, t[0], GGML_TYPE_F16), GGML_TYPE_F32);
                     }, 5e-3, 0.25f});
    check_gradients({"chunks of the rows", {leaf({9, 3, 2})}, [](ggml_context* c, const Tensors& t) {
                         ggml_tensor* part[3];
                         for (size_t i = 0; i < 3; i++) {
                             part[i] = view(c, t[0], {3, 3, 2, 1}, {1, 9, 27, 54}, 3 * i);
                         }
                         return ggml_add(c, ggml_mul(c, part[0], part[1]), part[2]);
                     }});
    check_gradients({"chunks of a computed tensor that is read elsewhere too", {leaf({8, 3, 2})}, [](ggml_context* c, const Tensors& t) {
                         ggml_tensor* x = ggml_sqr(c, t[0]);
                         ggml_tensor* half = view(c, x, {4, 3, 2, 1}, {1, 8, 24, 48}, 4);
                         return ggml_add(c, ggml_mul(c, ggml_cont(c, half), view(c, x, {4, 3, 2, 1}, {1, 8, 24, 48}, 0)),
                                         ggml_mul(c, view(c, ggml_scale(c, x, 2.f), {4, 3, 2, 1}, {1, 8, 24, 48}, 2), half));
                     }});
    check_gradients({"views that overlap", {leaf({8, 3})}, [](ggml_context* c, const Tensors& t) {
                         return ggml_mul(c, view(c, t[0], {5, 3, 1, 1}, {1, 8, 24, 24}, 0), view(c, t[0], {5, 3, 1, 1}, {1, 8, 24, 24}, 3));
                     }});
    check_gradients({"view of a permuted tensor", {leaf({4, 3, 5})}, [](ggml_context* c, const Tensors& t) {
                         ggml_tensor* x = ggml_permute(c, t[0], 1, 2, 0, 3);  // [5, 4, 3]
                         ggml_tensor* y = ggml_view_3d(c, x, 2, 4, 3, x->nb[1], x->nb[2], x->nb[0]);
                         y->nb[0] = x->nb[0];
                         return ggml_sqr(c, ggml_cont(c, y));
                     }});
    check_gradients({"every second element", {leaf({8, 3})}, [](ggml_context* c, const Tensors& t) {
                         return ggml_sqr(c, ggml_cont(c, view(c, t[0], {4, 3, 1, 1}, {2, 8, 24, 24}, 1)));
                     }});
    for (const auto& [name, ne] : {std::pair<const char*, std::vector<int64_t>>{"rows", {10, 3, 4, 2}}, {"columns", {5, 6, 4, 2}}, {"every dimension", {10, 6, 8, 4}}}) {
        check_gradients({std::string("repeat, ") + name, {leaf({5, 3, 4, 2})}, [ne = ne](ggml_context* c, const Tensors& t) {
                             return ggml_repeat_4d(c, ggml_sqr(c, t[0]), ne[0], ne[1], ne[2], ne[3]);
                         }});
    }
    for (int d = 0; d < 4; d++) {
        std::vector<int64_t> a = {3, 2, 4, 2}, b = a;
        b[static_cast<size_t>(d)] = 5;
        check_gradients({"concat along dimension " + std::to_string(d), {leaf(a), leaf(b)}, [d](ggml_context* c, const Tensors& t) {
                             return ggml_sqr(c, ggml_concat(c, t[0], t[1], d));
                         }});
    }
    check_gradients({"upscale by 2", {leaf({3, 5, 2, 2})}, [](ggml_context* c, const Tensors& t) {
                         return ggml_upscale(c, ggml_sqr(c, t[0]), 2, GGML_SCALE_MODE_NEAREST);
                     }});
    check_gradients({"upscale by 3, 2, 2, 2", {leaf({3, 5, 2, 2})}, [](ggml_context* c, const Tensors& t) {
                         return ggml_interpolate(c, ggml_sqr(c, t[0]), 9, 10, 4, 4, GGML_SCALE_MODE_NEAREST);
                     }});
    check_gradients({"pad right", {leaf({3, 5, 2, 2})}, [](ggml_context* c, const Tensors& t) { return ggml_sqr(c, ggml_pad(c, t[0], 2, 1, 0, 1)); }});
    check_gradients({"pad on all sides", {leaf({3, 5, 2, 2})}, [](ggml_context* c, const Tensors& t) {
                         return ggml_sqr(c, ggml_pad_ext(c, t[0], 1, 2, 2, 1, 1, 0, 0, 1));
                     }});
}

// The tanh form of GELU in operations whose gradients are checked against differences: ggml's own is a table in F16.
static ggml_tensor* composed_gelu(ggml_context* c, const Tensors& t) {
    const float k = 0.79788456080286535588f;
    ggml_tensor* u = ggml_mul(c, t[0], ggml_scale_bias(c, ggml_sqr(c, t[0]), k * 0.044715f, k));
    return ggml_mul(c, t[0], ggml_scale_bias(c, ggml_tanh(c, u), 0.5f, 0.5f));
}

static ggml_tensor* composed_gelu_quick(ggml_context* c, const Tensors& t) {
    return ggml_mul(c, t[0], ggml_sigmoid(c, ggml_scale(c, t[0], 1.702f)));
}

static void compare_gradients(const std::string& name, const Leaf& x, const Build& actual, const Build& expected) {
    const double error = relative_error(differentiate_case({name, {x}, actual}).gradients[0], differentiate_case({name, {x}, expected}).gradients[0]);
    check(error < 1e-5, name, "relative error " + std::to_string(error));
}

static void activations() {
    AutodiffOptions fused;
    fused.backend = cpu();
    const Leaf x = leaf({7, 5, 3, 2}, 4.f);
    check_gradients({"silu", {x}, unary(ggml_silu), 2e-3, 3e-2f});
    check_gradients({"silu, fused backward", {x}, unary(ggml_silu), 2e-3, 3e-2f}, fused);
    check_gradients({"tanh", {x}, unary(ggml_tanh)});
    check_gradients({"sigmoid", {x}, unary(ggml_sigmoid), 2e-3, 3e-2f});
    check_gradients({"exp", {x}, unary(ggml_exp)});
    check_gradients({"neg", {x}, unary(ggml_neg)});
    check_gradients({"silu of a permuted tensor", {x}, [](ggml_context* c, const Tensors& t) {
                         return ggml_silu(c, ggml_cont(c, ggml_permute(c, t[0], 1, 0, 3, 2)));
                     }, 2e-3, 3e-2f});
    compare_gradients("gelu", x, unary(ggml_gelu), composed_gelu);
    compare_gradients("gelu_quick", x, unary(ggml_gelu_quick), composed_gelu_quick);
    for (const auto& options : {AutodiffOptions(), fused}) {
        const std::string suffix = options.backend == nullptr ? "" : ", fused backward";
        check_gradients({"swiglu of two tensors" + suffix, {x, x}, binary(ggml_swiglu_split), 2e-3, 3e-2f}, options);
        check_gradients({"swiglu of the halves of rows" + suffix, {leaf({10, 3, 2}, 3.f)}, unary(ggml_swiglu), 2e-3, 3e-2f}, options);
        check_gradients({"swiglu of the halves of rows, swapped" + suffix, {leaf({10, 3, 2}, 3.f)}, unary(ggml_swiglu_swapped), 2e-3, 3e-2f}, options);
    }
}

static void refusals() {
    const struct {
        const char* name;
        Build build;
        const char* expected;
    } cases[] = {
        {"an operation without a rule", unary(ggml_sin), "SIN f32 [6, 4, 2, 1]"},
        {"a unary operation without a rule", unary(ggml_hardswish), "HARDSWISH"},
        {"a mask that is trained", [](ggml_context* c, const Tensors& t) {
             return ggml_soft_max_ext(c, ggml_sqr(c, t[0]), ggml_reshape_2d(c, t[0], 6, 8), 1.f, 0.f);
         }, "SOFT_MAX"},
        {"bilinear enlargement", [](ggml_context* c, const Tensors& t) { return ggml_upscale(c, t[0], 2, GGML_SCALE_MODE_BILINEAR); }, "UPSCALE"},
    };
    for (const auto& refusal : cases) {
        std::string code = "none", message;
        try {
            differentiate_case({refusal.name, {leaf({6, 4, 2})}, refusal.build});
        } catch (const EngineError& error) {
            code = error.code();
            message = error.what();
        }
        check(code == "ERR_UNSUPPORTED" && message.find(refusal.expected) != std::string::npos,
              std::string(refusal.name) + " is refused by name", code + " " + message);
    }
}

int main() {
    ggml_cpu_init();
    arithmetic();
    shapes();
    activations();
    refusals();
    return result();
}
