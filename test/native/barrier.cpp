// Patch 0007: more threads than cores must cost little.
#include <chrono>
#include <thread>
#include <vector>

#include "ggml-backend.h"
#include "ggml-cpu.h"
#include "ggml.h"
#include "support/check.h"

// Seconds for a graph of many small nodes: all barriers, little work. Best of three.
static double seconds(int n_threads) {
    ggml_init_params params = {ggml_tensor_overhead() * 4096 + ggml_graph_overhead_custom(4096, false) + (1 << 20), nullptr, false};
    ggml_context* ctx       = ggml_init(params);
    ggml_tensor* x          = ggml_new_tensor_2d(ctx, GGML_TYPE_F32, 64, 16);
    ggml_set_zero(x);
    ggml_cgraph* graph = ggml_new_graph_custom(ctx, 4096, false);
    for (int i = 0; i < 600; i++) {
        x = ggml_scale_inplace(ctx, x, 0.5f);
    }
    ggml_build_forward_expand(graph, x);
    double best = 1e9;
    for (int run = 0; run < 3; run++) {
        const auto start = std::chrono::steady_clock::now();
        ggml_graph_compute_with_ctx(ctx, graph, n_threads);
        best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    ggml_free(ctx);
    return best;
}

int main() {
    const int cores    = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
    const double one   = seconds(1);
    const double twice = seconds(2 * cores);
    // 1200 barriers; a stock pool needs whole time slices (milliseconds) for each, a yielding one microseconds.
    const double per_barrier_us = (twice - one) / 1200 * 1e6;
    check(per_barrier_us < 1000, "a barrier with twice as many threads as cores takes less than a millisecond", std::to_string(per_barrier_us) + " us");
    return result();
}
