#pragma once

#include "engine/thread/job.h"

namespace ai_artist {

struct CannyRequest {
    float high_threshold = 0.08f;
    float low_threshold = 0.08f;
    float weak = 0.8f;
    float strong = 1.0f;
    bool inverse = false;
};

// Edge picture for ControlNet: white edges on black (or inverse), same size and channels as the input.
class CannyJob final : public Job {
public:
    CannyJob(Image image, CannyRequest request) : image(std::move(image)), request_(request) {}
    void run() override;
    Image image;

private:
    const CannyRequest request_;
};

}  // namespace ai_artist
