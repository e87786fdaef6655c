#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/image.h"
#include "train/families/family_info.h"
#include "train/loading/model_request.h"
#include "train/model/train_batch.h"
#include "train/network/network_request.h"

namespace ai_artist {

struct PlanResult {
    size_t compute_bytes = 0;  // buffers of the training graph
    size_t weight_bytes = 0;   // frozen weights
    size_t network_bytes = 0;  // parameters and gradients
    size_t free_bytes = 0;     // on the device now; 0: unknown
    size_t nodes = 0;
    std::vector<std::string> unsupported;  // operations with shapes that the device refuses
};

// A model whose network can be trained. Use it on the engine thread only, except info(). Long operations check the engine's abort callback
// (sd_set_abort_callback: the running job's flag) between graphs and, if the device can, inside them; they throw Aborted when it is set.
class TrainModel {
public:
    // Reads the files' headers and the network's weights.
    // Throws EngineError ERR_MODEL_LOAD, ERR_MODEL_FORMAT, ERR_UNSUPPORTED (not a family that can be trained), ERR_NO_DEVICE,
    // ERR_OUT_OF_MEMORY, ERR_ABORTED.
    explicit TrainModel(const TrainModelRequest& request);
    ~TrainModel();
    TrainModel(const TrainModel&) = delete;
    TrainModel& operator=(const TrainModel&) = delete;

    const FamilyInfo& info() const;

    // The contexts of captions, taken literally: brackets are not weights. The pooled vector of SDXL ends with the embeddings of an
    // uncropped picture of width x height pixels. Loads the text encoders on first use. Throws ERR_MODEL_LOAD, ERR_OUT_OF_MEMORY,
    // ERR_ABORTED.
    std::vector<TextCondition> encode_text(const std::vector<std::string>& captions, int width, int height);

    // Encodes an RGB picture whose sides are multiples of size_multiple. Loads the autoencoder on first use.
    Latent encode_image(const Image& image);

    // Frees the encoders; the next encode_… loads them again. Does not free text encoders that are trained.
    void release_encoders();

    // Replaces the network that is trained. Throws ERR_INVALID_ARGUMENT, ERR_UNSUPPORTED, ERR_OUT_OF_MEMORY.
    void create_network(const NetworkRequest& request);
    const std::vector<NetworkModule>& modules() const;
    // Layers that the targets select, but for which no name in a LoRA file is known to the engine.
    const std::vector<std::string>& left_out() const;
    std::vector<NetworkTensor>& parameters();
    // Names and values of the alpha tensors, one for each module that has one in the file.
    std::vector<std::pair<std::string, float>> alphas() const;

    // Sets how the backward pass trades memory for time. A change frees the kept graphs. All modes give the same gradients, bit for bit,
    // except `fine` on a GPU: it cuts attention into chunks, which sum in another order if one head's scores take more than 128 MiB.
    void set_checkpointing(Checkpointing checkpointing);

    // Sizes of one training step, computed without allocating it. Needs a network.
    PlanResult plan(int64_t width, int64_t height, int64_t batch, Checkpointing checkpointing);

    // Loss per item: mean of weight * error over the item's values. The gradients of loss_scale * (mean of the items' losses) are copied
    // into (accumulate: added to) parameters()[i].tensor.gradient. Makes one graph per size and keeps it.
    // Throws ERR_OUT_OF_MEMORY, ERR_UNSUPPORTED, ERR_ABORTED. After an error the gradients are undefined and the parameters unchanged.
    std::vector<float> forward_backward(const TrainBatch& batch, float loss_scale, bool accumulate);

    // Without gradients and without dropout.
    std::vector<float> losses(const TrainBatch& batch);

    // The network's output [w,h,c,n] for x; target and weight are not read.
    std::vector<float> predict(const TrainBatch& batch);

    // Frees the kept graphs and their buffers.
    void release_graphs();

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace ai_artist
