#include "clip/clip.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "clip/resnet_tower.h"
#include "clip/tower.h"
#include "clip/weight_check.h"
#include "core/ggml_extend_backend.h"
#include "engine/engine_error.h"
#include "model_manager.h"

namespace ai_artist {
namespace {

// Tokens computed in one graph. A CPU is fastest while the activations stay in its caches (measured: 100 to 250 tokens, 1.4 times as fast
// as 800); a GPU wants many, as long as the buffers stay below some hundred megabytes.
constexpr int64_t cpu_tokens_per_graph = 160;
constexpr int64_t gpu_tokens_per_graph = 2048;

// exp(logit_scale) of CLIP's own models (clamped to 100 in training), for files without one.
constexpr double usual_logit_scale = 100.0;

TowerSettings settings_of(const ClipTowerRequest& request) { return {request.heads, request.quick_gelu, request.epsilon}; }

std::unique_ptr<ImageTower> make_image_tower(ggml_backend_t backend, const std::shared_ptr<RunnerWeightManager>& manager,
                                             const String2TensorStorage& tensors, const TowerSettings& settings, ggml_type type) {
    std::string prefix;
    if (find_residual_tower(tensors, prefix)) {
        return std::make_unique<ResNetTower>(backend, manager, tensors, prefix, settings, type);
    }
    return std::make_unique<VisionTransformer>(backend, manager, tensors, settings, type);
}

}  // namespace

struct Clip::Parts {
    SDBackendManager backends;
    std::shared_ptr<ModelManager> manager = std::make_shared<ModelManager>();
    std::unique_ptr<TextTower> text;
    std::unique_ptr<ImageTower> image;
    int64_t tokens_per_graph = cpu_tokens_per_graph;

    // The manager keeps raw pointers to tensors that the towers own.
    ~Parts() { manager.reset(); }

    void add(Tower& tower, ggml_backend_t compute, ggml_backend_t params) {
        if (!manager->register_param_tensors(tower.get_desc(), tower.weights(), ModelManager::ResidencyMode::ParamBackend, compute,
                                             params)) {
            throw EngineError("ERR_MODEL_LOAD", "The engine could not register the weights of the " + tower.get_desc());
        }
    }
};

Clip::Clip(const ClipRequest& request) : parts_(std::make_unique<Parts>()) {
    ggml_log_set(ggml_log_callback_default, nullptr);
    std::string error;
    if (!parts_->backends.init(request.backend.c_str(), request.params_backend.c_str(), &error)) {
        throw EngineError("ERR_NO_DEVICE", error);
    }
    ggml_backend_t compute = parts_->backends.runtime_backend(SDBackendModule::CLIP_VISION);
    ggml_backend_t params = parts_->backends.params_backend(SDBackendModule::CLIP_VISION);
    if (compute == nullptr || params == nullptr) {
        throw EngineError("ERR_NO_DEVICE", "The device could not be initialised");
    }
    parts_->tokens_per_graph = sd_backend_is_cpu(compute) ? cpu_tokens_per_graph : gpu_tokens_per_graph;
    ModelManager& manager = *parts_->manager;
    manager.set_n_threads(request.threads);
    for (const std::string& file : request.files) {
        if (!manager.loader().init_from_file(file)) {
            throw EngineError("ERR_MODEL_LOAD", "The engine could not read " + file);
        }
    }
    const String2TensorStorage& tensors = manager.loader().get_tensor_storage_map();
    const auto type = request.type == SD_TYPE_COUNT ? GGML_TYPE_COUNT : static_cast<ggml_type>(request.type);
    parts_->text = std::make_unique<TextTower>(compute, parts_->manager, tensors, settings_of(request.text), request.end_token, type);
    parts_->image = make_image_tower(compute, parts_->manager, tensors, settings_of(request.image), type);
    Tower& image_tower = parts_->image->tower();
    const TowerSizes &text = parts_->text->sizes(), &image = image_tower.sizes();
    if (text.projection != image.projection) {
        throw EngineError("ERR_MODEL_FORMAT", image_tower.projection_name() + ": expected embeddings of " +
                                                  std::to_string(text.projection) + " values, as " + parts_->text->projection_name() +
                                                  " makes, got " + std::to_string(image.projection));
    }
    parts_->add(*parts_->text, compute, params);
    parts_->add(image_tower, compute, params);
    if (!manager.validate_registered_tensors() || !manager.load_resident_params()) {
        throw EngineError("ERR_MODEL_LOAD", "The engine could not read the weights");
    }
    check_finite(parts_->text->weights());
    check_finite(image_tower.weights());
    parts_->image->prepare_weights(manager.loader());

    std::vector<float> scale;
    manager.loader().load_float_tensor("logit_scale", scale, request.threads);
    info_.logit_scale = scale.size() == 1 && std::isfinite(scale[0]) ? std::exp(static_cast<double>(scale[0])) : usual_logit_scale;
    info_.dimensions = text.projection;
    info_.text = {text.hidden, text.layers, text.heads};
    info_.image = {image.hidden, image.layers, image.heads};
    info_.vocabulary = parts_->text->vocabulary();
    info_.positions = text.positions;
    info_.edge = image.edge;
    info_.patch = image.patch;
    info_.weight_type = ggml_type_name(parts_->image->weight_type());
    info_.device = ggml_backend_name(compute);
    info_.weight_bytes = manager.registered_bytes();
    info_.threads = request.threads;
}

Clip::~Clip() = default;

void Clip::free() { parts_.reset(); }

void LoadClipJob::run() {
    listener->on_progress({"load", 0, 0, 0, 0, 1});
    request_.threads = usable_threads(request_.threads);
    try {
        clip = std::make_shared<Clip>(request_);
    } catch (const EngineError& error) {
        if (error.code() == "ERR_MODEL_LOAD") {
            fail("ERR_MODEL_LOAD", error.what());  // adds the engine's last error line
        }
        throw;
    }
    stop_if_cancelled();
}

Clip::Parts& EmbedJob::parts() const {
    if (!clip_->parts_) {
        throw EngineError("ERR_DISPOSED", "The CLIP model was disposed before this job began");
    }
    return *clip_->parts_;
}

void EmbedJob::take(const std::vector<float>& vectors, const char* what, const std::vector<size_t>& items) {
    if (vectors.empty()) {
        fail("ERR_INTERNAL", "The engine could not compute the embeddings");
    }
    const auto dimensions = static_cast<size_t>(clip_->info().dimensions);
    const float* from = vectors.data();
    for (const size_t item : items) {
        double squares = 0;
        for (size_t i = 0; i < dimensions; i++) {
            squares += static_cast<double>(from[i]) * from[i];
        }
        if (!std::isfinite(squares) || squares <= 0) {
            throw EngineError("ERR_MODEL_FORMAT",
                              std::string(what) + " " + std::to_string(item) +
                                  ": its embedding is not finite. The weights overflow: load the model with weightType f32");
        }
        const auto scale = static_cast<float>(1.0 / std::sqrt(squares));
        std::transform(from, from + dimensions, embeddings.begin() + static_cast<std::ptrdiff_t>(item * dimensions),
                       [scale](float value) { return value * scale; });
        from += dimensions;
    }
}

void EmbedTextsJob::run() {
    TextTower& tower = *parts().text;
    const size_t total = texts_.size();
    embeddings.resize(total * static_cast<size_t>(clip_->info().dimensions));
    // Texts of the same length share a graph without padding.
    std::vector<size_t> order(total);
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(), [this](size_t a, size_t b) { return texts_[a].size() < texts_[b].size(); });
    size_t done = 0;
    while (done < total) {
        stop_if_cancelled();
        listener->on_progress({"encode", static_cast<int>(done), static_cast<int>(total), 0, 0, 1});
        std::vector<size_t> items;
        std::vector<std::vector<int32_t>> part;
        const auto fits = [&](size_t item) {
            return part.empty() || (part.size() + 1) * texts_[item].size() <= static_cast<size_t>(parts().tokens_per_graph);
        };
        for (; done < total && fits(order[done]); done++) {
            items.push_back(order[done]);
            part.push_back(texts_[order[done]]);
        }
        take(tower.embed(part, clip_->info().threads), "text", items);
    }
    listener->on_progress({"encode", static_cast<int>(total), static_cast<int>(total), 0, 0, 1});
}

void EmbedImagesJob::run() {
    ImageTower& tower = *parts().image;
    const TowerSizes& sizes = tower.tower().sizes();
    const int64_t values = 3 * sizes.edge * sizes.edge;
    const int64_t total = static_cast<int64_t>(pixels_.size()) / values;
    const int64_t step = std::max<int64_t>(1, parts().tokens_per_graph / sizes.positions);
    embeddings.resize(static_cast<size_t>(total * clip_->info().dimensions));
    for (int64_t at = 0; at < total; at += step) {
        stop_if_cancelled();
        listener->on_progress({"encode-image", static_cast<int>(at), static_cast<int>(total), 0, 0, 1});
        std::vector<size_t> items(static_cast<size_t>(std::min(step, total - at)));
        std::iota(items.begin(), items.end(), static_cast<size_t>(at));
        take(tower.embed(pixels_.data() + at * values, static_cast<int64_t>(items.size()), clip_->info().threads), "image", items);
    }
    listener->on_progress({"encode-image", static_cast<int>(total), static_cast<int>(total), 0, 0, 1});
}

}  // namespace ai_artist
