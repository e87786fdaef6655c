#include "clip/tower.h"

#include <algorithm>
#include <cmath>

namespace ai_artist {

Tower::Tower(ggml_backend_t backend, std::shared_ptr<RunnerWeightManager> manager, const String2TensorStorage& tensors,
             std::string projection_name, TowerSizes sizes, TowerSettings settings, ggml_type matrix_type)
    : GGMLRunner(backend, std::move(manager)),
      sizes_(sizes),
      settings_(settings),
      matrix_type_(matrix_type),
      projection_name_(std::move(projection_name)),
      tensors_(tensors) {}

ggml_tensor* Tower::parameter(const std::string& name, std::vector<int64_t> ne, ggml_type type) {
    need_shape(tensors_, name, ne);
    ne.resize(4, 1);
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
    const TensorStorage& stored = need_shape(tensors_, name, {in, out});
    ggml_tensor* tensor = ggml_new_tensor_2d(params_ctx, matrix_type_of(stored, in), in, out);
    weights_[name] = tensor;
    return tensor;
}

Tower::Norm Tower::norm_parameters(const std::string& name) {
    return {parameter(name + ".weight", {sizes_.hidden}), parameter(name + ".bias", {sizes_.hidden})};
}

Tower::Linear Tower::linear_parameters(const std::string& name, int64_t in, int64_t out) {
    return {matrix(name + ".weight", in, out), parameter(name + ".bias", {out})};
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

void Tower::attend_to(int64_t length, int64_t batch) {
    const int64_t padded = padded_length(length);
    spread_rows_.clear();
    for (int64_t n = 0; n < batch; n++) {
        for (int64_t i = 0; i < padded; i++) {
            spread_rows_.push_back(static_cast<int32_t>(n * length + std::min(i, length - 1)));
        }
    }
    if (padded != length) {
        spread_ = ggml_new_tensor_1d(compute_ctx, GGML_TYPE_I32, padded * batch);
        set_backend_tensor_data(spread_, spread_rows_.data());
    }
}

ggml_tensor* Tower::attend(ggml_tensor* queries, ggml_tensor* tokens, const Attention& layer, int64_t batch, ggml_tensor* mask) {
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

std::vector<float> Tower::run(const std::function<ggml_cgraph*()>& graph, int threads) {
    sd::Tensor<float> result = take_or_empty(compute<float>(graph, threads, false));
    // The runner reserves 140 MB of addresses for a graph and does not need them until the next one.
    free_compute_ctx();
    return std::move(result.values());
}

}  // namespace ai_artist
