#include "clip/clip.h"

#include <algorithm>
#include <cmath>

#include "clip/tower.h"
#include "clip/weight_check.h"
#include "core/ggml_extend_backend.h"
#include "engine/engine_error.h"
#include "model_manager.h"

namespace ai_artist {
namespace {

// Tokens computed in one graph: enough to fill the matrix kernels, little enough that the buffers stay below some hundred megabytes.
constexpr int64_t tokens_per_graph = 2048;

// CLIP's own value where a file has none (exp(logit_scale), clamped to 100 in training).
constexpr double usual_logit_scale = 100.0;

TowerSettings settings_of(const ClipTowerRequest& request) { return {request.heads, request.quick_gelu, request.epsilon}; }

}  // namespace

struct Clip::Parts {
    SDBackendManager backends;
    std::shared_ptr<ModelManager> manager = std::make_shared<ModelManager>();
    std::unique_ptr<TextTower> text;
    std::unique_ptr<ImageTower> image;

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
    parts_->image = std::make_unique<ImageTower>(compute, parts_->manager, tensors, settings_of(request.image), type);
    const TowerSizes &text = parts_->text->sizes(), &image = parts_->image->sizes();
    if (text.projection != image.projection) {
        throw EngineError("ERR_MODEL_FORMAT", "visual_projection.weight: expected embeddings of " + std::to_string(text.projection) +
                                                  " values, as text_projection.weight makes, got " + std::to_string(image.projection));
    }
    parts_->add(*parts_->text, compute, params);
    parts_->add(*parts_->image, compute, params);
    if (!manager.validate_registered_tensors() || !manager.load_resident_params()) {
        throw EngineError("ERR_MODEL_LOAD", "The engine could not read the weights");
    }
    check_finite(parts_->text->weights());
    check_finite(parts_->image->weights());

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
    info_.weight_type =
        ggml_type_name(parts_->image->weights().at(find_image_tower(tensors).tower + "encoder.layers.0.mlp.fc1.weight")->type);
    info_.device = ggml_backend_name(compute);
    info_.weight_bytes = manager.registered_bytes();
    info_.threads = request.threads;
}

Clip::~Clip() = default;

void Clip::free() { parts_.reset(); }

void LoadClipJob::run() {
    listener->on_progress({"load", 0, 0, 0, 0, 1});
    try {
        clip = std::make_shared<Clip>(request_);
    } catch (const EngineError& error) {
        if (error.code() == "ERR_MODEL_LOAD") {
            fail("ERR_MODEL_LOAD", error.what());  // adds the engine's own words
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

void EmbedJob::take(const std::vector<float>& vectors, const char* what, size_t first) {
    if (vectors.empty()) {
        fail("ERR_INTERNAL", "The engine could not compute the embeddings");
    }
    const auto dimensions = static_cast<size_t>(clip_->info().dimensions);
    for (size_t at = 0; at < vectors.size(); at += dimensions) {
        double squares = 0;
        for (size_t i = at; i < at + dimensions; i++) {
            squares += static_cast<double>(vectors[i]) * vectors[i];
        }
        if (!std::isfinite(squares) || squares <= 0) {
            throw EngineError("ERR_MODEL_FORMAT",
                              std::string(what) + " " + std::to_string(first + at / dimensions) +
                                  ": its embedding is not finite. The weights overflow: load the model with weightType f32");
        }
        const auto scale = static_cast<float>(1.0 / std::sqrt(squares));
        for (size_t i = at; i < at + dimensions; i++) {
            embeddings.push_back(vectors[i] * scale);
        }
    }
}

void EmbedTextsJob::run() {
    TextTower& tower = *parts().text;
    const auto total = static_cast<int>(texts_.size());
    const auto step = static_cast<size_t>(std::max<int64_t>(1, tokens_per_graph / tower.sizes().positions));
    for (size_t at = 0; at < texts_.size(); at += step) {
        stop_if_cancelled();
        listener->on_progress({"encode", static_cast<int>(at), total, 0, 0, 1});
        const auto begin = texts_.begin() + static_cast<std::ptrdiff_t>(at);
        const std::vector<std::vector<int32_t>> part(begin, begin + static_cast<std::ptrdiff_t>(std::min(step, texts_.size() - at)));
        take(tower.embed(part, clip_->info().threads), "text", at);
    }
    listener->on_progress({"encode", total, total, 0, 0, 1});
}

void EmbedImagesJob::run() {
    ImageTower& tower = *parts().image;
    const TowerSizes& sizes = tower.sizes();
    const int64_t values = 3 * sizes.edge * sizes.edge;
    const int64_t total = static_cast<int64_t>(pixels_.size()) / values;
    const int64_t step = std::max<int64_t>(1, tokens_per_graph / sizes.positions);
    for (int64_t at = 0; at < total; at += step) {
        stop_if_cancelled();
        listener->on_progress({"encode-image", static_cast<int>(at), static_cast<int>(total), 0, 0, 1});
        take(tower.embed(pixels_.data() + at * values, std::min(step, total - at), clip_->info().threads), "image",
             static_cast<size_t>(at));
    }
    listener->on_progress({"encode-image", static_cast<int>(total), static_cast<int>(total), 0, 0, 1});
}

}  // namespace ai_artist
