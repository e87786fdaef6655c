#include "support/gradients.h"

#include <cmath>
#include <cstring>
#include <memory>

#include "engine/engine_error.h"
#include "ggml-cpu.h"
#include "support/check.h"
#include "support/checkpoint.h"
#include "train/graph/train_allocation.h"

using namespace ai_artist;

namespace {

uint32_t seed_of(const std::string& name, size_t index) {
    uint32_t hash = 2166136261u;
    for (const char letter : name) {
        hash = (hash ^ static_cast<uint8_t>(letter)) * 16777619u;
    }
    return hash + static_cast<uint32_t>(index);
}

std::vector<uint8_t> in_type(ggml_type type, const std::vector<float>& values, int64_t row) {
    const int64_t rows = static_cast<int64_t>(values.size()) / row;
    std::vector<uint8_t> bytes(ggml_row_size(type, row) * static_cast<size_t>(rows));
    ggml_quantize_chunk(type, values.data(), bytes.data(), 0, rows, row, nullptr);
    return bytes;
}

void upload(ggml_tensor* tensor, const std::vector<float>& values) {
    const std::vector<uint8_t> bytes = in_type(tensor->type, values, tensor->ne[0]);
    ggml_backend_tensor_set(tensor, bytes.data(), 0, bytes.size());
}

void round_to(ggml_type type, std::vector<float>& values, int64_t row) {
    if (type != GGML_TYPE_F32) {
        const std::vector<uint8_t> bytes = in_type(type, values, row);
        ggml_get_type_traits(type)->to_float(bytes.data(), values.data(), static_cast<int64_t>(values.size()));
    }
}

std::vector<float> download(const ggml_tensor* tensor) {
    std::vector<float> values(static_cast<size_t>(ggml_nelements(tensor)));
    ggml_backend_tensor_get(tensor, values.data(), 0, ggml_nbytes(tensor));
    return values;
}

// Leaves, their gradients and the weights w in memory of their own, and the forward graph of y.
struct Built {
    explicit Built(const GradientCase& c) : own(ggml_init({64 * ggml_tensor_overhead(), nullptr, true})), nodes(ggml_init({16 << 20, nullptr, true})) {
        for (const Leaf& leaf : c.leaves) {
            leaves.push_back(ggml_new_tensor(own.get(), leaf.type, static_cast<int>(leaf.ne.size()), leaf.ne.data()));
            gradients.push_back(leaf.trained ? ggml_dup_tensor(own.get(), leaves.back()) : nullptr);
        }
        y = c.build(nodes.get(), leaves);
        w = ggml_new_tensor(own.get(), GGML_TYPE_F32, GGML_MAX_DIMS, y->ne);
        buffer.reset(ggml_backend_alloc_ctx_tensors(own.get(), cpu()));
        for (size_t i = 0; i < leaves.size(); i++) {
            values.push_back(random_array({ggml_nelements(leaves[i])}, c.leaves[i].scale, seed_of(c.name, i)).values);
            for (float& value : values.back()) {
                value += c.leaves[i].centre;
            }
            round_to(c.leaves[i].rounded, values.back(), leaves[i]->ne[0]);
            upload(leaves[i], values.back());
            if (gradients[i] != nullptr) {
                upload(gradients[i], std::vector<float>(values.back().size(), 0.f));
            }
        }
        weights = random_array({ggml_nelements(w)}, 1.f, seed_of(c.name, 99)).values;
        upload(w, weights);
    }

    GgmlContext own, nodes;
    BackendBuffer buffer;
    std::vector<ggml_tensor*> leaves, gradients;
    std::vector<std::vector<float>> values;
    std::vector<float> weights;
    ggml_tensor *y, *w;
};

}  // namespace

ggml_backend_t cpu() {
    static const std::unique_ptr<ggml_backend, decltype(&ggml_backend_free)> backend(ggml_backend_cpu_init(), ggml_backend_free);
    ggml_backend_cpu_set_n_threads(backend.get(), 1);  // the graphs are tiny: starting a second thread takes longer than running them
    return backend.get();
}

Differentiated differentiate_case(const GradientCase& c, const AutodiffOptions& options, bool accumulate, int times) {
    const Built built(c);
    ggml_context* ctx = built.nodes.get();
    ggml_tensor* loss = ggml_sum(ctx, ggml_mul(ctx, ggml_is_contiguous(built.y) ? built.y : ggml_cont(ctx, built.y), built.w));
    ggml_cgraph* forward = ggml_new_graph_custom(ctx, 8192, false);
    ggml_build_forward_expand(forward, loss);
    std::vector<TrainableTensor> trainable;
    for (size_t i = 0; i < built.leaves.size(); i++) {
        if (c.leaves[i].trained) {
            trainable.push_back({built.leaves[i], built.gradients[i]});
        }
    }
    TrainAllocation allocation(cpu(), differentiate(forward, loss, trainable, options, accumulate));
    for (int i = 0; i < times; i++) {
        if (allocation.compute() != GGML_STATUS_SUCCESS) {
            throw EngineError("ERR_INTERNAL", "the graph did not run");
        }
    }
    Differentiated result;
    for (const ggml_tensor* gradient : built.gradients) {
        result.gradients.push_back(gradient == nullptr ? std::vector<float>() : download(gradient));
    }
    result.compute_bytes = allocation.compute_bytes();
    result.recomputed = allocation.graph().recomputed;
    result.segments = allocation.graph().segments;
    return result;
}

Gradients central_differences(const GradientCase& c) {
    Built built(c);
    ggml_context* ctx = built.nodes.get();
    ggml_tensor* y = ggml_is_contiguous(built.y) ? built.y : ggml_cont(ctx, built.y);
    ggml_set_output(y);
    ggml_cgraph* forward = ggml_new_graph_custom(ctx, 8192, false);
    ggml_build_forward_expand(forward, y);
    const GraphAllocator allocator(ggml_gallocr_new(ggml_backend_cpu_buffer_type()));
    ggml_gallocr_alloc_graph(allocator.get(), forward);
    const auto loss = [&] {
        ggml_backend_graph_compute(cpu(), forward);
        const std::vector<float> output = download(y);
        double sum = 0;
        for (size_t i = 0; i < output.size(); i++) {
            sum += static_cast<double>(output[i]) * built.weights[i];
        }
        return sum;
    };
    Gradients result;
    for (size_t i = 0; i < built.leaves.size(); i++) {
        result.emplace_back();
        for (size_t j = 0; c.leaves[i].trained && j < built.values[i].size(); j++) {
            const float x = built.values[i][j];
            const auto at = [&](float value) {
                ggml_backend_tensor_set(built.leaves[i], &value, j * sizeof(float), sizeof(float));
                return loss();
            };
            const volatile float up = x + c.step, down = x - c.step;
            const double difference = at(up) - at(down);
            at(x);
            result.back().push_back(static_cast<float>(difference / (static_cast<double>(up) - down)));
        }
    }
    return result;
}

double relative_error(const std::vector<float>& a, const std::vector<float>& b) {
    double error = 0, norm = 0;
    for (size_t i = 0; i < b.size(); i++) {
        error += (static_cast<double>(a[i]) - b[i]) * (static_cast<double>(a[i]) - b[i]);
        norm += static_cast<double>(b[i]) * b[i];
    }
    return a.size() != b.size() ? INFINITY : norm > 0 ? std::sqrt(error / norm) : std::sqrt(error);
}

void check_gradients(const GradientCase& c, const AutodiffOptions& options) {
    std::string detail;
    bool ok = true;
    try {
        const Gradients actual = differentiate_case(c, options).gradients, expected = central_differences(c);
        for (size_t i = 0; i < c.leaves.size(); i++) {
            const double error = relative_error(actual[i], expected[i]);
            ok = ok && error < c.tolerance;
            detail += (i == 0 ? "relative error " : ", ") + std::to_string(error);
        }
    } catch (const EngineError& error) {
        ok = false;
        detail = error.what();
    }
    check(ok, c.name, detail);
}
