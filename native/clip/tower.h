#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "clip/sizes.h"
#include "core/ggml_extend.hpp"
#include "weight_manager.h"

namespace ai_artist {

// A tower of a CLIP model on ggml; every size comes from the file. The engine's own CLIP classes know only three image towers, by
// constants, and choose the activation by width.
//
// Shapes are in ggml order (fastest first): H hidden, L tokens, N items of the batch, D length of a head.
class Tower : public GGMLRunner {
public:
    const TowerSizes& sizes() const { return sizes_; }
    const std::map<std::string, ggml_tensor*>& weights() const { return weights_; }
    // The matrix that makes embeddings: its length is named in messages.
    const std::string& projection_name() const { return projection_name_; }

protected:
    struct Norm {
        ggml_tensor* weight = nullptr;
        ggml_tensor* bias = nullptr;
    };
    struct Linear {
        ggml_tensor* weight = nullptr;
        ggml_tensor* bias = nullptr;
    };
    struct Attention {
        Linear query, key, value;  // or empty, and
        Linear fused;              // all three, one below the other: [H, 3H]
        Linear out;
    };

    Tower(ggml_backend_t backend, std::shared_ptr<RunnerWeightManager> manager, const String2TensorStorage& tensors,
          std::string projection_name, TowerSizes sizes, TowerSettings settings, ggml_type matrix_type);

    // A parameter of that shape, checked against the file. Matrices of linear layers keep the file's type or take `matrix_type`.
    ggml_tensor* parameter(const std::string& name, std::vector<int64_t> ne, ggml_type type = GGML_TYPE_F32);
    ggml_tensor* matrix(const std::string& name, int64_t in, int64_t out);
    Norm norm_parameters(const std::string& name);
    Linear linear_parameters(const std::string& name, int64_t in, int64_t out);

    ggml_tensor* normalise(ggml_tensor* x, const Norm& norm);
    ggml_tensor* linear(ggml_tensor* x, const Linear& layer);

    // Before attend(): the length of its tokens, and the items of the batch.
    void attend_to(int64_t length, int64_t batch);
    // softmax(q k / sqrt(D) + mask) v for each head; P is padded_length(L), and the mask keeps the padding out
    //   queries [H, Q*N], tokens [H, L*N] -> [H, Q*N]
    ggml_tensor* attend(ggml_tensor* queries, ggml_tensor* tokens, const Attention& layer, int64_t batch, ggml_tensor* mask);

    // The CPU's matrix kernels need whole vectors (16 values with AVX-512): other lengths take a path that is five times as slow.
    static int64_t padded_length(int64_t length) { return (length + 15) / 16 * 16; }

    // Runs the graph; empty when the job was cancelled or the engine failed (it logs why).
    std::vector<float> run(const std::function<ggml_cgraph*()>& graph, int threads);

    const TowerSizes sizes_;
    const TowerSettings settings_;
    const ggml_type matrix_type_;

private:
    // One of the three parts of a fused matrix: 0 query, 1 key, 2 value.
    Linear part_of(const Linear& fused, int64_t part);
    ggml_type matrix_type_of(const TensorStorage& stored, int64_t in) const;

    const std::string projection_name_;
    const String2TensorStorage& tensors_;  // only while the constructors run
    std::map<std::string, ggml_tensor*> weights_;
    // Input of the graph: for each place of the padded length the token that is read there. Places behind the text read the last token,
    // and the mask hides them.
    ggml_tensor* spread_ = nullptr;
    std::vector<int32_t> spread_rows_;
};

// A transformer in the layout of Hugging Face's CLIPModel.
class Transformer : public Tower {
protected:
    struct Layer {
        Norm norm1, norm2;
        Attention attention;
        Linear fc1, fc2;
    };

    Transformer(ggml_backend_t backend, std::shared_ptr<RunnerWeightManager> manager, const String2TensorStorage& tensors, TowerNames names,
                TowerSizes sizes, TowerSettings settings, ggml_type matrix_type);

    // All layers on x [H, L*N], then the rows `pooled` [N] of the result: [H, N]. The last layer computes only those rows.
    //   mask         [P, L] added to the attention scores of every layer; P is padded_length(L), -inf hides a token
    //   pooled_mask  [P, 1, 1, N or 1] the same for the pooled tokens
    ggml_tensor* encode(ggml_tensor* x, int64_t batch, ggml_tensor* mask, ggml_tensor* pooled, ggml_tensor* pooled_mask);

    // [H, N] -> graph whose result is [projection, N]
    ggml_cgraph* project(ggml_tensor* pooled);

    const TowerNames names_;

private:
    std::vector<Layer> layers_;
    ggml_tensor* projection_ = nullptr;
};

class TextTower final : public Transformer {
public:
    TextTower(ggml_backend_t backend, std::shared_ptr<RunnerWeightManager> manager, const String2TensorStorage& tensors,
              const TowerSettings& settings, int end_token, ggml_type matrix_type);

    // Token ids that a text may contain: 0 .. vocabulary() - 1.
    int64_t vocabulary() const { return index_ ? static_cast<int64_t>(index_->size()) : sizes_.rows; }

    // One vector of length `projection` per text, not normalised. Texts are non-empty, at most `positions` long, ids in range.
    std::vector<float> embed(const std::vector<std::vector<int32_t>>& texts, int threads);

    std::string get_desc() override { return "clip text tower"; }

private:
    ggml_cgraph* graph(const std::vector<std::vector<int32_t>>& texts);
    size_t end_of(const std::vector<int32_t>& text) const;

    const int end_token_;
    std::shared_ptr<const std::vector<int32_t>> index_;  // token id -> row of the table (patch 0016), or nullptr
    ggml_tensor* table_;
    ggml_tensor* positions_;
    Norm final_norm_;
    // Inputs of the graph that runs; the runner copies them after the graph is allocated.
    std::vector<int32_t> rows_;
    std::vector<int32_t> pooled_;
    std::vector<float> mask_;
    std::vector<float> pooled_mask_;
};

// What every image tower can do, whatever its network.
class ImageTower {
public:
    virtual ~ImageTower() = default;

    virtual Tower& tower() = 0;
    // Type of the matrices or kernels that are most of its weights.
    virtual ggml_type weight_type() const = 0;
    // Called once, when the weights lie in memory as they are in the file.
    virtual void prepare_weights(ModelLoader&) {}
    // One vector of length `projection` per picture, not normalised.
    //   pixels  `count` pictures, each 3 planes (R, G, B) of edge x edge values, mean and deviation already applied
    virtual std::vector<float> embed(const float* pixels, int64_t count, int threads) = 0;
};

class VisionTransformer final : public Transformer, public ImageTower {
public:
    VisionTransformer(ggml_backend_t backend, std::shared_ptr<RunnerWeightManager> manager, const String2TensorStorage& tensors,
                      const TowerSettings& settings, ggml_type matrix_type);

    Tower& tower() override { return *this; }
    ggml_type weight_type() const override;
    std::vector<float> embed(const float* pixels, int64_t count, int threads) override;

    std::string get_desc() override { return "clip image tower"; }

private:
    ggml_cgraph* graph(int64_t count);
    void cut_patches(const float* pixels, int64_t count);

    ggml_tensor* kernel_;
    ggml_tensor* class_token_;
    ggml_tensor* positions_;
    Norm pre_norm_;
    Norm post_norm_;
    std::vector<float> patches_;
    std::vector<int32_t> pooled_;
    std::vector<float> mask_;
};

}  // namespace ai_artist
