#pragma once

#include <memory>
#include <string>
#include <vector>

#include "train/loading/loaded_network.h"

namespace ai_artist {

struct RandomNetworkRequest {
    std::string family;  // "sd1" | "sd2" | "sdxl" | "sdxs" | "sd3" | "flux" | "z-image"
    ggml_backend_t backend = nullptr;
    int threads = 1;
    uint32_t seed = 1;
    // F32: the type of every weight, including kernels. Else the type of the matrices; kernels are F16, as in all models of the engine.
    ggml_type type = GGML_TYPE_F16;
};

// The smallest network of a family that has every kind of layer, with random weights that depend only on the seed.
class RandomNetwork final : public LoadedNetwork {
public:
    // Throws EngineError ERR_INVALID_ARGUMENT, ERR_OUT_OF_MEMORY.
    explicit RandomNetwork(const RandomNetworkRequest& request);

    static const std::vector<std::string>& families();

private:
    void set_types(ggml_type type);
    void allocate();
    void fill(uint32_t seed);

    BackendBuffer weights_;
};

}  // namespace ai_artist
