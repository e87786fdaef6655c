#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "clip/names.h"
#include "model_loader.h"

namespace ai_artist {

// The sizes of a tower: from the shapes of its tensors, and from the configuration where shapes do not tell.
struct TowerSizes {
    int64_t hidden = 0;
    int64_t inner = 0;  // width of the MLP
    int64_t layers = 0;
    int64_t heads = 0;
    int64_t projection = 0;  // length of an embedding
    int64_t positions = 0;
    int64_t rows = 0;   // text: rows of the token table
    int64_t patch = 0;  // image: edge of a patch, pixels
    int64_t edge = 0;   // image: edge of the picture, pixels
};

// From the configuration: hidden_act, layer_norm_eps and num_attention_heads of Hugging Face's CLIPConfig.
struct TowerSettings {
    int heads = 0;  // 0: hidden / 64, which holds for every published text tower
    bool quick_gelu = true;
    float epsilon = 1e-5f;
};

// Throw EngineError ERR_MODEL_FORMAT, naming the tensor, when shapes contradict each other.
TowerSizes text_sizes(const String2TensorStorage& tensors, const TowerNames& names, const TowerSettings& settings);
TowerSizes image_sizes(const String2TensorStorage& tensors, const TowerNames& names, const TowerSettings& settings);

// The tensor of that name; ERR_MODEL_FORMAT if there is none, or if it holds integers.
const TensorStorage& need_tensor(const String2TensorStorage& tensors, const std::string& name);

// The tensor of that name and shape (ggml's order); ERR_MODEL_FORMAT otherwise.
const TensorStorage& need_shape(const String2TensorStorage& tensors, const std::string& name, std::vector<int64_t> ne);

// The numbered parts below a prefix ("visual.transformer.resblocks."): one more than the largest number; 0 if there are none.
int64_t count_layers(const String2TensorStorage& tensors, const std::string& prefix);

// Heads of a tower's attention, which must divide its width.
int64_t head_count(int64_t hidden, const std::string& tower, const TowerSettings& settings);

// The edge of the grid whose places, and one more, have the positions of the table `name`.
int64_t grid_of(int64_t positions, const std::string& name);

// The edge of the picture, pixels, as the tensor `name` wants it; larger ones than any tower has are refused.
int64_t checked_edge(int64_t edge, const std::string& name);

// "768x3072", in the order of the file (PyTorch's)
std::string shape_text(const int64_t* ne, int dims);

}  // namespace ai_artist
