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

static Leaf frozen(std::vector<int64_t> ne, ggml_type type = GGML_TYPE_F32, float scale = 1.f) {
    return {std::move(ne), type, false, scale, 0.f};
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

int main() {
    ggml_cpu_init();
    arithmetic();
    return result();
}
