#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/image.h"
#include "stable-diffusion.h"
#include "train/autodiff/autodiff.h"

struct ggml_tensor;

namespace ai_artist {

// ---- opening a model

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
    prediction_t prediction = PREDICTION_COUNT;  // PREDICTION_COUNT: what the family and the file say
    std::string backend;
    std::string params_backend;
    int threads = 1;
};

enum class Objective {
    eps,   // x = sqrt(a) x0 + sqrt(1-a) e, the network predicts e
    v,     // the same x, the network predicts sqrt(a) e - sqrt(1-a) x0
    flow,  // x = (1-s) x0 + s e, the network predicts e - x0
};

struct FamilyInfo {
    std::string family;         // "sd1" | "sd2" | "sdxl" | "sdxs" | "sd3" | "flux" | "z-image"
    std::string engine_family;  // as the engine names it, for example "SD 1.x"
    Objective objective = Objective::eps;
    int64_t latent_channels = 4;
    int64_t latent_factor = 8;          // pixels per latent pixel
    int64_t size_multiple = 8;          // width and height in pixels must be multiples of it
    int max_batch = 0;                  // items in one graph; 0: as many as the memory holds
    int64_t context_width = 0;          // values of one context token
    int64_t vector_width = 0;           // pooled vector incl. size embeddings; 0: the network takes none
    bool size_conditions = false;       // SDXL: the vector ends with embeddings of six sizes
    bool latents_are_sampled = true;    // the autoencoder gives a mean and a deviation; false: the latent itself
    bool text_encoder_lora = false;     // its text encoders can be trained
    std::vector<float> alphas_cumprod;  // [1000] for eps and v, else empty
    float flow_shift = 1.f;             // the shift with which the family is sampled
    std::string weight_type;            // of the network's matrices
    std::string device;
    size_t weight_bytes = 0;  // of the network, without encoders
    int threads = 1;
};

// ---- conditions

struct TextCondition {
    std::vector<float> context;  // [width, tokens], fastest first
    int64_t width = 0;
    int64_t tokens = 0;
    std::vector<float> vector;  // [vector_width] or empty
    std::string text;           // the caption: what a trained text encoder reads instead of context and vector
};

// What the autoencoder makes of a picture, in the space that is diffused: mean and deviation [width, height, channels] in latent pixels,
// fastest first. The deviation is empty where the autoencoder is deterministic; else a latent is mean + deviation * normal noise.
struct Latent {
    int64_t width = 0;
    int64_t height = 0;
    int64_t channels = 0;
    std::vector<float> mean;
    std::vector<float> deviation;
};

// SDXL's sizes in pixels: original height and width, crop top and left, target height and width.
using SizeCondition = std::array<float, 6>;

// ---- the network that is trained

enum class NetworkKind { lora, loha, lokr };

struct NetworkRequest {
    NetworkKind kind = NetworkKind::lora;
    int rank = 16;
    float alpha = 16;      // the network's output is scaled by alpha / rank
    int factor = 8;        // LoKr: size of the small matrix, at most; the largest divisor of both sides is taken
    int conv_rank = 0;     // of kernels larger than 1x1; 0: as rank
    float conv_alpha = 0;  // 0: as alpha
    // "default": attention and feed-forward layers; "attention": attention layers only; "conv": default and, in a UNet, the convolutions
    // and time projections of its residual, down- and upsampling blocks; "full": every layer of the blocks that an adapter can reach
    std::string targets = "default";
    std::vector<std::string>
        include;  // patterns over file names; when given, they replace `targets`. * and ? as in a shell; /…/ is a regular expression
    std::vector<std::string> exclude;
    float dropout = 0;  // LoRA of the image network: share of the ranks that is left out per item and step, 0 <= dropout < 1
    bool unet = true;
    bool text_encoder = false;
    uint64_t seed = 0;  // of the initial values
    struct Value {
        std::string name;  // as NetworkTensor::name
        std::vector<float> values;
    };
    std::vector<Value> values;  // initial values that replace the random ones, by name; as a file has them
};

struct NetworkModule {
    std::string name;   // as in the file, without suffix
    std::string layer;  // the engine's name of the layer (three modules for a query, key and value in one matrix)
    std::string kind;   // "linear" | "conv"
    std::string group;  // "unet" | "text_encoder"
    int64_t in = 0;
    int64_t out = 0;
    int rank = 0;
    float alpha = 0;
    bool alpha_in_file = true;  // false: alpha / rank is part of lora_up there
    int64_t parameters = 0;
};

struct NetworkTensor {
    std::string name;            // as in the file
    std::vector<int64_t> shape;  // as in the file: slowest first
    std::string group;           // "unet" | "text_encoder"
    TrainableTensor tensor;      // F32 on the device; read and write with ggml_backend_tensor_get and _set
    float file_scale = 1.f;      // the file has the values times this
    int64_t size() const;        // values
};

// ---- work

struct TrainBatch {
    int64_t width = 0;  // latent pixels
    int64_t height = 0;
    std::vector<float> x;              // [w,h,c,n] network input, already noised
    std::vector<float> target;         // [w,h,c,n]
    std::vector<float> weight;         // [w,h,n]; empty: 1
    std::vector<float> timesteps;      // [n]: 0..999 for eps and v, sigma for flow
    std::vector<TextCondition> text;   // n; where a text encoder is trained, context and vector are computed from TextCondition::text
    std::vector<SizeCondition> sizes;  // n or empty: the vector as it is
    float huber = 0;                   // 0: squared error d^2; else pseudo-Huber 2c(sqrt(d^2+c^2)-c)
    uint64_t dropout_seed = 0;
    int64_t size() const { return static_cast<int64_t>(timesteps.size()); }
};

struct PlanResult {
    size_t compute_bytes = 0;  // buffers of the training graph
    size_t weight_bytes = 0;   // frozen weights
    size_t network_bytes = 0;  // parameters and gradients
    size_t free_bytes = 0;     // on the device now; 0: unknown
    size_t nodes = 0;
    std::vector<std::string> unsupported;  // operations with shapes that the device refuses
};

// A model whose network can be trained. Everything on the engine thread, except info() once made. What takes long asks the engine's abort
// callback (sd_set_abort_callback: the running job's flag) between graphs and, where the device can, inside them; true ends it with
// Aborted.
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

    // Contexts of captions as they are: brackets are no weights. The pooled vector of SDXL ends with the embeddings of a picture of
    // width x height pixels, not cropped. Loads the text encoders on first use. Throws ERR_MODEL_LOAD, ERR_OUT_OF_MEMORY, ERR_ABORTED.
    std::vector<TextCondition> encode_text(const std::vector<std::string>& captions, int width, int height);

    // An RGB picture whose sides are multiples of size_multiple. Loads the autoencoder on first use.
    Latent encode_image(const Image& image);

    // Frees the encoders; the next encode_… loads them again. Text encoders that are trained stay.
    void release_encoders();

    // Replaces the network that is trained. Throws ERR_INVALID_ARGUMENT, ERR_UNSUPPORTED, ERR_OUT_OF_MEMORY.
    void create_network(const NetworkRequest& request);
    const std::vector<NetworkModule>& modules() const;
    // Layers that the targets ask for and a LoRA file has no name for that the engine reads.
    const std::vector<std::string>& left_out() const;
    std::vector<NetworkTensor>& parameters();
    // Names of the alpha tensors and their values, one for each module that has one in the file.
    std::vector<std::pair<std::string, float>> alphas() const;

    // How the backward pass trades memory for time; drops the graphs made so far if it changes. All give the same gradients, bit for bit.
    // On a GPU `fine` also cuts attention into chunks, which sum in another order where one head's scores take more than 128 MiB.
    void set_checkpointing(Checkpointing checkpointing);

    // Sizes of one training step, computed without allocating it. Needs a network.
    PlanResult plan(int64_t width, int64_t height, int64_t batch, Checkpointing checkpointing);

    // Loss per item: mean of weight * error over the item's values. The gradients of loss_scale * (mean of the items' losses) are copied
    // into (accumulate: added to) parameters()[i].tensor.gradient. The graph of a size is made once and kept.
    // Throws ERR_OUT_OF_MEMORY, ERR_UNSUPPORTED, ERR_ABORTED; then the gradients are undefined and the parameters are unchanged.
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
