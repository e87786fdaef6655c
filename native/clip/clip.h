#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/thread/job.h"

namespace ai_artist {

struct ClipTowerRequest {
    int heads = 0;  // 0: hidden / 64
    bool quick_gelu = true;
    float epsilon = 1e-5f;
};

struct ClipRequest {
    std::vector<std::string> files;  // one model, or its shards
    ClipTowerRequest text;
    ClipTowerRequest image;
    int end_token = -1;              // -1: the largest id ends a text
    sd_type_t type = SD_TYPE_COUNT;  // type of the matrices; SD_TYPE_COUNT: the file's
    int threads = 1;
    std::string backend;
    std::string params_backend;
};

struct ClipTowerInfo {
    int64_t hidden = 0;
    int64_t layers = 0;
    int64_t heads = 0;
};

struct ClipInfo {
    int64_t dimensions = 0;  // length of an embedding
    ClipTowerInfo text;
    ClipTowerInfo image;
    int64_t vocabulary = 0;
    int64_t positions = 0;  // tokens of a text
    int64_t edge = 0;       // pixels
    int64_t patch = 0;      // pixels; of a residual network: of one place of its last layer
    double logit_scale = 0;
    std::string weight_type;  // of the image tower's matrices or kernels
    std::string device;
    size_t weight_bytes = 0;
    int threads = 1;
};

// Both towers of a CLIP model with their weights. Made, used and destroyed on the engine thread; info() may be read anywhere once loaded.
class Clip {
public:
    // Throws EngineError ERR_MODEL_FORMAT, ERR_MODEL_LOAD, ERR_NO_DEVICE.
    explicit Clip(const ClipRequest& request);
    ~Clip();
    Clip(const Clip&) = delete;
    Clip& operator=(const Clip&) = delete;

    const ClipInfo& info() const { return info_; }
    void free();

private:
    friend class EmbedJob;
    struct Parts;

    std::unique_ptr<Parts> parts_;
    ClipInfo info_;
};

class LoadClipJob final : public Job {
public:
    explicit LoadClipJob(ClipRequest request) : request_(std::move(request)) {}
    void run() override;
    std::shared_ptr<Clip> clip;

private:
    ClipRequest request_;
};

// Embeddings of length 1, one after the other: count * dimensions values.
class EmbedJob : public Job {
public:
    std::vector<float> embeddings;

protected:
    explicit EmbedJob(std::shared_ptr<Clip> clip) : clip_(std::move(clip)) {}
    Clip::Parts& parts() const;
    // Scales a tower's results to length 1 and stores them at the places of `items`. Errors name an item as `what` and place: "text 3".
    void take(const std::vector<float>& vectors, const char* what, const std::vector<size_t>& items);

    const std::shared_ptr<Clip> clip_;
};

class EmbedTextsJob final : public EmbedJob {
public:
    // Token ids with begin and end tokens: 1 .. positions per text, each 0 .. vocabulary - 1.
    EmbedTextsJob(std::shared_ptr<Clip> clip, std::vector<std::vector<int32_t>> texts)
        : EmbedJob(std::move(clip)), texts_(std::move(texts)) {}
    void run() override;

private:
    const std::vector<std::vector<int32_t>> texts_;
};

class EmbedImagesJob final : public EmbedJob {
public:
    // count * 3 * edge * edge values: planes R, G, B with mean and deviation applied.
    EmbedImagesJob(std::shared_ptr<Clip> clip, std::vector<float> pixels) : EmbedJob(std::move(clip)), pixels_(std::move(pixels)) {}
    void run() override;

private:
    const std::vector<float> pixels_;
};

}  // namespace ai_artist
