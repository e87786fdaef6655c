#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "model.h"
#include "train/graph/train_allocation.h"
#include "train/network/file_names.h"
#include "train/network/network_request.h"

namespace ai_artist {

// A linear or convolution layer that an adapter can reach.
struct AdaptableLayer {
    std::string name;  // in the engine, without ".weight"
    bool conv = false;
    int64_t ne[4] = {};  // of its weight: [in, out] or [kw, kh, in, out]
    ggml_type type = GGML_TYPE_F32;
    bool text_encoder = false;

    int64_t in() const { return conv ? ne[2] : ne[0]; }
    int64_t out() const { return conv ? ne[3] : ne[1]; }
    int64_t kernel() const { return conv ? ne[0] * ne[1] : 1; }
};

// The trained tensors of one layer, or of one third of a layer that computes query, key and value at once.
struct NetworkPart {
    FileName file;
    int64_t out = 0;
    std::map<std::string, ggml_tensor*> tensors;  // by role in the file: "lora_down", "lora_up", "lokr_w1", …

    ggml_tensor* find(const char* role) const {
        const auto found = tensors.find(role);
        return found == tensors.end() ? nullptr : found->second;
    }
};

struct NetworkLayer {
    AdaptableLayer layer;
    NetworkKind kind = NetworkKind::lora;
    int rank = 0;
    float alpha = 0;
    float scale = 0;  // as the engine computes it from the file
    std::vector<NetworkPart> parts;
};

// The parameters of a LoRA, LoHa or LoKr for chosen layers of a model, with their gradients, on one device.
class Network {
public:
    // `layers` in the order of the graph. Throws EngineError ERR_INVALID_ARGUMENT, ERR_UNSUPPORTED, ERR_OUT_OF_MEMORY.
    Network(const NetworkRequest& request, const std::vector<AdaptableLayer>& layers, SDVersion version, ggml_backend_t backend);
    Network(const Network&) = delete;
    Network& operator=(const Network&) = delete;

    // `layer` is the engine's name. nullptr if the layer is not trained.
    const NetworkLayer* find(const std::string& layer) const;

    const std::vector<NetworkModule>& modules() const { return modules_; }
    const std::vector<std::string>& left_out() const { return left_out_; }
    std::vector<NetworkTensor>& parameters() { return parameters_; }
    std::vector<std::pair<std::string, float>> alphas() const;
    std::vector<TrainableTensor> trainable(bool text_encoder) const;
    bool trains_text_encoder() const { return trains_text_encoder_; }
    float dropout() const { return dropout_; }
    size_t bytes() const;
    void clear_gradients() { ggml_backend_buffer_clear(gradients_.get(), 0); }

private:
    void add_layer(const NetworkRequest& request, const AdaptableLayer& layer, SDVersion version);
    void add_part(NetworkLayer& network, const FileName& file, int64_t out, const NetworkRequest& request);
    // Adds the tensors of one part and their start values.
    void add_tensors(NetworkLayer& network, NetworkPart& part, const NetworkRequest& request);
    void add_tensor(NetworkPart& part, const char* role, std::vector<int64_t> ne, const std::string& group);
    void allocate(ggml_backend_t backend);
    void initialise(const NetworkRequest& request);

    GgmlContext context_;
    BackendBuffer values_;
    BackendBuffer gradients_;
    GgmlContext gradient_context_;
    std::unordered_map<std::string, NetworkLayer> layers_;
    std::vector<NetworkModule> modules_;
    std::vector<NetworkTensor> parameters_;
    std::vector<std::string> left_out_;
    // The start values of each parameter, in the order of parameters_.
    struct Start {
        enum class Kind { zeros, uniform, normal } kind = Kind::zeros;
        float size = 0;  // half width, or standard deviation
    };
    std::vector<Start> starts_;
    bool trains_text_encoder_ = false;
    float dropout_ = 0;
};

}  // namespace ai_artist
