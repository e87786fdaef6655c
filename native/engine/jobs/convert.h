#pragma once

#include <string>

#include "engine/thread/job.h"

namespace ai_artist {

struct ConvertRequest {
    std::string input;
    std::string vae;
    std::string output;
    sd_type_t type = SD_TYPE_COUNT;
    std::string tensor_type_rules;
    bool convert_names = false;
};

// Rewrites a model file with other weight types. The extension of the output's name selects .safetensors or .gguf.
class ConvertJob final : public Job {
public:
    explicit ConvertJob(ConvertRequest request) : request_(std::move(request)) {}
    void run() override;

private:
    const ConvertRequest request_;
};

}  // namespace ai_artist
