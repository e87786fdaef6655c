#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ai_artist {

enum class Objective {
    eps,   // x = sqrt(a) x0 + sqrt(1-a) e, the network predicts e
    v,     // the same x, the network predicts sqrt(a) e - sqrt(1-a) x0
    flow,  // x = (1-s) x0 + s e, the network predicts e - x0
};

struct FamilyInfo {
    std::string family;         // "sd1" | "sd2" | "sdxl" | "sdxs" | "sd3" | "flux" | "z-image"
    std::string engine_family;  // as the engine names it, for example "SD 1.x"
    Objective objective = Objective::eps;
    int64_t latent_channels = 4;
    int64_t latent_factor = 8;          // pixels per latent pixel
    int64_t size_multiple = 8;          // width and height in pixels must be multiples of it
    int max_batch = 0;                  // items in one graph; 0: as many as the memory holds
    int64_t context_width = 0;          // values of one context token
    int64_t vector_width = 0;           // pooled vector incl. size embeddings; 0: the network takes none
    bool size_conditions = false;       // SDXL: the vector ends with embeddings of six sizes
    bool latents_are_sampled = true;    // the autoencoder gives a mean and a deviation; false: the latent itself
    bool text_encoder_lora = false;     // its text encoders can be trained
    std::vector<float> alphas_cumprod;  // [1000] for eps and v, else empty
    float flow_shift = 1.f;             // the shift with which the family is sampled
    std::string weight_type;            // of the network's matrices
    std::string device;
    size_t weight_bytes = 0;  // of the network, without encoders
    int threads = 1;
};

}  // namespace ai_artist
