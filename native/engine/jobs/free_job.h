#pragma once

#include <memory>

#include "engine/thread/job.h"

namespace ai_artist {

// Frees a resource (Model, Upscaler, …) on the engine thread, after the jobs queued before it.
template <typename Resource>
class FreeJob final : public Job {
public:
    explicit FreeJob(std::shared_ptr<Resource> resource) : resource_(std::move(resource)) {}
    void run() override { resource_->free(); }

private:
    const std::shared_ptr<Resource> resource_;
};

}  // namespace ai_artist
