#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "train/graph/train_graph.h"

namespace ai_artist {

enum class NetworkKind { lora, loha, lokr };

struct NetworkRequest {
    NetworkKind kind = NetworkKind::lora;
    int rank = 16;
    float alpha = 16;      // the network's output is scaled by alpha / rank
    int factor = 8;        // LoKr: limit for the sides of the small matrix; each is the largest divisor up to it
    int conv_rank = 0;     // for kernels larger than 1x1; 0: like rank
    float conv_alpha = 0;  // 0: like alpha
    // "default": attention and feed-forward layers. "attention": attention layers only. "conv": default and, in a UNet, the convolutions
    // and time projections of its residual, downsampling and upsampling blocks. "full": every layer of the blocks that an adapter can
    // reach.
    std::string targets = "default";
    std::vector<std::string>
        include;  // patterns over file names; when given, they replace `targets`. * and ? as in a shell; /…/ is a regular expression
    std::vector<std::string> exclude;
    float dropout = 0;  // LoRA of the image network: share of the ranks that is dropped per item and step, 0 <= dropout < 1
    bool unet = true;
    bool text_encoder = false;
    uint64_t seed = 0;  // of the initial values
    struct Value {
        std::string name;  // as NetworkTensor::name
        std::vector<float> values;
    };
    std::vector<Value> values;  // initial values in place of the random ones, as in a file
};

struct NetworkModule {
    std::string name;   // as in the file, without suffix
    std::string layer;  // the engine's name of the layer; a fused matrix of query, key and value has three modules
    std::string kind;   // "linear" | "conv"
    std::string group;  // "unet" | "text_encoder"
    int64_t in = 0;
    int64_t out = 0;
    int rank = 0;
    float alpha = 0;
    bool alpha_in_file = true;  // false: alpha / rank is multiplied into lora_up
    int64_t parameters = 0;
};

struct NetworkTensor {
    std::string name;            // as in the file
    std::vector<int64_t> shape;  // as in the file: slowest first
    std::string group;           // "unet" | "text_encoder"
    TrainableTensor tensor;      // F32 on the device; read and write with ggml_backend_tensor_get and _set
    float file_scale = 1.f;      // the file's values are these values times file_scale
    int64_t size() const;        // values
};

}  // namespace ai_artist
