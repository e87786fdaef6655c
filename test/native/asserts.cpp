// Patch 0082: an assert of ggml's is an exception where a graph is built, and a failed graph where it is computed, on any of its threads.
#include <stdexcept>

#include "ggml-backend.h"
#include "ggml-cpu.h"
#include "ggml.h"
#include "support/check.h"
#include "support/model.h"

static void fail_on(ggml_tensor*, const ggml_tensor*, int ith, int, void* thread) {
    if (ith == *static_cast<int*>(thread)) {
        GGML_ABORT("thread %d gives up", ith);
    }
}

// How a graph ends in which thread `thread` of `n_threads` fails at the third of five nodes; then the same without a failure.
static int failing_graph(int thread, int n_threads) {
    ggml_context* ctx = ggml_init({16 << 20, nullptr, false});
    ggml_tensor* x    = ggml_new_tensor_2d(ctx, GGML_TYPE_F32, 64, 64);
    ggml_set_zero(x);
    ggml_tensor* y = ggml_mul_mat(ctx, x, ggml_mul_mat(ctx, x, x));
    y              = ggml_map_custom1(ctx, y, [](ggml_tensor* dst, const ggml_tensor* a, int ith, int nth, void* data) { fail_on(dst, a, ith, nth, data); },
                                      GGML_N_TASKS_MAX, &thread);
    y              = ggml_mul_mat(ctx, x, ggml_mul_mat(ctx, x, y));
    ggml_cgraph* graph = ggml_new_graph(ctx);
    ggml_build_forward_expand(graph, y);
    const ggml_status status = ggml_graph_compute_with_ctx(ctx, graph, n_threads);
    thread                   = -1;
    const ggml_status again  = ggml_graph_compute_with_ctx(ctx, graph, n_threads);
    ggml_free(ctx);
    return status == GGML_STATUS_FAILED && again == GGML_STATUS_SUCCESS ? 0 : 3;
}

int main() {
    start_engine();
    ggml_cpu_init();
    std::string how = in_child([] {
        ggml_context* ctx = ggml_init({1 << 20, nullptr, false});
        try {
            ggml_mul_mat(ctx, ggml_new_tensor_2d(ctx, GGML_TYPE_F32, 3, 2), ggml_new_tensor_2d(ctx, GGML_TYPE_F32, 4, 2));
        } catch (const std::runtime_error& error) {
            return std::string(error.what()).find("ggml_can_mul_mat") != std::string::npos ? 0 : 4;
        }
        return 3;
    });
    check(how == "exit 0", "shapes that do not fit: an exception with ggml's words", how);
    how = in_child([] {
        try {
            ggml_context* ctx = ggml_init({ggml_tensor_overhead() * 2, nullptr, true});
            for (int i = 0; i < 100; i++) {
                ggml_new_tensor_1d(ctx, GGML_TYPE_F32, 1);
            }
        } catch (const std::runtime_error&) {
            return 0;
        }
        return 3;
    });
    check(how == "exit 0", "more tensors than a context has room for: an exception", how);
    for (const auto& [thread, n_threads] : std::initializer_list<std::pair<int, int>>{{0, 1}, {0, 2}, {1, 2}, {3, 4}}) {
        how = in_child([thread = thread, n_threads = n_threads] { return failing_graph(thread, n_threads); });
        check(how == "exit 0", "an assert in thread " + std::to_string(thread) + " of " + std::to_string(n_threads) + ": a failed graph, and the next is computed", how);
    }
    return result();
}
