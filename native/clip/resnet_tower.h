#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "clip/tower.h"

namespace ai_artist {

// OpenAI's residual network: a stem of three convolutions, four stages of bottleneck blocks, and an attention whose only query is the mean
// of all places. Strides are average pools. Batch norms are folded into their convolutions when the weights are loaded.
//
// Shapes are in ggml order (fastest first): pictures are [W, H, C, N].
class ResNetTower final : public Tower, public ImageTower {
public:
    // prefix: of all names of the tower, "visual."
    ResNetTower(ggml_backend_t backend, std::shared_ptr<RunnerWeightManager> manager, const String2TensorStorage& tensors,
                const std::string& prefix, const TowerSettings& settings, ggml_type matrix_type);

    Tower& tower() override { return *this; }
    ggml_type weight_type() const override { return stem_.front().kernel->type; }
    void prepare_weights(ModelLoader& loader) override;
    std::vector<float> embed(const float* pixels, int64_t count, int threads) override;

    std::string get_desc() override { return "clip image tower"; }

private:
    struct Convolution {
        std::string kernel_name, norm_name;
        ggml_tensor* kernel = nullptr;
        ggml_tensor* bias = nullptr;  // in the file: that of the batch norm
        int stride = 1;
    };
    struct Block {
        Convolution reduce, middle, expand;
        bool has_shortcut = false;
        Convolution shortcut;
        bool halves = false;
    };

    // The convolution `name` with the batch norm `norm` behind it; its number of outputs is read from the file.
    Convolution convolution(const String2TensorStorage& tensors, const std::string& name, const std::string& norm, int64_t edge,
                            int64_t channels);
    Block block(const String2TensorStorage& tensors, const std::string& name, int64_t channels, bool halves);
    // Every convolution of the tower.
    std::vector<Convolution*> convolutions();
    void fold(Convolution& of, const std::map<std::string, std::vector<float>>& values);

    ggml_cgraph* graph(int64_t count, const float* pixels);
    ggml_tensor* convolve(ggml_tensor* x, const Convolution& by, bool rectify);
    ggml_tensor* pass(ggml_tensor* x, const Block& through);
    ggml_tensor* halve(ggml_tensor* x);
    // [W, H, C, N] -> [projection, N]
    ggml_tensor* pool(ggml_tensor* x, int64_t count);

    const bool direct_;  // the device has kernels for convolutions
    std::vector<Convolution> stem_;
    std::vector<Block> blocks_;
    ggml_tensor* positions_ = nullptr;
    Attention attention_;
    // Inputs of the graph that runs.
    std::vector<int32_t> pooled_;
    std::vector<float> mask_;
};

}  // namespace ai_artist
