#pragma once

#include <string>

#include "stable-diffusion.h"

namespace ai_artist {

// Files of a model as in sd_ctx_params_t; an empty path means "none". Either `model` (a checkpoint) or `diffusion_model` and its parts.
struct TrainModelRequest {
    std::string model;
    std::string diffusion_model;
    std::string clip_l;
    std::string clip_g;
    std::string t5xxl;
    std::string llm;
    std::string vae;
    std::string tae;
    sd_type_t weight_type = SD_TYPE_COUNT;  // of the frozen matrices; SD_TYPE_COUNT: the file's
    std::string tensor_type_rules;
    prediction_t prediction = PREDICTION_COUNT;  // PREDICTION_COUNT: from the family and the file
    std::string backend;
    std::string params_backend;
    int threads = 1;
};

}  // namespace ai_artist
