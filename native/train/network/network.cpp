#include "train/network/network.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <new>

#include "engine/engine_error.h"
#include "train/network/targets.h"

namespace ai_artist {
namespace {

constexpr double two_pi = 6.283185307179586;
constexpr int largest_rank = 1024;

// Random numbers that depend only on the seed and a name, so that a layer's start values do not depend on which other layers are trained.
class Stream {
public:
    Stream(uint64_t seed, const std::string& name) : state_(seed) {
        for (const char c : name) {
            state_ = (state_ ^ static_cast<unsigned char>(c)) * 0x100000001b3ull;  // FNV-1a
        }
    }

    // In [0, 1), 24 bits. splitmix64.
    double uniform() {
        state_ += 0x9e3779b97f4a7c15ull;
        uint64_t z = state_;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
        z ^= z >> 31;
        return static_cast<double>(z >> 40) / 16777216.0;
    }

    // Box and Muller.
    double normal() {
        const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
        return radius * std::cos(two_pi * uniform());
    }

private:
    uint64_t state_;
};

// The largest divisor of `size` that is at most `factor`.
int64_t small_side(int64_t size, int64_t factor) {
    int64_t side = std::min(size, std::max<int64_t>(factor, 1));
    while (size % side != 0) {
        side--;
    }
    return side;
}

const char* group_of(const AdaptableLayer& layer) { return layer.text_encoder ? "text_encoder" : "unet"; }

void check(const NetworkRequest& request) {
    const auto need = [](bool ok, const char* message) {
        if (!ok) {
            throw EngineError("ERR_INVALID_ARGUMENT", message);
        }
    };
    need(request.rank >= 1 && request.rank <= largest_rank, "rank: expected 1 to 1024");
    need(request.conv_rank >= 0 && request.conv_rank <= largest_rank, "convRank: expected 1 to 1024");
    need(std::isfinite(request.alpha) && request.alpha > 0, "alpha: expected a number above 0");
    need(std::isfinite(request.conv_alpha) && request.conv_alpha >= 0, "convAlpha: expected a number above 0");
    need(request.factor >= 1, "factor: expected at least 1");
    need(request.dropout >= 0 && request.dropout < 1, "dropout: expected 0 to below 1");
    need(request.unet || request.text_encoder, "network: expected the image network, the text encoder or both to be trained");
    if (request.dropout > 0 && request.kind != NetworkKind::lora) {
        throw EngineError("ERR_UNSUPPORTED", "dropout: only a LoRA's ranks can be dropped. Set it to 0");
    }
}

}  // namespace

Network::Network(const NetworkRequest& request, const std::vector<AdaptableLayer>& layers, SDVersion version, ggml_backend_t backend)
    : dropout_(request.dropout) {
    check(request);
    // A layer has at most four tensors; a fused matrix of query, key and value has three times as many.
    const ggml_init_params room = {ggml_tensor_overhead() * (layers.size() * 12 + 1), nullptr, true};
    context_.reset(ggml_init(room));
    gradient_context_.reset(ggml_init(room));
    if (!context_ || !gradient_context_) {
        throw std::bad_alloc();
    }
    for (const AdaptableLayer& layer : layers) {
        if (layer.text_encoder ? request.text_encoder : request.unet) {
            add_layer(request, layer, version);
        }
    }
    if (modules_.empty()) {
        throw EngineError("ERR_INVALID_ARGUMENT", "targets: no layer of this model matches, so there is nothing to train");
    }
    allocate(backend);
    initialise(request);
}

const NetworkLayer* Network::find(const std::string& layer) const {
    const auto found = layers_.find(layer);
    return found == layers_.end() ? nullptr : &found->second;
}

void Network::add_layer(const NetworkRequest& request, const AdaptableLayer& layer, SDVersion version) {
    NetworkLayer network;
    network.layer = layer;
    network.kind = request.kind;
    // As in kohya's trainer, 1 x 1 kernels have the rank of the linear layers.
    const bool wide = layer.kernel() > 1;
    network.rank = wide && request.conv_rank > 0 ? request.conv_rank : request.rank;
    network.alpha = wide && request.conv_alpha > 0 ? request.conv_alpha : request.alpha;
    network.scale = network.alpha / static_cast<float>(network.rank);
    const Targets targets(request, version);
    const std::vector<FileName> names = file_names(layer.name, layer.in(), layer.out(), request.kind, version);
    if (names.empty()) {
        if (targets.has(layer, layer.name)) {
            left_out_.push_back(layer.name);
        }
        return;
    }
    const auto wanted = std::count_if(names.begin(), names.end(), [&](const FileName& file) { return targets.has(layer, file.name); });
    if (wanted == 0) {
        return;
    }
    if (static_cast<size_t>(wanted) != names.size()) {
        throw EngineError("ERR_INVALID_ARGUMENT",
                          "targets: " + layer.name + " computes query, key and value at once in this model: choose all three or none");
    }
    if (request.kind == NetworkKind::loha && !layer.conv && ggml_is_quantized(layer.type)) {
        throw EngineError("ERR_UNSUPPORTED", layer.name + ": a LoHa changes the weights themselves, and these are quantised (" +
                                                 ggml_type_name(layer.type) + "). Load the model with weightType f16");
    }
    for (const FileName& file : names) {
        add_part(network, file, layer.out() / static_cast<int64_t>(names.size()), request);
    }
    trains_text_encoder_ = trains_text_encoder_ || layer.text_encoder;
    layers_.emplace(layer.name, std::move(network));
}

void Network::add_part(NetworkLayer& network, const FileName& file, int64_t out, const NetworkRequest& request) {
    const AdaptableLayer& layer = network.layer;
    NetworkPart part;
    part.file = file;
    part.out = out;
    const size_t first = parameters_.size();
    add_tensors(network, part, request);
    NetworkModule module;
    module.name = part.file.name;
    module.layer = layer.name;
    module.kind = layer.conv ? "conv" : "linear";
    module.group = group_of(layer);
    module.in = layer.in();
    module.out = out;
    module.rank = network.rank;
    module.alpha = network.alpha;
    for (size_t i = first; i < parameters_.size(); i++) {
        module.parameters += parameters_[i].size();
    }
    if (!part.file.alpha) {
        parameters_.back().file_scale = network.scale;  // lora_up
        module.alpha_in_file = false;
    }
    modules_.push_back(std::move(module));
    network.parts.push_back(std::move(part));
}

void Network::add_tensors(NetworkLayer& network, NetworkPart& part, const NetworkRequest& request) {
    const AdaptableLayer& layer = network.layer;
    const int64_t rank = network.rank, in = layer.in(), out = part.out;
    const int64_t kw = layer.conv ? layer.ne[0] : 1, kh = layer.conv ? layer.ne[1] : 1;
    using Kind = Start::Kind;
    const auto add = [&](const char* role, std::vector<int64_t> ne, Kind kind, double size) {
        add_tensor(part, role, std::move(ne), group_of(layer));
        starts_.push_back({kind, static_cast<float>(size)});
    };
    // PyTorch's kaiming_uniform_(a = sqrt(5)) is uniform within 1 / sqrt(fan in).
    const auto kaiming = [](int64_t fan_in) { return 1.0 / std::sqrt(static_cast<double>(fan_in)); };
    switch (request.kind) {
        case NetworkKind::lora:
            if (layer.conv) {
                add("lora_down", {kw, kh, in, rank}, Kind::uniform, kaiming(in * kw * kh));
                add("lora_up", {1, 1, rank, out}, Kind::zeros, 0);
            } else {
                add("lora_down", {in, rank}, Kind::uniform, kaiming(in));
                add("lora_up", {rank, out}, Kind::zeros, 0);
            }
            break;
        case NetworkKind::loha:
            // LyCORIS: W = (w1_a w1_b) * (w2_a w2_b), element by element; w2_a starts at zero
            add("hada_w1_a", {rank, out}, Kind::normal, 0.1);
            add("hada_w1_b", {in * kw * kh, rank}, Kind::normal, 1);
            add("hada_w2_a", {rank, out}, Kind::zeros, 0);
            add("hada_w2_b", {in * kw * kh, rank}, Kind::normal, 1);
            break;
        case NetworkKind::lokr: {
            // LyCORIS: W = w1 (x) w2, w2 in two factors where that is smaller
            const int64_t q1 = small_side(in, request.factor), p1 = small_side(out, request.factor), q2 = in / q1, p2 = out / p1;
            add("lokr_w1", {q1, p1}, Kind::uniform, kaiming(q1));
            if (rank < std::max(p2, q2) / 2) {
                add("lokr_w2_a", {rank, p2}, Kind::uniform, kaiming(rank));
                add("lokr_w2_b", {q2 * kw * kh, rank}, Kind::zeros, 0);
            } else {
                add("lokr_w2", layer.conv ? std::vector<int64_t>{kw, kh, q2, p2} : std::vector<int64_t>{q2, p2}, Kind::zeros, 0);
                network.scale = 1.f;  // two full matrices have no rank to divide by
            }
            break;
        }
    }
}

void Network::add_tensor(NetworkPart& part, const char* role, std::vector<int64_t> ne, const std::string& group) {
    NetworkTensor parameter;
    parameter.name = tensor_name(part.file, role);
    parameter.shape.assign(ne.rbegin(), ne.rend());
    parameter.group = group;
    parameter.tensor.value = ggml_new_tensor(context_.get(), GGML_TYPE_F32, static_cast<int>(ne.size()), ne.data());
    parameter.tensor.gradient = ggml_new_tensor(gradient_context_.get(), GGML_TYPE_F32, static_cast<int>(ne.size()), ne.data());
    part.tensors[role] = parameter.tensor.value;
    parameters_.push_back(std::move(parameter));
}

void Network::allocate(ggml_backend_t backend) {
    values_.reset(ggml_backend_alloc_ctx_tensors(context_.get(), backend));
    gradients_.reset(ggml_backend_alloc_ctx_tensors(gradient_context_.get(), backend));
    if (!values_ || !gradients_) {
        throw EngineError("ERR_OUT_OF_MEMORY",
                          "Not enough memory for the parameters of the network: choose a smaller rank or fewer targets");
    }
    clear_gradients();
}

void Network::initialise(const NetworkRequest& request) {
    size_t used = 0;
    for (size_t i = 0; i < parameters_.size(); i++) {
        const NetworkTensor& parameter = parameters_[i];
        std::vector<float> values(static_cast<size_t>(parameter.size()));
        const auto given = std::find_if(request.values.begin(), request.values.end(),
                                        [&](const NetworkRequest::Value& value) { return value.name == parameter.name; });
        if (given != request.values.end()) {
            if (given->values.size() != values.size()) {
                throw EngineError("ERR_LORA", parameter.name + ": expected " + std::to_string(values.size()) + " values, got " +
                                                  std::to_string(given->values.size()));
            }
            values = given->values;
            if (parameter.file_scale != 1.f) {
                std::transform(values.begin(), values.end(), values.begin(), [&](float value) { return value / parameter.file_scale; });
            }
            used++;
        } else if (starts_[i].kind != Start::Kind::zeros) {
            Stream stream(request.seed, parameter.name);
            for (float& value : values) {
                const double drawn = starts_[i].kind == Start::Kind::normal ? stream.normal() : 2.0 * stream.uniform() - 1.0;
                value = static_cast<float>(starts_[i].size * drawn);
            }
        }
        ggml_backend_tensor_set(parameter.tensor.value, values.data(), 0, values.size() * sizeof(float));
    }
    if (used != request.values.size()) {
        throw EngineError("ERR_LORA", std::to_string(request.values.size() - used) + " of " + std::to_string(request.values.size()) +
                                          " initial tensors belong to no layer that is trained: use the same targets, kind and model");
    }
}

std::vector<std::pair<std::string, float>> Network::alphas() const {
    std::vector<std::pair<std::string, float>> alphas;
    alphas.reserve(modules_.size());
    for (const NetworkModule& module : modules_) {
        if (module.alpha_in_file) {
            alphas.emplace_back(module.name + ".alpha", module.alpha);
        }
    }
    return alphas;
}

std::vector<TrainableTensor> Network::trainable(bool text_encoder) const {
    std::vector<TrainableTensor> tensors;
    for (const NetworkTensor& parameter : parameters_) {
        if ((parameter.group == "text_encoder") == text_encoder) {
            tensors.push_back(parameter.tensor);
        }
    }
    return tensors;
}

size_t Network::bytes() const { return ggml_backend_buffer_get_size(values_.get()) + ggml_backend_buffer_get_size(gradients_.get()); }

int64_t NetworkTensor::size() const {
    int64_t count = 1;
    for (const int64_t side : shape) {
        count *= side;
    }
    return count;
}

}  // namespace ai_artist
