#include "clip/tower.h"

namespace ai_artist {
namespace {

// About 30 nodes a layer; the runner's context has room for 40 times as many.
constexpr size_t nodes_per_layer = 40;

}  // namespace

Transformer::Transformer(ggml_backend_t backend, std::shared_ptr<RunnerWeightManager> manager, const String2TensorStorage& tensors,
                         TowerNames names, TowerSizes sizes, TowerSettings settings, ggml_type matrix_type)
    : Tower(backend, std::move(manager), tensors, names.projection, sizes, settings, matrix_type), names_(std::move(names)) {
    const ClipLayout& layout = *names_.layout;
    const int64_t hidden = sizes_.hidden;
    for (int64_t i = 0; i < sizes_.layers; i++) {
        Layer layer;
        layer.norm1 = norm_parameters(names_.layer(i, layout.norm1));
        if (layout.fused != nullptr) {
            const std::string fused = names_.layer(i, layout.fused);
            layer.attention.fused = {matrix(fused + "weight", hidden, 3 * hidden), parameter(fused + "bias", {3 * hidden})};
        } else {
            layer.attention.query = linear_parameters(names_.layer(i, layout.query), hidden, hidden);
            layer.attention.key = linear_parameters(names_.layer(i, layout.key), hidden, hidden);
            layer.attention.value = linear_parameters(names_.layer(i, layout.value), hidden, hidden);
        }
        layer.attention.out = linear_parameters(names_.layer(i, layout.out), hidden, hidden);
        layer.norm2 = norm_parameters(names_.layer(i, layout.norm2));
        layer.fc1 = linear_parameters(names_.layer(i, layout.fc1), hidden, sizes_.inner);
        layer.fc2 = linear_parameters(names_.layer(i, layout.fc2), sizes_.inner, hidden);
        layers_.push_back(layer);
    }
    // Blocks of quantised numbers cannot be transposed, and this matrix is small.
    projection_ = layout.transposed_projection ? parameter(names_.projection, {sizes_.projection, hidden})
                                               : matrix(names_.projection, hidden, sizes_.projection);
}

ggml_tensor* Transformer::encode(ggml_tensor* x, int64_t batch, ggml_tensor* mask, ggml_tensor* pooled, ggml_tensor* pooled_mask) {
    ggml_context* c = compute_ctx;
    attend_to(x->ne[1] / batch, batch);
    for (const Layer& layer : layers_) {
        const bool last = &layer == &layers_.back();
        ggml_tensor* tokens = normalise(x, layer.norm1);
        ggml_tensor* queries = tokens;
        if (last) {
            // Nothing after this layer reads the other tokens, so they are not computed.
            x = ggml_get_rows(c, x, pooled);             // [H, N]
            queries = ggml_get_rows(c, tokens, pooled);  // [H, N]
        }
        x = ggml_add(c, x, attend(queries, tokens, layer.attention, batch, last ? pooled_mask : mask));
        ggml_tensor* inner = linear(normalise(x, layer.norm2), layer.fc1);  // [inner, …]
        inner = settings_.quick_gelu ? ggml_gelu_quick(c, inner) : ggml_gelu_erf(c, inner);
        x = ggml_add(c, x, linear(inner, layer.fc2));
    }
    return x;
}

ggml_cgraph* Transformer::project(ggml_tensor* pooled) {
    ggml_cgraph* graph = new_graph_custom(nodes_per_layer * static_cast<size_t>(sizes_.layers) + 256);
    ggml_tensor* projection = projection_;
    if (names_.layout->transposed_projection) {
        projection = ggml_cont(compute_ctx, ggml_transpose(compute_ctx, projection));
    }
    ggml_build_forward_expand(graph, ggml_mul_mat(compute_ctx, projection, pooled));
    return graph;
}

}  // namespace ai_artist
