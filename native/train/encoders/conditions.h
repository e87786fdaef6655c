#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace ai_artist {

struct TextCondition {
    std::vector<float> context;  // [width, tokens], fastest first
    int64_t width = 0;
    int64_t tokens = 0;
    std::vector<float> vector;  // [vector_width] or empty
    std::string text;           // the caption; a trained text encoder reads it instead of context and vector
};

// A picture in latent space, as the autoencoder encodes it: mean and deviation [width, height, channels] in latent pixels, fastest first.
// The deviation is empty if the autoencoder is deterministic; else a latent is mean + deviation * normal noise.
struct Latent {
    int64_t width = 0;
    int64_t height = 0;
    int64_t channels = 0;
    std::vector<float> mean;
    std::vector<float> deviation;
};

// SDXL's sizes in pixels: original height and width, crop top and left, target height and width.
using SizeCondition = std::array<float, 6>;

}  // namespace ai_artist
