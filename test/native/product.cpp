// Patch 0090, native/kernels/product: matrix products and sums of outer products against sums in double; the same bits with any number of
// threads; products of bfloat16 where they are allowed.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "ggml-cpu.h"
#include "ggml.h"
#include "support/check.h"
#include "support/checkpoint.h"
#include "support/exact.h"

namespace {

struct Shape {
    int64_t m, n, k;
    ggml_type b = GGML_TYPE_F32, a = GGML_TYPE_F32;
    int64_t products = 1, shared = 1;  // so many products, so many neighbours with the same B
    bool outer = false, strided = false;
    bool apart = false;  // a row between the products of A

    std::string name() const {
        return std::string(outer ? "outer " : "") + std::to_string(m) + "x" + std::to_string(n) + " over " + std::to_string(k) + " " +
               ggml_type_name(b) + " by " + ggml_type_name(a) + (products > 1 ? ", " + std::to_string(products) + " products" : "") +
               (shared > 1 ? ", B shared" : "") + (strided ? ", strided" : "") + (apart ? ", rows apart" : "");
    }
};

float read(const ggml_tensor* t, int64_t i0, int64_t i1, int64_t i2) {
    const char* const at = static_cast<const char*>(t->data) + i0 * t->nb[0] + i1 * t->nb[1] + i2 * t->nb[2];
    if (t->type == GGML_TYPE_F32) return *reinterpret_cast<const float*>(at);
    if (t->type == GGML_TYPE_F16) return ggml_fp16_to_fp32(*reinterpret_cast<const ggml_fp16_t*>(at));
    return ggml_bf16_to_fp32(*reinterpret_cast<const ggml_bf16_t*>(at));
}

class Multiplied {
public:
    explicit Multiplied(const Shape& shape) : shape_(shape) {
        context_ = ggml_init({size_t(256) << 20, nullptr, false});
        const int64_t batches = shape.products, b_batches = shape.products / shape.shared;
        if (shape.outer) {
            b_ = matrix(shape.b, shape.n, shape.k, b_batches, 3);
            // src1 of a sum of outer products may be transposed.
            a_ = shape.strided ? ggml_transpose(context_, matrix(shape.a, shape.k, shape.m, batches, 4))
                               : matrix(shape.a, shape.m, shape.k, batches, 4);
            c_ = ggml_out_prod(context_, b_, a_);
        } else {
            b_ = matrix(shape.b, shape.k, shape.n, b_batches, 3);
            a_ = matrix(shape.a, shape.k, shape.m + shape.apart, batches, 4);
            if (shape.apart) a_ = ggml_view_3d(context_, a_, shape.k, shape.m, batches, a_->nb[1], a_->nb[2], 0);
            c_ = ggml_mul_mat(context_, b_, a_);
        }
        graph_ = ggml_new_graph(context_);
        ggml_build_forward_expand(graph_, c_);
    }
    ~Multiplied() { ggml_free(context_); }
    Multiplied(const Multiplied&) = delete;
    Multiplied& operator=(const Multiplied&) = delete;

    std::vector<float> compute(int threads, const ComputeOptions& options = {}) { return compute_graph(graph_, c_, threads, options); }

    double error(const std::vector<float>& actual) const {
        return relative_error(actual, [this](int64_t at) { return exact_at(at); });
    }

private:
    ggml_tensor* matrix(ggml_type type, int64_t width, int64_t height, int64_t count, int seed) {
        // Strided: rows of a wider matrix.
        const int64_t whole = shape_.strided ? width + 3 : width;
        ggml_tensor* t = ggml_new_tensor_3d(context_, type, whole, height, count);
        const auto values = random_array({ggml_nelements(t)}, 1.f, static_cast<uint32_t>(seed)).values;
        if (type == GGML_TYPE_F32) {
            std::memcpy(t->data, values.data(), ggml_nbytes(t));
        } else if (type == GGML_TYPE_F16) {
            ggml_fp32_to_fp16_row(values.data(), static_cast<ggml_fp16_t*>(t->data), ggml_nelements(t));
        } else {
            ggml_fp32_to_bf16_row(values.data(), static_cast<ggml_bf16_t*>(t->data), ggml_nelements(t));
        }
        return whole == width ? t : ggml_view_3d(context_, t, width, height, count, t->nb[1], t->nb[2], 0);
    }

    double exact_at(int64_t at) const {
        const int64_t j = at % shape_.n, i = at / shape_.n % shape_.m, p = at / shape_.n / shape_.m;
        double sum = 0;
        for (int64_t k = 0; k < shape_.k; k++) {
            sum += static_cast<double>(shape_.outer ? read(a_, i, k, p) : read(a_, k, i, p)) *
                   (shape_.outer ? read(b_, j, k, p / shape_.shared) : read(b_, k, j, p / shape_.shared));
        }
        return sum;
    }

    Shape shape_;
    ggml_context* context_;
    ggml_tensor *a_, *b_, *c_;
    ggml_cgraph* graph_;
};

// Without our kernels ggml rounds A to the type of B.
double limit(const Shape& shape, bool kernels) {
    if (kernels || shape.b == GGML_TYPE_F32) return 1e-5;
    return shape.b == GGML_TYPE_F16 ? 1e-3 : 6e-3;
}

void check_shape(const Shape& shape, bool kernels) {
    Multiplied product(shape);
    for (const int bf16 : {0, 1, 2}) {
        const std::string name = shape.name() + (bf16 == 0 ? "" : ", " + std::to_string(bf16) + " bfloat16 allowed");
        const auto one = product.compute(1, {0, bf16});
        const double error = product.error(one);
        const double most = bf16 == 1 ? 6e-3 : bf16 == 2 ? std::max(2e-5, limit(shape, kernels)) : limit(shape, kernels);
        check(error <= most, "sums of " + name, std::to_string(error));
        for (const int threads : {2, 5}) {
            const auto more = product.compute(threads, {0, bf16});
            const bool same = more.size() == one.size() && std::memcmp(more.data(), one.data(), one.size() * sizeof(float)) == 0;
            check(same || !kernels, "same bits with " + std::to_string(threads) + " threads: " + name);
        }
    }
}

// Products by one B are computed as one of more rows: the first has the bits that it has alone.
void check_alone(const Shape& shape) {
    Multiplied together(shape);
    Shape single = shape;
    single.products = single.shared = 1;
    Multiplied alone(single);
    for (const int bf16 : {0, 1, 2}) {
        const auto all = together.compute(2, {0, bf16}), first = alone.compute(2, {0, bf16});
        const bool same = all.size() == first.size() * static_cast<size_t>(shape.products) && !first.empty() &&
                          std::memcmp(all.data(), first.data(), first.size() * sizeof(float)) == 0;
        check(same, "the bits of a product alone: " + shape.name() + ", " + std::to_string(bf16) + " bfloat16 allowed");
    }
}

}  // namespace

int main() {
    ggml_cpu_init();
    const bool kernels = has_kernels();
    const ggml_type f32 = GGML_TYPE_F32, f16 = GGML_TYPE_F16, bf16 = GGML_TYPE_BF16;
    const Shape products[] = {
        // rows of A, rows of B, values of each; types of B and A
        {16, 16, 16},
        {17, 33, 47},
        {33, 31, 257, f16},
        {77, 320, 768, f16},
        {1024, 320, 320, f16},
        {257, 129, 1281, f16},
        {4096, 17, 40, f32},
        {17, 4096, 33, bf16},
        {96, 65, 700, bf16},
        {64, 100, 90, f16, f16},
        {31, 50, 2600, f32},
        {100, 100, 40, f32, f32, 6, 1, false, true},
        {50, 77, 40, f16, f32, 6, 3},
        {40, 24, 72, f32, f32, 3},
        {512, 40, 4096, f32, f32, 6},  // more than is packed at a time
    };
    for (const Shape& shape : products) check_shape(shape, kernels);
    const Shape batches[] = {
        {17, 33, 47, f16, f32, 2, 2},   {77, 321, 257, f16, f32, 2, 2},
        {31, 65, 700, bf16, f32, 3, 3}, {100, 40, 90, f32, f32, 2, 2, false, true},
        {49, 50, 641, f16, f16, 5, 5},  {33, 70, 40, f16, f32, 2, 2, false, false, true},
        {16, 16, 8, f32, f32, 2, 2},
    };
    for (const Shape& shape : batches) {
        check_shape(shape, kernels);
        if (kernels) check_alone(shape);
    }
    for (const bool transposed : {false, true}) {
        for (const Shape& shape : {Shape{64, 64, 16}, Shape{320, 100, 1000}, Shape{65, 321, 77}, Shape{64, 70, 50, f32, f32, 4, 2}}) {
            Shape outer = shape;
            outer.outer = true;
            outer.strided = transposed;
            check_shape(outer, kernels);
        }
    }
    // What they leave to ggml: few rows, few values, other types.
    for (const Shape& shape : {Shape{1, 1, 1}, Shape{15, 40, 64}, Shape{40, 15, 64}, Shape{40, 40, 7}}) check_shape(shape, false);
    check_shape({15, 40, 64, f16, f32, 2, 2}, false);  // rows of both pictures together are no reason to take it

    Multiplied large({256, 256, 640});
    const double error = large.error(large.compute(2, {4096}));
    check(error <= 1e-5, "with too little work memory, the old way", std::to_string(error));
    return result();
}
