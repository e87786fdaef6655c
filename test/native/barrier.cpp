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
    ggml_init_params params = {ggml_tensor_overhead() * 4096 + 600 * 64 * 16 * sizeof(float) + ggml_graph_overhead_custom(4096, false) + (1 << 20), nullptr, false};
    ggml_context* ctx       = ggml_init(params);
    ggml_tensor* x          = ggml_new_tensor_2d(ctx, GGML_TYPE_F32, 64, 16);
    ggml_tensor* w          = ggml_new_tensor_2d(ctx, GGML_TYPE_F32, 64, 64);
    ggml_set_zero(x);
    ggml_set_zero(w);
    ggml_cgraph* graph = ggml_new_graph_custom(ctx, 4096, false);
    for (int i = 0; i < 600; i++) {
        x = ggml_mul_mat(ctx, w, x);
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
    // About 1200 barriers. Measured on 2 loaded cores: 7600 to 14500 us each with the stock pool, 230 to 630 us with one that yields.
    const double per_barrier_us = (twice - one) / 1200 * 1e6;
    check(per_barrier_us < 3000, "a barrier with twice as many threads as cores takes less than 3 milliseconds", std::to_string(per_barrier_us) + " us");
    return result();
}
