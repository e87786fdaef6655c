#pragma once

#include <cstdint>
#include <string>

#include "model_loader.h"

namespace ai_artist {

// A file layout's names for the parts of a CLIP transformer. Names without a suffix have ".weight" and ".bias" in the file.
struct ClipLayout {
    const char* text;   // prefix of all names of the text tower
    const char* image;  // prefix of all names of the image tower
    const char* table;
    const char* text_positions;
    const char* final_norm;
    const char* kernel;
    const char* class_token;
    const char* image_positions;
    const char* pre_norm;
    const char* post_norm;
    const char* text_projection;  // full name, without the tower's prefix
    const char* image_projection;
    bool transposed_projection;  // stored as [H, projection] in PyTorch's order: x @ matrix
    const char* text_layers;     // before the number of a layer
    const char* image_layers;
    const char* norm1;
    const char* fused;  // query, key and value in one matrix: its name, to be followed by "weight" or "bias"; or nullptr
    const char *query, *key, *value;
    const char* out;
    const char* norm2;
    const char *fc1, *fc2;
};

// The names of one tower in one file.
struct TowerNames {
    const ClipLayout* layout = nullptr;
    std::string tower;       // "text_model." or "vision_model.", with the file's prefix
    std::string projection;  // full name of the projection matrix
    std::string positions;   // full name of the position table
    std::string layers;      // full name of the layers up to the number

    std::string layer(int64_t index, const char* part) const { return layers + std::to_string(index) + "." + part; }
};

// Knows Hugging Face's CLIPModel, OpenCLIP's CLIP (also OpenAI's own files) and the GGUF files of clip.cpp.
// Throws EngineError ERR_MODEL_FORMAT, naming the tensor, when the tower is missing.
TowerNames find_text_tower(const String2TensorStorage& tensors);
TowerNames find_image_tower(const String2TensorStorage& tensors);

// Whether the image tower is one of OpenAI's residual networks; then `prefix` is that of all its names: "visual.", after the file's prefix.
bool find_residual_tower(const String2TensorStorage& tensors, std::string& prefix);

}  // namespace ai_artist
