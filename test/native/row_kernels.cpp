// Patches 0070 to 0072 and 0076 to 0078: the allocator with many gaps, and the CPU's products, copies and row operations against their definitions.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>

#include "ggml-alloc.h"
#include "ggml-backend.h"
#include "ggml-cpu.h"
#include "ggml.h"
#include "support/check.h"
#include "support/checkpoint.h"

using Ne = std::vector<int64_t>;

static ggml_context* new_context() {
    return ggml_init({4 << 20, nullptr, false});
}

static void fill(ggml_tensor* tensor, uint32_t seed) {
    const std::vector<float> values = random_array({ggml_nelements(tensor)}, 1.f, seed).values;
    if (tensor->type == GGML_TYPE_F16) {
        ggml_fp32_to_fp16_row(values.data(), static_cast<ggml_fp16_t*>(tensor->data), ggml_nelements(tensor));
    } else {
        std::memcpy(tensor->data, values.data(), ggml_nbytes(tensor));
    }
}

static float at(const ggml_tensor* tensor, int64_t i0, int64_t i1, int64_t i2, int64_t i3) {
    const char* place = static_cast<const char*>(tensor->data) + i0 * tensor->nb[0] + i1 * tensor->nb[1] + i2 * tensor->nb[2] + i3 * tensor->nb[3];
    if (tensor->type == GGML_TYPE_F16) {
        ggml_fp16_t half;
        std::memcpy(&half, place, sizeof(half));
        return ggml_fp16_to_fp32(half);
    }
    float value;
    std::memcpy(&value, place, sizeof(value));
    return value;
}

static void compute(ggml_context* c, ggml_tensor* result, int threads) {
    ggml_cgraph* graph = ggml_new_graph(c);
    ggml_build_forward_expand(graph, result);
    ggml_graph_compute_with_ctx(c, graph, threads);
}

// The largest difference between the elements of `actual` and those that `expected` says.
static double largest_difference(const ggml_tensor* actual, const std::function<double(int64_t, int64_t, int64_t, int64_t)>& expected) {
    double largest = 0;
    for (int64_t i3 = 0; i3 < actual->ne[3]; i3++)
        for (int64_t i2 = 0; i2 < actual->ne[2]; i2++)
            for (int64_t i1 = 0; i1 < actual->ne[1]; i1++)
                for (int64_t i0 = 0; i0 < actual->ne[0]; i0++)
                    largest = std::max(largest, std::abs(at(actual, i0, i1, i2, i3) - expected(i0, i1, i2, i3)));
    return largest;
}

// 1200 values of different sizes, of which every other one is given back while its neighbours stay.
static bool allocates_many_gaps() {
    ggml_context* c        = ggml_init({8 << 20, nullptr, true});
    ggml_backend_t backend = ggml_backend_cpu_init();
    ggml_cgraph* graph     = ggml_new_graph_custom(c, 8192, false);
    std::vector<ggml_tensor*> values;
    for (int i = 0; i < 1200; i++) {
        ggml_tensor* input = ggml_new_tensor_1d(c, GGML_TYPE_F32, 1);
        values.push_back(ggml_repeat_4d(c, input, 16 + i, 1, 1, 1));
        ggml_build_forward_expand(graph, values.back());
    }
    ggml_tensor* sum = ggml_new_tensor_1d(c, GGML_TYPE_F32, 1);
    for (size_t i = 0; i < values.size(); i += 2) {
        sum = ggml_add(c, sum, ggml_sum(c, values[i]));
        ggml_build_forward_expand(graph, sum);
    }
    for (size_t i = 1; i < values.size(); i += 2) {
        sum = ggml_add(c, sum, ggml_sum(c, values[i]));
    }
    ggml_build_forward_expand(graph, sum);
    ggml_gallocr_t allocator = ggml_gallocr_new(ggml_backend_get_default_buffer_type(backend));
    const bool ok            = ggml_gallocr_alloc_graph(allocator, graph);
    ggml_gallocr_free(allocator);
    ggml_backend_free(backend);
    ggml_free(c);
    return ok;
}

static void products() {
    for (const ggml_type type : {GGML_TYPE_F32, GGML_TYPE_F16}) {
        for (const int threads : {1, 3}) {
            double largest = 0;
            std::string worst;
            for (const int64_t k : {1, 7, 13, 40, 77, 131}) {
                for (const int64_t m : {3, 8, 11, 77}) {
                    for (const int64_t n : {1, 2, 7, 19}) {
                        ggml_context* c = new_context();
                        ggml_tensor *a = ggml_new_tensor_3d(c, type, k, m, 2), *b = ggml_new_tensor_3d(c, GGML_TYPE_F32, k, n, 2);
                        fill(a, 1);
                        fill(b, 2);
                        ggml_tensor* y = ggml_mul_mat(c, a, b);
                        compute(c, y, threads);
                        const double error = largest_difference(y, [&](int64_t i, int64_t j, int64_t l, int64_t) {
                            double sum = 0;
                            for (int64_t q = 0; q < k; q++) {
                                // ggml rounds b to the type of a
                                const float value = at(b, q, j, l, 0);
                                sum += static_cast<double>(at(a, q, i, l, 0)) * (type == GGML_TYPE_F16 ? ggml_fp16_to_fp32(ggml_fp32_to_fp16(value)) : value);
                            }
                            return sum;
                        });
                        if (error > largest) {
                            largest = error;
                            worst = std::to_string(k) + " x " + std::to_string(m) + " x " + std::to_string(n);
                        }
                        ggml_free(c);
                    }
                }
            }
            // One row or an instruction set with F16 arithmetic sums in F16.
            const double limit = type == GGML_TYPE_F16 ? 1e-2 : 1e-5;
            check(largest < limit, std::string("products of odd sizes in ") + ggml_type_name(type) + ", threads " + std::to_string(threads),
                  std::to_string(largest) + " at " + worst);
        }
    }
}

// Sums of outer products, also of a transposed second factor and with matrices that several share.
static void outer_products() {
    for (const int threads : {1, 3}) {
        double largest = 0;
        std::string worst;
        for (const int64_t m : {1, 5, 8, 19, 45, 200}) {
            for (const int64_t n : {1, 3, 8, 29, 130}) {
                for (const int64_t k : {1, 16, 64, 150}) {
                    for (const bool transposed : {false, true}) {
                        ggml_context* c = new_context();
                        ggml_tensor* a  = ggml_new_tensor_4d(c, GGML_TYPE_F32, m, k, 1, 2);
                        ggml_tensor* b  = transposed ? ggml_new_tensor_4d(c, GGML_TYPE_F32, k, n, 3, 2) : ggml_new_tensor_4d(c, GGML_TYPE_F32, n, k, 3, 2);
                        fill(a, 8);
                        fill(b, 9);
                        b              = transposed ? ggml_transpose(c, b) : b;
                        ggml_tensor* y = ggml_out_prod(c, a, b);
                        compute(c, y, threads);
                        const double error = largest_difference(y, [&](int64_t i, int64_t j, int64_t l, int64_t h) {
                            double sum = 0;
                            for (int64_t q = 0; q < k; q++) {
                                sum += static_cast<double>(at(a, i, q, 0, h)) * at(b, j, q, l, h);
                            }
                            return sum;
                        });
                        if (error > largest) {
                            largest = error;
                            worst   = std::to_string(m) + " x " + std::to_string(n) + " over " + std::to_string(k);
                        }
                        ggml_free(c);
                    }
                }
            }
        }
        check(largest < 1e-5, "sums of outer products, threads " + std::to_string(threads), std::to_string(largest) + " at " + worst);
    }
}

static void softmax() {
    for (const int threads : {1, 3}) {
        double largest = 0;
        std::string worst;
        for (const int64_t n : {1, 5, 15, 16, 17, 77, 131}) {
            ggml_context* c = new_context();
            ggml_tensor* x  = ggml_new_tensor_2d(c, GGML_TYPE_F32, n, 9);
            fill(x, 10);
            static_cast<float*>(x->data)[n - 1] = 40.f;  // the first row's largest value is its last
            ggml_tensor* y                      = ggml_soft_max_ext(c, x, nullptr, 0.5f, 0.f);
            compute(c, y, threads);
            const double error = largest_difference(y, [&](int64_t i, int64_t j, int64_t, int64_t) {
                double sum = 0;
                for (int64_t q = 0; q < n; q++) {
                    sum += std::exp(0.5 * at(x, q, j, 0, 0));
                }
                return std::exp(0.5 * at(x, i, j, 0, 0)) / sum;
            });
            if (error > largest) {
                largest = error;
                worst   = std::to_string(n);
            }
            ggml_free(c);
        }
        check(largest < 1e-6, "softmax of rows of odd lengths, threads " + std::to_string(threads), std::to_string(largest) + " at " + worst);
    }
}

static void copies() {
    const Ne shapes[] = {{5, 18, 3, 70}, {130, 67, 2, 1}, {9, 33, 7, 2}, {1, 40, 1, 5}};
    for (const auto& [from, to] : {std::pair{GGML_TYPE_F32, GGML_TYPE_F32}, {GGML_TYPE_F16, GGML_TYPE_F16}, {GGML_TYPE_F32, GGML_TYPE_F16}, {GGML_TYPE_F16, GGML_TYPE_F32}}) {
        for (const int threads : {1, 3}) {
            double largest = 0;
            for (const Ne& ne : shapes) {
                int axes[] = {0, 1, 2, 3};
                do {
                    ggml_context* c = new_context();
                    ggml_tensor* x = ggml_new_tensor(c, from, 4, ne.data());
                    fill(x, 3);
                    ggml_tensor* view = ggml_permute(c, x, axes[0], axes[1], axes[2], axes[3]);
                    ggml_tensor* y = from == to ? ggml_cont(c, view) : ggml_cast(c, view, to);
                    compute(c, y, threads);
                    largest = std::max(largest, largest_difference(y, [&](int64_t i0, int64_t i1, int64_t i2, int64_t i3) {
                        const float value = at(view, i0, i1, i2, i3);
                        return to == GGML_TYPE_F16 ? ggml_fp16_to_fp32(ggml_fp32_to_fp16(value)) : value;
                    }));
                    ggml_free(c);
                } while (std::next_permutation(axes, axes + 4));
            }
            check(largest == 0, std::string("copies of permuted tensors from ") + ggml_type_name(from) + " to " + ggml_type_name(to) + ", threads " + std::to_string(threads),
                  std::to_string(largest));
        }
    }
}

static void rows() {
    for (const int threads : {1, 3}) {
        const std::string suffix = ", threads " + std::to_string(threads);
        ggml_context* c = new_context();
        ggml_tensor* x = ggml_new_tensor_4d(c, GGML_TYPE_F32, 37, 5, 3, 2);
        ggml_tensor* one = ggml_new_tensor_4d(c, GGML_TYPE_F32, 1, 5, 1, 2);
        ggml_tensor* three = ggml_new_tensor_4d(c, GGML_TYPE_F32, 3, 1, 3, 1);
        fill(x, 4);
        fill(one, 5);
        fill(three, 6);
        const auto value = [&](int64_t i0, int64_t i1, int64_t i2, int64_t i3) { return static_cast<double>(at(x, i0, i1, i2, i3)); };
        const auto row = [&](int64_t i1, int64_t i3) { return static_cast<double>(at(one, 0, i1, 0, i3)); };
        const auto test = [&](const char* name, ggml_tensor* y, double limit, const std::function<double(int64_t, int64_t, int64_t, int64_t)>& expected) {
            compute(c, y, threads);
            const double error = largest_difference(y, expected);
            check(error <= limit, name + suffix, std::to_string(error));
        };
        test("one value added to each row", ggml_add(c, x, one), 1e-6, [&](auto i0, auto i1, auto i2, auto i3) { return value(i0, i1, i2, i3) + row(i1, i3); });
        test("one value subtracted from each row", ggml_sub(c, x, one), 1e-6, [&](auto i0, auto i1, auto i2, auto i3) { return value(i0, i1, i2, i3) - row(i1, i3); });
        test("each row times one value", ggml_mul(c, x, one), 1e-6, [&](auto i0, auto i1, auto i2, auto i3) { return value(i0, i1, i2, i3) * row(i1, i3); });
        test("each row divided by one value", ggml_div(c, one, one), 1e-6, [&](auto, auto, auto, auto) { return 1.0; });
        const auto sum = [&](int64_t i1, int64_t i2, int64_t i3) {
            double total = 0;
            for (int64_t i0 = 0; i0 < 37; i0++) {
                total += value(i0, i1, i2, i3);
            }
            return total;
        };
        test("sums of rows", ggml_sum_rows(c, x), 1e-6, [&](auto, auto i1, auto i2, auto i3) { return sum(i1, i2, i3); });
        test("means of rows", ggml_mean(c, x), 1e-6, [&](auto, auto i1, auto i2, auto i3) { return sum(i1, i2, i3) / 37; });
        test("one value repeated", ggml_repeat_4d(c, one, 19, 10, 4, 2), 0, [&](auto, auto i1, auto, auto i3) { return row(i1 % 5, i3); });
        test("rows repeated", ggml_repeat_4d(c, three, 9, 4, 6, 2), 0, [&](auto i0, auto, auto i2, auto) { return at(three, i0 % 3, 0, i2 % 3, 0); });
        for (int d = 0; d < 4; d++) {
            Ne ne = {37, 5, 3, 2};
            ne[static_cast<size_t>(d)] = 7;
            ggml_tensor* y = ggml_new_tensor(c, GGML_TYPE_F32, 4, ne.data());
            fill(y, 7);
            const int64_t first = x->ne[d];
            test(("one behind the other along dimension " + std::to_string(d)).c_str(), ggml_concat(c, x, y, d), 0, [&](auto i0, auto i1, auto i2, auto i3) {
                int64_t i[] = {i0, i1, i2, i3};
                if (i[d] < first) {
                    return value(i0, i1, i2, i3);
                }
                i[d] -= first;
                return static_cast<double>(at(y, i[0], i[1], i[2], i[3]));
            });
        }
        ggml_free(c);
    }
}

int main() {
    ggml_cpu_init();
    const std::string ended = in_child([] { return allocates_many_gaps() ? 0 : 3; });
    check(ended == "exit 0", "a graph with more than 256 gaps can be allocated", ended);
    products();
    outer_products();
    softmax();
    copies();
    rows();
    return result();
}
