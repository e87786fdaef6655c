#pragma once

#include <memory>
#include <string>

#include "engine/image.h"
#include "train/encoders/conditions.h"
#include "train/loading/model_files.h"

struct Conditioner;
struct VAE;

namespace ai_artist {

class ClipText;

// Rewrites a caption so that the engine's prompt parser reads it as plain text: brackets become literal, BREAK a word. Square brackets,
// which the parser cannot escape, become round.
std::string plain_prompt(const std::string& caption);

// The last values of SDXL's vector: sinusoidal embeddings of six sizes, 256 values each.
std::vector<float> size_embeddings(const SizeCondition& sizes);

// The text encoders of a model, with their weights. The engine's own classes compute the contexts.
class TextEncoders {
public:
    // Throws EngineError ERR_MODEL_LOAD, ERR_UNSUPPORTED (no text encoder among the files), ERR_ABORTED. Weights are read on first use.
    TextEncoders(const TrainModelRequest& request, SDBackendManager& backends);
    ~TextEncoders();
    TextEncoders(const TextEncoders&) = delete;
    TextEncoders& operator=(const TextEncoders&) = delete;

    TextCondition encode(const std::string& caption, int width, int height);

    // The encoders of a UNet, with their weights loaded. Throws EngineError ERR_UNSUPPORTED for other families, ERR_MODEL_LOAD.
    ClipText& clip();
    ggml_backend_t backend() const { return backend_; }

private:
    std::shared_ptr<ModelManager> manager_;
    ggml_backend_t backend_ = nullptr;
    SDVersion version_;
    int threads_;
    std::shared_ptr<Conditioner> conditioner_;
    std::shared_ptr<ClipText> clip_;  // the conditioner, if it is a ClipText
};

// The encoder of a model's autoencoder.
class ImageEncoder {
public:
    // Throws EngineError ERR_MODEL_LOAD, ERR_ABORTED. Weights are read on first use.
    ImageEncoder(const TrainModelRequest& request, SDBackendManager& backends);
    ~ImageEncoder();
    ImageEncoder(const ImageEncoder&) = delete;
    ImageEncoder& operator=(const ImageEncoder&) = delete;

    Latent encode(const Image& image);

private:
    std::shared_ptr<ModelManager> manager_;
    int threads_;
    bool tiny_;
    std::shared_ptr<VAE> vae_;
};

}  // namespace ai_artist
