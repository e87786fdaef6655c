#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model.h"
#include "train/network/network_request.h"

namespace ai_artist {

// The name of a layer's tensors in a LoRA file, without their suffixes.
struct FileName {
    std::string name;
    bool dotted = false;  // PEFT suffixes (.lora_A.weight) instead of kohya's (.lora_down.weight)
    bool alpha = true;    // the file has alpha; false: alpha / rank is multiplied into lora_B, since diffusers refuses files with alphas
};

// `layer` is the engine's name of a linear or convolution layer, for example
// "model.diffusion_model.input_blocks.1.1.transformer_blocks.0.attn1.to_q", without ".weight"; `in` and `out` are its sizes.
// Returns one name; three for a LoRA of a fused query, key and value matrix whose parts files name one by one; none if the engine would
// not find the layer. Every name is checked with the engine's own reader; if that does not find it, the next spelling is tried.
//   Stable Diffusion 1 and 2  diffusers' block names after lora_unet_
//   SDXL                      the original block names after lora_unet_, as kohya's trainer writes them
//   text encoders             lora_te_, lora_te1_, lora_te2_
//   Flux                      lora_unet_
//   SD3, Z-Image              LoRA: the dotted names of diffusers, which reads no others. LoHa, LoKr: the original names; diffusers does
//                             not read these kinds
std::vector<FileName> file_names(const std::string& layer, int64_t in, int64_t out, NetworkKind kind, SDVersion version);

// The full name of a layer's tensor: "lora_down", "lora_up", "alpha", "hada_w1_a", "lokr_w1", …
std::string tensor_name(const FileName& file, const std::string& tensor);

}  // namespace ai_artist
