#pragma once

#include <memory>
#include <string>

#include "core/ggml_extend_backend.h"
#include "model_manager.h"
#include "train/loading/model_request.h"

namespace ai_artist {

// The files of a request with their headers read.
struct OpenedFiles {
    std::shared_ptr<ModelManager> manager;
    SDVersion version = VERSION_COUNT;
    bool tiny_autoencoder = false;  // use the TAESD layout: the request names one, or the family has no other
};

// Reads the headers of all files of the request. Throws EngineError ERR_MODEL_LOAD, ERR_MODEL_FORMAT, ERR_ABORTED.
OpenedFiles open_files(const TrainModelRequest& request);

// Throws Aborted if the job was cancelled, else EngineError with this code.
[[noreturn]] void stop_loading(const char* code, const std::string& message);

// The backend that a module of the engine computes on. Throws EngineError ERR_NO_DEVICE.
ggml_backend_t runtime_backend(SDBackendManager& backends, SDBackendModule module);

}  // namespace ai_artist
