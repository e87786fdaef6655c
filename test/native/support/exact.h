#pragma once
// Computes a graph on the CPU, and compares its result with exact sums.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "ggml-backend.h"
#include "ggml-cpu.h"
#include "ggml.h"

// Whether this CPU's convolutions and products are those of native/kernels.
inline bool has_kernels() {
    auto* available =
        reinterpret_cast<bool (*)()>(ggml_backend_reg_get_proc_address(ggml_backend_cpu_reg(), "ai_artist_conv_2d_available"));
    return available != nullptr && available();
}

struct ComputeOptions {
    size_t most = 0;    // bytes of work memory at most; 0: what the plan asks for
    int bf16 = 0;  // of how many bfloat16 inputs may be sums: ggml_cplan
};

// The floats of a tensor of the graph; none if it was not computed.
inline std::vector<float> compute_graph(ggml_cgraph* graph, ggml_tensor* result, int threads, const ComputeOptions& options = {}) {
    ggml_cplan plan = ggml_graph_plan(graph, threads, nullptr);
    if (options.most > 0) plan.work_size = std::min(plan.work_size, options.most);
    std::vector<uint8_t> work(plan.work_size, 0xff);  // NaN: whatever is read before it is written shows
    plan.work_data = work.data();
    plan.bf16 = options.bf16;
    std::fill_n(static_cast<float*>(result->data), ggml_nelements(result), NAN);
    if (ggml_graph_compute(graph, &plan) != GGML_STATUS_SUCCESS) return {};
    const auto* const values = static_cast<const float*>(result->data);
    return {values, values + ggml_nelements(result)};
}

// Root mean square of the errors relative to that of the exact values, at up to 3000 places; infinity if a value is missing.
template <typename ExactAt>
double relative_error(const std::vector<float>& actual, ExactAt exact_at) {
    const size_t count = actual.size(), step = std::max<size_t>(1, count / 3000);
    double errors = 0, sums = 0;
    for (size_t at = 0; at < count; at++) {
        if (std::isnan(actual[at])) return INFINITY;
        // The borders are where kernels go wrong: all of small results, and both ends of large ones.
        if (at % step != 0 && at > 300 && at + 300 < count) continue;
        const double exact = exact_at(static_cast<int64_t>(at));
        errors += (actual[at] - exact) * (actual[at] - exact);
        sums += exact * exact;
    }
    return count == 0 ? INFINITY : std::sqrt(errors / std::max(sums, 1e-30));
}
