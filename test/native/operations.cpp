// The operations of a graph, counted, against those of each layer worked out by hand; and that computing a graph counts them.
#include "engine/operations.h"

#include <string>

#include "ggml-backend.h"
#include "ggml-cpp.h"
#include "ggml-cpu.h"
#include "ggml.h"
#include "support/check.h"

namespace {

ggml_tensor* f32(ggml_context* context, int64_t a, int64_t b = 1, int64_t c = 1, int64_t d = 1) {
    return ggml_new_tensor_4d(context, GGML_TYPE_F32, a, b, c, d);
}

ggml_context_ptr empty_context() { return ggml_context_ptr(ggml_init({ggml_tensor_overhead() * 64 + ggml_graph_overhead() * 16, nullptr, true})); }

uint64_t counted_of(ggml_context* context, ggml_tensor* result) {
    ggml_cgraph* graph = ggml_new_graph(context);
    ggml_build_forward_expand(graph, result);
    return ai_artist::operations_of(graph);
}

void expect(const char* name, uint64_t got, uint64_t want) {
    check(got == want, name, "expected " + std::to_string(want) + ", got " + std::to_string(got));
}

}  // namespace

int main() {
    const ggml_context_ptr owner = empty_context();
    ggml_context* c = owner.get();
    // 5 x 7 results of 3 products and sums each.
    expect("product", counted_of(c, ggml_mul_mat(c, f32(c, 3, 5), f32(c, 3, 7))), 2 * 5 * 7 * 3);
    expect("product of several matrices", counted_of(c, ggml_mul_mat(c, f32(c, 3, 5, 2), f32(c, 3, 7, 2))), 2 * 5 * 7 * 3 * 2);
    expect("outer product", counted_of(c, ggml_out_prod(c, f32(c, 5, 3), f32(c, 7, 3))), 2 * 5 * 7 * 3);
    // A kernel of 3 x 3 over 4 channels, 6 outputs, 8 x 8 places.
    const uint64_t convolution = 2 * 8 * 8 * 6 * 3 * 3 * 4;
    ggml_tensor* kernel = ggml_new_tensor_4d(c, GGML_TYPE_F16, 3, 3, 4, 6);
    expect("convolution", counted_of(c, ggml_conv_2d_direct(c, kernel, f32(c, 8, 8, 4), 1, 1, 1, 1, 1, 1)), convolution);
    expect("convolution as im2col and product", counted_of(c, ggml_conv_2d(c, kernel, f32(c, 8, 8, 4), 1, 1, 1, 1, 1, 1)), convolution);
    ggml_tensor* deep = ggml_new_tensor_4d(c, GGML_TYPE_F16, 3, 3, 2, 4 * 6);
    expect("convolution over time", counted_of(c, ggml_conv_3d_direct(c, deep, f32(c, 8, 8, 5, 4), 1, 1, 1, 1, 1, 0, 1, 1, 1, 4, 1, 6)),
           2 * 8 * 8 * 4 * 6 * 3 * 3 * 2 * 4);
    // 10 queries and 12 keys of 64 values in 2 heads: once to compare, once to add up.
    ggml_tensor* keys = ggml_new_tensor_4d(c, GGML_TYPE_F16, 64, 12, 2, 1);
    ggml_tensor* values = ggml_new_tensor_4d(c, GGML_TYPE_F16, 64, 12, 2, 1);
    expect("attention", counted_of(c, ggml_flash_attn_ext(c, f32(c, 64, 10, 2), keys, values, nullptr, 1, 0, 0)), 2 * 2 * 10 * 12 * (64 + 64));
    expect("what is no product", counted_of(c, ggml_add(c, f32(c, 9), f32(c, 9))), 0);

    ai_artist::observe_graphs();
    const ggml_backend_ptr backend(ggml_backend_cpu_init());
    const ggml_context_ptr computed = empty_context();
    ggml_tensor* product = ggml_mul_mat(computed.get(), f32(computed.get(), 3, 5), f32(computed.get(), 3, 7));
    ggml_cgraph* graph = ggml_new_graph(computed.get());
    ggml_build_forward_expand(graph, product);
    const ggml_backend_buffer_ptr buffer(ggml_backend_alloc_ctx_tensors(computed.get(), backend.get()));
    ggml_backend_buffer_clear(buffer.get(), 0);
    const uint64_t before = ai_artist::counted_operations();
    ggml_backend_graph_compute(backend.get(), graph);
    ggml_backend_graph_compute(backend.get(), graph);
    expect("a graph that is computed twice", ai_artist::counted_operations() - before, 2 * 2 * 5 * 7 * 3);
    return result();
}
