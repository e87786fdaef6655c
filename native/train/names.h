#pragma once

#include <optional>
#include <string>

#include "model.h"

namespace ai_artist {

// The name of a layer's tensors in a LoRA file, without their suffixes.
struct FileName {
    std::string name;
    bool dotted = false;  // PEFT suffixes (.lora_A.weight) instead of kohya's (.lora_down.weight)
};

// `layer` is the engine's name of a linear or convolution layer, for example
// "model.diffusion_model.input_blocks.1.1.transformer_blocks.0.attn1.to_q", without ".weight".
// Stable Diffusion 1 and 2 get diffusers' block names behind lora_unet_, SDXL the original ones (as kohya's trainer writes them), text
// encoders lora_te_, lora_te1_, lora_te2_, Flux lora_unet_, SD3 and Z-Image dotted names. Every name is checked with the engine's own
// reader, and the next spelling is taken where that would not find the layer; nullopt where it finds the layer under none.
std::optional<FileName> file_name(const std::string& layer, SDVersion version);

// The full name of a layer's tensor: "lora_down", "lora_up", "alpha", "hada_w1_a", "lokr_w1", …
std::string tensor_name(const FileName& file, const std::string& tensor);

}  // namespace ai_artist
