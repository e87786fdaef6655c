#include <algorithm>
#include <cmath>

#include "clip/tower.h"

namespace ai_artist {

VisionTransformer::VisionTransformer(ggml_backend_t backend, std::shared_ptr<RunnerWeightManager> manager,
                                     const String2TensorStorage& tensors, const TowerSettings& settings, ggml_type matrix_type)
    : Transformer(backend, std::move(manager), tensors, find_image_tower(tensors),
                  image_sizes(tensors, find_image_tower(tensors), settings), settings, matrix_type) {
    const ClipLayout& layout = *names_.layout;
    kernel_ = parameter(names_.tower + layout.kernel, {sizes_.patch, sizes_.patch, 3, sizes_.hidden});
    class_token_ = parameter(names_.tower + layout.class_token, {sizes_.hidden});
    positions_ = parameter(names_.positions, {sizes_.hidden, sizes_.positions});
    pre_norm_ = norm_parameters(names_.tower + layout.pre_norm);
    post_norm_ = norm_parameters(names_.tower + layout.post_norm);
}

// The convolution's stride is its kernel's size, so each patch is one row of a matrix product: [patch*patch*3, grid*grid*N].
void VisionTransformer::cut_patches(const float* pixels, int64_t count) {
    const int64_t edge = sizes_.edge, patch = sizes_.patch, grid = edge / patch;
    patches_.resize(static_cast<size_t>(count * 3 * edge * edge));
    float* to = patches_.data();
    for (int64_t n = 0; n < count; n++) {
        for (int64_t row = 0; row < grid; row++) {
            for (int64_t column = 0; column < grid; column++) {
                for (int64_t plane = 0; plane < 3; plane++) {
                    const float* from = pixels + ((n * 3 + plane) * edge + row * patch) * edge + column * patch;
                    for (int64_t y = 0; y < patch; y++, from += edge, to += patch) {
                        std::copy(from, from + patch, to);
                    }
                }
            }
        }
    }
}

ggml_cgraph* VisionTransformer::graph(int64_t count) {
    ggml_context* c = compute_ctx;
    const int64_t hidden = sizes_.hidden, length = sizes_.positions, area = sizes_.patch * sizes_.patch * 3;
    ggml_tensor* patches = ggml_new_tensor_2d(c, GGML_TYPE_F32, area, (length - 1) * count);
    ggml_tensor* pooled = ggml_new_tensor_1d(c, GGML_TYPE_I32, count);
    const int64_t padded = padded_length(length);
    ggml_tensor* mask = ggml_new_tensor_2d(c, GGML_TYPE_F32, padded, length);
    mask_.assign(static_cast<size_t>(padded * length), -INFINITY);
    for (int64_t row = 0; row < length; row++) {
        std::fill_n(mask_.begin() + row * padded, length, 0.0f);
    }
    set_backend_tensor_data(mask, mask_.data());
    set_backend_tensor_data(patches, patches_.data());
    set_backend_tensor_data(pooled, pooled_.data());

    ggml_tensor* x = ggml_mul_mat(c, ggml_reshape_2d(c, kernel_, area, hidden), patches);
    x = ggml_reshape_3d(c, x, hidden, length - 1, count);                            // [H, L-1, N]
    x = ggml_concat(c, ggml_repeat_4d(c, class_token_, hidden, 1, count, 1), x, 1);  // [H, L, N]
    x = ggml_reshape_2d(c, ggml_add(c, x, positions_), hidden, length * count);      // [H, L*N]
    ggml_tensor* pooled_mask = ggml_view_2d(c, mask, padded, 1, mask->nb[1], 0);     // the class token sees the same tokens as all others
    return project(normalise(encode(normalise(x, pre_norm_), count, mask, pooled, pooled_mask), post_norm_));
}

std::vector<float> VisionTransformer::embed(const float* pixels, int64_t count, int threads) {
    cut_patches(pixels, count);
    pooled_.clear();
    for (int64_t n = 0; n < count; n++) {
        pooled_.push_back(static_cast<int32_t>(n * sizes_.positions));  // the class token
    }
    return run([&] { return graph(count); }, threads);
}

ggml_type VisionTransformer::weight_type() const { return weights().at(names_.layer(0, names_.layout->fc1) + ".weight")->type; }

}  // namespace ai_artist
