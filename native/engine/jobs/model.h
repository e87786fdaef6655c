#pragma once

#include <deque>
#include <string>
#include <vector>

#include "engine/owners.h"
#include "engine/thread/job.h"

namespace ai_artist {

// sd_ctx_params_t with the strings it points to.
struct ModelRequest {
    ModelRequest();
    ModelRequest(const ModelRequest&) = delete;
    ModelRequest& operator=(const ModelRequest&) = delete;

    // Keeps `text` as long as the request lives. A deque, because the engine's pointers must survive later additions.
    const char* keep(std::string text) { return strings_.emplace_back(std::move(text)).c_str(); }

    sd_ctx_params_t params{};
    std::vector<sd_embedding_t> embeddings;
    bool lazy = false;

private:
    std::deque<std::string> strings_;
};

struct ModelInfo {
    std::string family;
    std::string default_sampler;
    std::string default_scheduler;
    std::string device;
    bool conv_direct = false;
    int size_multiple = 64;
    size_t weight_bytes = 0;
    int threads = 1;
};

// One engine context. Created, used and destroyed on the engine thread only; info() may be read anywhere once loaded.
class Model {
public:
    explicit Model(ContextPtr context, int threads);
    const ModelInfo& info() const { return info_; }
    sd_ctx_t* context() const { return context_.get(); }
    void free() { context_.reset(); }

private:
    ContextPtr context_;
    ModelInfo info_;
};

class LoadModelJob final : public Job {
public:
    explicit LoadModelJob(std::unique_ptr<ModelRequest> request) : request_(std::move(request)) {}
    void run() override;
    std::shared_ptr<Model> model;

private:
    const std::unique_ptr<ModelRequest> request_;
};

// Physical cores minus one, at least one. ggml's threads spin at barriers, so one busy core (JS, another process) would stall them all.
int default_threads();

}  // namespace ai_artist
