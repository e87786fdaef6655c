#include "train/loading/random_network.h"

#include <algorithm>
#include <cmath>

#include "engine/engine_error.h"

namespace ai_artist {
namespace {

void add(String2TensorStorage& tensors, const std::string& name, std::vector<int64_t> ne) {
    TensorStorage storage;
    storage.name = std::string(network_prefix) + "." + name;
    storage.n_dims = static_cast<int>(ne.size());
    storage.type = GGML_TYPE_F32;
    std::copy(ne.begin(), ne.end(), storage.ne);
    tensors[storage.name] = storage;
}

// The engine derives a network's sizes from a few of its tensors.
String2TensorStorage unet_sizes(int64_t channels, bool vector) {
    String2TensorStorage tensors;
    add(tensors, "input_blocks.0.0.weight", {3, 3, 4, channels});
    add(tensors, "time_embed.0.weight", {channels, channels * 4});
    add(tensors, "input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight", {48, channels});
    if (vector) {
        add(tensors, "label_emb.0.0.weight", {1600, channels * 4});
    }
    return tensors;
}

String2TensorStorage mmdit_sizes() {
    String2TensorStorage tensors;
    add(tensors, "x_embedder.proj.weight", {2, 2, 16, 192});
    add(tensors, "y_embedder.mlp.0.weight", {64, 192});
    add(tensors, "context_embedder.weight", {48, 192});
    add(tensors, "final_layer.linear.weight", {192, 64});
    add(tensors, "pos_embed", {192, 256, 1});
    return tensors;
}

String2TensorStorage flux_sizes() {
    String2TensorStorage tensors;
    for (const char* block : {"0", "1"}) {
        add(tensors, std::string("double_blocks.") + block + ".size", {1});
        add(tensors, std::string("single_blocks.") + block + ".size", {1});
    }
    add(tensors, "guidance_in.in_layer.weight", {256, 256});
    add(tensors, "txt_in.weight", {64, 256});
    add(tensors, "single_blocks.0.norm.key_norm.scale", {128});
    return tensors;
}

String2TensorStorage z_image_sizes() {
    String2TensorStorage tensors;
    add(tensors, "x_embedder.weight", {64, 256});
    add(tensors, "cap_embedder.1.weight", {64, 256});
    add(tensors, "layers.0.attention.q_norm.weight", {128});
    add(tensors, "layers.0.attention.qkv.weight", {256, 768});
    add(tensors, "layers.1.size", {1});
    add(tensors, "noise_refiner.0.size", {1});
    add(tensors, "context_refiner.0.size", {1});
    return tensors;
}

struct Sizes {
    const char* family;
    SDVersion version;
    String2TensorStorage (*tensors)();
};
const Sizes all_sizes[] = {
    {"sd1", VERSION_SD1, [] { return unet_sizes(32, false); }},
    {"sd2", VERSION_SD2, [] { return unet_sizes(64, false); }},
    {"sdxl", VERSION_SDXL, [] { return unet_sizes(32, true); }},
    {"sdxs", VERSION_SDXS_512_DS, [] { return unet_sizes(32, false); }},
    {"sd3", VERSION_SD3, mmdit_sizes},
    {"flux", VERSION_FLUX, flux_sizes},
    {"z-image", VERSION_Z_IMAGE, z_image_sizes},
};

bool ends_with(const std::string& text, const std::string& end) {
    return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

// Nearly normal (the sum of four uniform numbers), standard deviation 1.
class Noise {
public:
    explicit Noise(uint32_t seed) : state_(seed * 2654435761u + 1u) {}
    float next() {
        float sum = 0;
        for (int i = 0; i < 4; i++) {
            state_ = state_ * 1664525u + 1013904223u;
            sum += static_cast<float>(state_ >> 8) / 16777216.f - 0.5f;
        }
        return sum * 1.7320508f;
    }

private:
    uint32_t state_;
};

uint32_t hash_of(const std::string& text) {
    uint32_t hash = 2166136261u;
    for (const char c : text) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
    }
    return hash;
}

}  // namespace

const std::vector<std::string>& RandomNetwork::families() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> all;
        for (const Sizes& sizes : all_sizes) {
            all.emplace_back(sizes.family);
        }
        return all;
    }();
    return names;
}

RandomNetwork::RandomNetwork(const RandomNetworkRequest& request) {
    const auto* sizes =
        std::find_if(std::begin(all_sizes), std::end(all_sizes), [&request](const Sizes& known) { return request.family == known.family; });
    if (sizes == std::end(all_sizes)) {
        throw EngineError("ERR_INVALID_ARGUMENT", "family: expected sd1, sd2, sdxl, sdxs, sd3, flux or z-image, got " + request.family);
    }
    backend_ = request.backend;
    version_ = sizes->version;
    info_.threads = request.threads;
    const FamilyTraits& traits = *find_family(version_);
    const String2TensorStorage tensors = sizes->tensors();
    family_ = traits.make({backend_, &tensors, version_, nullptr});
    set_types(request.type);
    allocate();
    fill(request.seed);
    describe(traits);
    info_.weight_bytes = ggml_backend_buffer_get_size(weights_.get());
}

void RandomNetwork::set_types(ggml_type type) {
    for (const auto& [name, tensor] : family_->weights()) {
        const bool kernel = tensor->type == GGML_TYPE_F16;
        const bool matrix = ggml_n_dims(tensor) == 2 && ends_with(name, "weight") && tensor->ne[0] % ggml_blck_size(type) == 0;
        if (!(kernel && type == GGML_TYPE_F32) && !(matrix && !kernel)) {
            continue;
        }
        tensor->type = type;
        tensor->nb[0] = ggml_type_size(type);
        tensor->nb[1] = ggml_row_size(type, tensor->ne[0]);
        for (int i = 2; i < GGML_MAX_DIMS; i++) {
            tensor->nb[i] = tensor->nb[i - 1] * static_cast<size_t>(tensor->ne[i - 1]);
        }
    }
}

void RandomNetwork::allocate() {
    ggml_backend_buffer_type_t type = ggml_backend_get_default_buffer_type(backend_);
    const size_t alignment = ggml_backend_buft_get_alignment(type);
    size_t bytes = 0;
    for (const auto& [name, tensor] : family_->weights()) {
        bytes += GGML_PAD(ggml_backend_buft_get_alloc_size(type, tensor), alignment);
    }
    weights_.reset(ggml_backend_buft_alloc_buffer(type, bytes));
    if (!weights_) {
        throw EngineError("ERR_OUT_OF_MEMORY", "Not enough memory on the device for a small model");
    }
    ggml_backend_buffer_set_usage(weights_.get(), GGML_BACKEND_BUFFER_USAGE_WEIGHTS);
    ggml_tallocr allocator = ggml_tallocr_new(weights_.get());
    for (const auto& [name, tensor] : family_->weights()) {
        ggml_tallocr_alloc(&allocator, tensor);
    }
}

void RandomNetwork::fill(uint32_t seed) {
    for (const auto& [name, tensor] : family_->weights()) {
        const int dims = ggml_n_dims(tensor);
        const auto fan_in = static_cast<float>(dims == 4 ? tensor->ne[0] * tensor->ne[1] * tensor->ne[2] : tensor->ne[0]);
        const bool scale = dims == 1 && (ends_with(name, "weight") || ends_with(name, "scale"));
        Noise noise(seed ^ hash_of(name));
        std::vector<float> values(static_cast<size_t>(ggml_nelements(tensor)));
        for (float& value : values) {
            value = (dims == 1 ? 0.05f : 1.f / std::sqrt(fan_in)) * noise.next() + (scale ? 1.f : 0.f);
        }
        std::vector<uint8_t> bytes(ggml_nbytes(tensor));
        ggml_quantize_chunk(tensor->type, values.data(), bytes.data(), 0, ggml_nelements(tensor) / tensor->ne[0], tensor->ne[0], nullptr);
        ggml_backend_tensor_set(tensor, bytes.data(), 0, bytes.size());
    }
}

}  // namespace ai_artist
