#pragma once
// Includes the engine's core/ggml_extend.hpp.

#include <map>
#include <string>
#include <vector>

#include "core/ggml_extend.hpp"
#include "train/network/network.h"

namespace ai_artist {

// Records each layer for which the engine calls its adapter, in graph order, and changes nothing.
class LayerRecorder final : public WeightAdapter {
public:
    explicit LayerRecorder(bool text_encoder) : text_encoder_(text_encoder) {}
    const std::vector<AdaptableLayer>& layers() const { return layers_; }

    ggml_tensor* patch_weight(ggml_context*, ggml_backend_t, ggml_tensor* weight, const std::string&) override { return weight; }
    ggml_tensor* forward_with_lora(ggml_context* context, ggml_backend_t backend, ggml_tensor* x, ggml_tensor* w, ggml_tensor* b,
                                   const std::string& prefix, ForwardParams params) override;
    size_t get_extra_graph_size() override { return 0; }

private:
    const bool text_encoder_;
    std::vector<AdaptableLayer> layers_;
    std::map<std::string, size_t> known_;
};

// A leaf of zeros and scaled ones (which keep the mean) that switches ranks of a LoRA off: [rank, …] with one set per item.
struct DropoutMask {
    ggml_tensor* tensor = nullptr;
    int64_t rank = 0;
    int64_t items = 1;
};

// Puts a network into the engine's graphs, with the same operations in the same order as the engine's LoraModel. So training computes, bit
// for bit, what the engine computes later from the saved file. The parameters are leaves of the graph.
class NetworkAdapter final : public WeightAdapter {
public:
    // `items` is the batch size. `dropout` false leaves the masks out.
    NetworkAdapter(const Network& network, int64_t items, bool dropout) : network_(network), items_(items), dropout_(dropout) {}

    // Masks of the graph that was built last, by layer.
    const std::map<std::string, std::vector<DropoutMask>>& masks() const { return masks_; }

    ggml_tensor* patch_weight(ggml_context*, ggml_backend_t, ggml_tensor* weight, const std::string&) override { return weight; }
    ggml_tensor* forward_with_lora(ggml_context* context, ggml_backend_t backend, ggml_tensor* x, ggml_tensor* w, ggml_tensor* b,
                                   const std::string& prefix, ForwardParams params) override;
    size_t get_extra_graph_size() override;

private:
    ggml_tensor* dropped(ggml_context* context, ggml_tensor* down, const NetworkLayer& layer, std::vector<DropoutMask>& masks);
    ggml_tensor* lora(ggml_context* context, ggml_tensor* x, const ggml_tensor* weight, const NetworkLayer& layer,
                      const ForwardParams& params);

    const Network& network_;
    const int64_t items_;
    const bool dropout_;
    std::map<std::string, std::vector<DropoutMask>> masks_;
};

}  // namespace ai_artist
