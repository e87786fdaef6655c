#pragma once

#include <memory>
#include <string>

#include "engine/owners.h"
#include "engine/thread/job.h"

namespace ai_artist {

struct UpscalerRequest {
    std::string model;
    bool direct = false;
    int threads = 1;
    int tile_size = 128;
    bool bf16 = false;  // on a CPU
    std::string backend;
    std::string params_backend;
};

// One ESRGAN context. Created, used and destroyed on the engine thread only.
class Upscaler {
public:
    Upscaler(UpscalerPtr context, int factor) : context_(std::move(context)), factor_(factor) {}
    int factor() const { return factor_; }
    upscaler_ctx_t* context() const { return context_.get(); }
    void free() { context_.reset(); }

private:
    UpscalerPtr context_;
    const int factor_;
};

class LoadUpscalerJob final : public Job {
public:
    explicit LoadUpscalerJob(UpscalerRequest request) : request_(std::move(request)) {}
    void run() override;
    std::shared_ptr<Upscaler> upscaler;

private:
    const UpscalerRequest request_;
};

class UpscaleJob final : public Job {
public:
    UpscaleJob(std::shared_ptr<Upscaler> upscaler, Image input) : upscaler_(std::move(upscaler)), input_(std::move(input)) {}
    void run() override;
    Image output;

private:
    const std::shared_ptr<Upscaler> upscaler_;
    Image input_;
};

}  // namespace ai_artist
