#include <algorithm>
#include <cmath>

#include "clip/tower.h"
#include "engine/engine_error.h"

namespace ai_artist {

TextTower::TextTower(ggml_backend_t backend, std::shared_ptr<RunnerWeightManager> manager, const String2TensorStorage& tensors,
                     const TowerSettings& settings, int end_token, ggml_type matrix_type)
    : Transformer(backend, std::move(manager), tensors, find_text_tower(tensors), text_sizes(tensors, find_text_tower(tensors), settings),
                  settings, matrix_type),
      end_token_(end_token) {
    // By far the largest tensor, so it stays F16: every device can read rows of F16.
    const std::string table_name = names_.tower + names_.layout->table;
    const ggml_type table_type = need_tensor(tensors, table_name).type == GGML_TYPE_F16 ? GGML_TYPE_F16 : GGML_TYPE_F32;
    table_ = parameter(table_name, {sizes_.hidden, sizes_.rows}, table_type);
    positions_ = parameter(names_.positions, {sizes_.hidden, sizes_.positions});
    final_norm_ = norm_parameters(names_.tower + names_.layout->final_norm);
    const std::string index_name = names_.tower + "embeddings.token_index.weight";
    const auto index = tensors.find(index_name);
    if (index == tensors.end()) {
        return;
    }
    index_ = index->second.values;
    const bool inside =
        index_ && std::all_of(index_->begin(), index_->end(), [this](int32_t row) { return row >= 0 && row < sizes_.rows; });
    if (!inside) {
        throw EngineError("ERR_MODEL_FORMAT", index_name + ": expected rows of a table of " + std::to_string(sizes_.rows));
    }
}

// The token whose hidden state stands for the text: the first end token. Where the configuration does not name it (OpenAI's files say
// eos_token_id 2 by mistake), the token with the largest id, which is the end token of CLIP's vocabulary.
size_t TextTower::end_of(const std::vector<int32_t>& text) const {
    if (end_token_ >= 0) {
        const auto found = std::find(text.begin(), text.end(), end_token_);
        return found == text.end() ? 0 : static_cast<size_t>(found - text.begin());
    }
    return static_cast<size_t>(std::max_element(text.begin(), text.end()) - text.begin());
}

ggml_cgraph* TextTower::graph(const std::vector<std::vector<int32_t>>& texts) {
    ggml_context* c = compute_ctx;
    const auto batch = static_cast<int64_t>(texts.size());
    // Attention is causal, so tokens after the end token change nothing: the batch is as long as its longest text.
    int64_t length = 0;
    for (const auto& text : texts) {
        length = std::max(length, static_cast<int64_t>(end_of(text)) + 1);
    }
    rows_.assign(static_cast<size_t>(length * batch), 0);
    pooled_.clear();
    const int64_t padded = padded_length(length);
    pooled_mask_.assign(static_cast<size_t>(padded * batch), -INFINITY);
    for (int64_t n = 0; n < batch; n++) {
        const std::vector<int32_t>& text = texts[static_cast<size_t>(n)];
        const size_t end = end_of(text);
        for (size_t i = 0; i <= end; i++) {
            const int32_t id = text[i];
            rows_[static_cast<size_t>(n * length) + i] = index_ ? (*index_)[static_cast<size_t>(id)] : id;
            pooled_mask_[static_cast<size_t>(n * padded) + i] = 0.0f;
        }
        pooled_.push_back(static_cast<int32_t>(n * length + static_cast<int64_t>(end)));
    }
    mask_.assign(static_cast<size_t>(padded * length), -INFINITY);
    for (int64_t row = 0; row < length; row++) {
        std::fill_n(mask_.begin() + row * padded, row + 1, 0.0f);
    }

    ggml_tensor* rows = ggml_new_tensor_1d(c, GGML_TYPE_I32, length * batch);
    ggml_tensor* pooled = ggml_new_tensor_1d(c, GGML_TYPE_I32, batch);
    ggml_tensor* mask = ggml_new_tensor_2d(c, GGML_TYPE_F32, padded, length);
    ggml_tensor* pooled_mask = ggml_new_tensor_4d(c, GGML_TYPE_F32, padded, 1, 1, batch);
    set_backend_tensor_data(rows, rows_.data());
    set_backend_tensor_data(pooled, pooled_.data());
    set_backend_tensor_data(mask, mask_.data());
    set_backend_tensor_data(pooled_mask, pooled_mask_.data());

    ggml_tensor* x = ggml_reshape_3d(c, ggml_get_rows(c, table_, rows), sizes_.hidden, length, batch);  // [H, L, N]
    x = ggml_add(c, x, ggml_view_2d(c, positions_, sizes_.hidden, length, positions_->nb[1], 0));
    x = ggml_reshape_2d(c, x, sizes_.hidden, length * batch);  // [H, L*N]
    return project(normalise(encode(x, batch, mask, pooled, pooled_mask), final_norm_));
}

std::vector<float> TextTower::embed(const std::vector<std::vector<int32_t>>& texts, int threads) {
    return run([&] { return graph(texts); }, threads);
}

}  // namespace ai_artist
