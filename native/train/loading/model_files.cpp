#include "train/loading/model_files.h"

#include "core/util.h"
#include "engine/engine_error.h"
#include "model_loader.h"

namespace ai_artist {

void stop_loading(const char* code, const std::string& message) {
    if (sd_should_abort()) {
        throw Aborted();
    }
    throw EngineError(code, message);
}

ggml_backend_t runtime_backend(SDBackendManager& backends, SDBackendModule module) {
    ggml_backend_t backend = backends.runtime_backend(module);
    if (backend == nullptr || backends.params_backend(module) == nullptr) {
        throw EngineError("ERR_NO_DEVICE", "The device could not be initialised");
    }
    return backend;
}

OpenedFiles open_files(const TrainModelRequest& request) {
    OpenedFiles opened;
    opened.manager = std::make_shared<ModelManager>();
    opened.manager->set_n_threads(request.threads);
    ModelLoader& loader = opened.manager->loader();
    const auto read = [&loader](const std::string& file, const char* prefix) {
        if (!file.empty() && !loader.init_from_file(file, prefix)) {
            stop_loading("ERR_MODEL_LOAD", "The engine could not read " + file);
        }
    };
    read(request.model, "");
    read(request.diffusion_model, "model.diffusion_model.");
    // Only the text encoders of UNets have names without a family prefix.
    const bool unet = sd_version_is_unet(loader.get_sd_version());
    read(request.clip_l, unet ? "cond_stage_model.transformer." : "text_encoders.clip_l.transformer.");
    read(request.clip_g, unet ? "cond_stage_model.1.transformer." : "text_encoders.clip_g.transformer.");
    read(request.t5xxl, "text_encoders.t5xxl.transformer.");
    read(request.llm, "text_encoders.llm.");
    read(request.vae, "vae.");
    read(request.tae, "tae.");
    if (loader.damaged()) {
        stop_loading("ERR_MODEL_FORMAT", "A model file is damaged or of an unknown format");
    }
    loader.convert_tensors_name();
    opened.version = loader.get_sd_version();
    if (opened.version == VERSION_COUNT) {
        stop_loading("ERR_MODEL_FORMAT", "The files are no diffusion model: no known network is among their tensors");
    }
    const auto type = request.weight_type == SD_TYPE_COUNT ? GGML_TYPE_COUNT : static_cast<ggml_type>(request.weight_type);
    if (type != GGML_TYPE_COUNT || !request.tensor_type_rules.empty()) {
        loader.set_wtype_override(type, request.tensor_type_rules);
    }
    loader.process_model_files(false, true);
    opened.tiny_autoencoder = !request.tae.empty() || opened.version == VERSION_SDXS_512_DS || opened.version == VERSION_SDXS_09;
    return opened;
}

}  // namespace ai_artist
