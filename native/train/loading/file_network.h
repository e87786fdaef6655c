#pragma once

#include <memory>

#include "core/ggml_extend_backend.h"
#include "model_manager.h"
#include "train/loading/loaded_network.h"

namespace ai_artist {

// The files of a request with their headers read.
struct OpenedFiles {
    std::shared_ptr<ModelManager> manager;
    SDVersion version = VERSION_COUNT;
    bool tiny_autoencoder = false;  // use the TAESD layout: the request names one, or the family has no other
};

// Reads the headers of all files of the request. Throws EngineError ERR_MODEL_LOAD, ERR_MODEL_FORMAT, ERR_ABORTED.
OpenedFiles open_files(const TrainModelRequest& request);

// The network of a model from its files, and nothing else of them.
class Pipeline final : public LoadedNetwork {
public:
    // Throws EngineError ERR_MODEL_LOAD, ERR_MODEL_FORMAT, ERR_UNSUPPORTED, ERR_NO_DEVICE, ERR_ABORTED.
    explicit Pipeline(const TrainModelRequest& request);
    ~Pipeline() override;

    SDBackendManager& backends() { return backends_; }

private:
    void load_weights();
    Objective objective(prediction_t wanted, const FamilyTraits& traits, const String2TensorStorage& tensors);
    bool predicts_v_by_its_output();

    SDBackendManager backends_;
    std::shared_ptr<ModelManager> manager_;
};

// The backend that a module of the engine computes on. Throws EngineError ERR_NO_DEVICE.
ggml_backend_t runtime_backend(SDBackendManager& backends, SDBackendModule module);

}  // namespace ai_artist
