#include "engine/jobs/products.h"

#include <algorithm>
#include <chrono>
#include <vector>

#include "core/conv_2d_kernels.h"
#include "core/ggml_extend_backend.h"
#include "engine/engine_error.h"
#include "engine/operations.h"
#include "ggml-backend.h"
#include "ggml-cpp.h"
#include "ggml.h"

namespace ai_artist {
namespace {

// In one graph, so that starting a graph does not count on a GPU.
constexpr int products_per_graph = 4;
constexpr int least_runs = 2;
constexpr int picture_edge = 64;

// Numbers in -1..1 without a pattern: a GPU draws less power, and is faster, where all are alike.
std::vector<float> noise(size_t count) {
    std::vector<float> values(count);
    uint32_t state = 1;
    for (float& value : values) {
        state = state * 1664525u + 1013904223u;
        value = static_cast<float>(state >> 8) / static_cast<float>(1 << 23) - 1;
    }
    return values;
}

void fill(ggml_tensor* tensor) {
    const std::vector<float> values = noise(static_cast<size_t>(ggml_nelements(tensor)));
    std::vector<uint8_t> stored(ggml_nbytes(tensor));
    ggml_quantize_chunk(tensor->type, values.data(), stored.data(), 0, ggml_nrows(tensor), tensor->ne[0], nullptr);
    ggml_backend_tensor_set(tensor, stored.data(), 0, stored.size());
}

}  // namespace

void ProductsJob::run() {
    SDBackendManager backends;
    std::string error;
    ggml_backend_t backend =
        backends.init(request_.backend.c_str(), "", &error) ? backends.runtime_backend(SDBackendModule::DIFFUSION) : nullptr;
    if (backend == nullptr) {
        throw EngineError("ERR_NO_DEVICE", error.empty() ? "The device could not be initialised" : error);
    }
    device = ggml_backend_name(backend);
    if (sd_backend_is_cpu(backend)) {
        sd_backend_cpu_set_n_threads(backend, usable_threads(request_.threads));
        sd_backend_allow_bf16(backend, false);  // as for a model
    }

    const ggml_init_params params{ggml_tensor_overhead() * 8 + ggml_graph_overhead(), nullptr, true};
    const ggml_context_ptr context(ggml_init(params));
    if (!context) {
        throw EngineError("ERR_OUT_OF_MEMORY", "Not enough memory for a matrix product");
    }
    const auto type = static_cast<ggml_type>(request_.type);
    const int size = request_.size;
    ggml_tensor* weights = request_.convolution ? ggml_new_tensor_4d(context.get(), type, 3, 3, size, size)
                                                : ggml_new_tensor_2d(context.get(), type, size, size);
    ggml_tensor* input = request_.convolution ? ggml_new_tensor_3d(context.get(), GGML_TYPE_F32, picture_edge, picture_edge, size)
                                              : ggml_new_tensor_2d(context.get(), GGML_TYPE_F32, size, size);
    ggml_cgraph* graph = ggml_new_graph(context.get());
    for (int product = 0; product < products_per_graph; product++) {
        ggml_build_forward_expand(graph, request_.convolution ? ggml_conv_2d_direct(context.get(), weights, input, 1, 1, 1, 1, 1, 1)
                                                              : ggml_mul_mat(context.get(), weights, input));
    }
    if (!ggml_backend_supports_op(backend, ggml_graph_node(graph, 0))) {
        throw EngineError("ERR_UNSUPPORTED", device + ": expected products of " + sd_type_name(request_.type) + ", the device has none");
    }
    const ggml_backend_buffer_ptr buffer(ggml_backend_alloc_ctx_tensors(context.get(), backend));
    if (!buffer) {
        throw EngineError("ERR_OUT_OF_MEMORY", "Not enough memory for a matrix product");
    }
    fill(weights);
    fill(input);

    operations = static_cast<double>(operations_of(graph));
    double spent = 0;
    for (int at = -1; at < least_runs || spent < request_.seconds; at++) {  // -1 warms up
        stop_if_cancelled();
        const auto start = std::chrono::steady_clock::now();
        if (ggml_backend_graph_compute(backend, graph) != GGML_STATUS_SUCCESS) {
            fail("ERR_GENERATE", "The device could not compute a matrix product");
        }
        const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        if (at < 0) {
            continue;
        }
        spent += took;
        best_seconds = at == 0 ? took : std::min(best_seconds, took);
    }
}

}  // namespace ai_artist
