#include "clip/tower.h"

#include <algorithm>
#include <cmath>

#include "engine/engine_error.h"

namespace ai_artist {
namespace {

// About 30 nodes a layer; the runner's context has room for 40 times as many.
constexpr size_t nodes_per_layer = 40;

}  // namespace

Tower::Tower(ggml_backend_t backend, std::shared_ptr<RunnerWeightManager> manager, const String2TensorStorage& tensors, TowerNames names,
             TowerSizes sizes, TowerSettings settings, ggml_type matrix_type)
    : GGMLRunner(backend, std::move(manager)),
      names_(std::move(names)),
      sizes_(sizes),
      settings_(settings),
      tensors_(tensors),
      matrix_type_(matrix_type) {
    const ClipLayout& layout = *names_.layout;
    const auto linear_parameters = [&](const std::string& name, int64_t in, int64_t out) {
        return Linear{matrix(name + ".weight", in, out), parameter(name + ".bias", {out})};
    };
    const int64_t hidden = sizes_.hidden;
    for (int64_t i = 0; i < sizes_.layers; i++) {
        Layer layer;
        layer.norm1 = norm_parameters(names_.layer(i, layout.norm1));
        if (layout.fused != nullptr) {
            const std::string fused = names_.layer(i, layout.fused);
            layer.fused = {matrix(fused + "weight", hidden, 3 * hidden), parameter(fused + "bias", {3 * hidden})};
        } else {
            layer.query = linear_parameters(names_.layer(i, layout.query), hidden, hidden);
            layer.key = linear_parameters(names_.layer(i, layout.key), hidden, hidden);
            layer.value = linear_parameters(names_.layer(i, layout.value), hidden, hidden);
        }
        layer.out = linear_parameters(names_.layer(i, layout.out), hidden, hidden);
        layer.norm2 = norm_parameters(names_.layer(i, layout.norm2));
        layer.fc1 = linear_parameters(names_.layer(i, layout.fc1), hidden, sizes_.inner);
        layer.fc2 = linear_parameters(names_.layer(i, layout.fc2), sizes_.inner, hidden);
        layers_.push_back(layer);
    }
    // Blocks of quantised numbers cannot be transposed, and this matrix is small.
    projection_ = layout.transposed_projection ? parameter(names_.projection, {sizes_.projection, hidden})
                                               : matrix(names_.projection, hidden, sizes_.projection);
}

ggml_tensor* Tower::parameter(const std::string& name, std::vector<int64_t> ne, ggml_type type) {
    const TensorStorage& stored = need_tensor(tensors_, name);
    ne.resize(4, 1);
    if (!std::equal(ne.begin(), ne.end(), stored.ne)) {
        throw EngineError("ERR_MODEL_FORMAT",
                          name + ": expected the shape " + shape_text(ne.data(), 4) + ", got " + shape_text(stored.ne, 4));
    }
    ggml_tensor* tensor = ggml_new_tensor(params_ctx, type, 4, ne.data());
    weights_[name] = tensor;
    return tensor;
}

ggml_type Tower::matrix_type_of(const TensorStorage& stored, int64_t in) const {
    ggml_type type = matrix_type_;
    if (type == GGML_TYPE_COUNT) {
        // BF16 products also round the activations to 8 bits; F32 keeps the file's precision.
        type = stored.type == GGML_TYPE_BF16 ? GGML_TYPE_F32 : stored.type;
    }
    return in % ggml_blck_size(type) == 0 ? type : GGML_TYPE_F32;
}

ggml_tensor* Tower::matrix(const std::string& name, int64_t in, int64_t out) {
    const TensorStorage& stored = need_tensor(tensors_, name);
    if (stored.ne[0] != in || stored.ne[1] != out || stored.ne[2] != 1 || stored.ne[3] != 1) {
        const int64_t expected[] = {in, out};
        throw EngineError("ERR_MODEL_FORMAT",
                          name + ": expected the shape " + shape_text(expected, 2) + ", got " + shape_text(stored.ne, 4));
    }
    ggml_tensor* tensor = ggml_new_tensor_2d(params_ctx, matrix_type_of(stored, in), in, out);
    weights_[name] = tensor;
    return tensor;
}

Tower::Norm Tower::norm_parameters(const std::string& name) {
    return {parameter(name + ".weight", {sizes_.hidden}), parameter(name + ".bias", {sizes_.hidden})};
}

ggml_tensor* Tower::normalise(ggml_tensor* x, const Norm& norm) {
    x = ggml_norm(compute_ctx, x, settings_.epsilon);
    return ggml_add(compute_ctx, ggml_mul(compute_ctx, x, norm.weight), norm.bias);
}

ggml_tensor* Tower::linear(ggml_tensor* x, const Linear& layer) {
    return ggml_add(compute_ctx, ggml_mul_mat(compute_ctx, layer.weight, x), layer.bias);
}

Tower::Linear Tower::part_of(const Linear& fused, int64_t part) {
    const auto first = static_cast<size_t>(part * sizes_.hidden);
    return {ggml_view_2d(compute_ctx, fused.weight, sizes_.hidden, sizes_.hidden, fused.weight->nb[1], first * fused.weight->nb[1]),
            ggml_view_1d(compute_ctx, fused.bias, sizes_.hidden, first * sizeof(float))};
}

// softmax(q k / sqrt(D) + mask) v for each head; P is the padded L, and the mask keeps the padding out
//   queries [H, Q*N], tokens [H, L*N] -> [H, Q*N]
ggml_tensor* Tower::attend(ggml_tensor* queries, ggml_tensor* tokens, const Layer& layer, int64_t batch, ggml_tensor* mask) {
    ggml_context* c = compute_ctx;
    const int64_t heads = sizes_.heads, size = sizes_.hidden / heads;
    const int64_t asked = queries->ne[1] / batch, length = tokens->ne[1] / batch;
    const bool fused = layer.fused.weight != nullptr;
    ggml_tensor* q = linear(queries, fused ? part_of(layer.fused, 0) : layer.query);
    ggml_tensor* k = linear(tokens, fused ? part_of(layer.fused, 1) : layer.key);
    ggml_tensor* v = linear(tokens, fused ? part_of(layer.fused, 2) : layer.value);
    const int64_t padded = padded_length(length);
    if (padded != length) {
        k = ggml_get_rows(c, k, spread_);  // [H, P*N]
        v = ggml_get_rows(c, v, spread_);
    }
    q = ggml_reshape_4d(c, q, size, heads, asked, batch);
    k = ggml_reshape_4d(c, k, size, heads, padded, batch);
    v = ggml_reshape_4d(c, v, size, heads, padded, batch);
    q = ggml_cont(c, ggml_permute(c, q, 0, 2, 1, 3));  // [D, Q, heads, N]
    k = ggml_cont(c, ggml_permute(c, k, 0, 2, 1, 3));  // [D, P, heads, N]
    v = ggml_cont(c, ggml_permute(c, v, 1, 2, 0, 3));  // [P, D, heads, N]
    ggml_tensor* scores = ggml_mul_mat(c, k, q);       // [P, Q, heads, N]
    ggml_mul_mat_set_prec(scores, GGML_PREC_F32);
    scores = ggml_soft_max_ext(c, scores, mask, 1.0f / std::sqrt(static_cast<float>(size)), 0.0f);
    ggml_tensor* mixed = ggml_mul_mat(c, v, scores);                   // [D, Q, heads, N]
    mixed = ggml_cont(c, ggml_permute(c, mixed, 0, 2, 1, 3));          // [D, heads, Q, N]
    mixed = ggml_reshape_2d(c, mixed, sizes_.hidden, queries->ne[1]);  // [H, Q*N]
    return linear(mixed, layer.out);
}

ggml_tensor* Tower::encode(ggml_tensor* x, int64_t batch, ggml_tensor* mask, ggml_tensor* pooled, ggml_tensor* pooled_mask) {
    ggml_context* c = compute_ctx;
    const int64_t length = x->ne[1] / batch, padded = padded_length(length);
    spread_rows_.clear();
    for (int64_t n = 0; n < batch; n++) {
        for (int64_t i = 0; i < padded; i++) {
            spread_rows_.push_back(static_cast<int32_t>(n * length + std::min(i, length - 1)));
        }
    }
    if (padded != length) {
        spread_ = ggml_new_tensor_1d(c, GGML_TYPE_I32, padded * batch);
        set_backend_tensor_data(spread_, spread_rows_.data());
    }
    for (const Layer& layer : layers_) {
        const bool last = &layer == &layers_.back();
        ggml_tensor* tokens = normalise(x, layer.norm1);
        ggml_tensor* queries = tokens;
        if (last) {
            // Nothing after this layer reads the other tokens, so they are not computed.
            x = ggml_get_rows(c, x, pooled);             // [H, N]
            queries = ggml_get_rows(c, tokens, pooled);  // [H, N]
        }
        x = ggml_add(c, x, attend(queries, tokens, layer, batch, last ? pooled_mask : mask));
        ggml_tensor* inner = linear(normalise(x, layer.norm2), layer.fc1);  // [inner, …]
        inner = settings_.quick_gelu ? ggml_gelu_quick(c, inner) : ggml_gelu_erf(c, inner);
        x = ggml_add(c, x, linear(inner, layer.fc2));
    }
    return x;
}

ggml_cgraph* Tower::project(ggml_tensor* pooled) {
    ggml_cgraph* graph = new_graph_custom(nodes_per_layer * static_cast<size_t>(sizes_.layers) + 256);
    ggml_tensor* projection = projection_;
    if (names_.layout->transposed_projection) {
        projection = ggml_cont(compute_ctx, ggml_transpose(compute_ctx, projection));
    }
    ggml_build_forward_expand(graph, ggml_mul_mat(compute_ctx, projection, pooled));
    return graph;
}

std::vector<float> Tower::run(const std::function<ggml_cgraph*()>& graph, int threads) {
    sd::Tensor<float> result = take_or_empty(compute<float>(graph, threads, false));
    // The runner reserves 140 MB of addresses for a graph and does not need them until the next one.
    free_compute_ctx();
    return std::move(result.values());
}

}  // namespace ai_artist
