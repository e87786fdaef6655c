#pragma once

#include <memory>
#include <vector>

#include "core/ggml_extend_backend.h"
#include "model_manager.h"
#include "train/family.h"

namespace ai_artist {

// The files of a request with their headers read.
struct OpenedFiles {
    std::shared_ptr<ModelManager> manager;
    SDVersion version = VERSION_COUNT;
    bool tiny_autoencoder = false;  // use the TAESD layout: the request names one, or the family has no other
};

// Reads the headers of all files of the request. Throws EngineError ERR_MODEL_LOAD, ERR_MODEL_FORMAT, ERR_ABORTED.
OpenedFiles open_files(const TrainModelRequest& request);

// The network of a model with its weights on the device, and nothing else of it.
class Pipeline {
public:
    // Throws EngineError ERR_MODEL_LOAD, ERR_MODEL_FORMAT, ERR_UNSUPPORTED, ERR_NO_DEVICE, ERR_ABORTED.
    explicit Pipeline(const TrainModelRequest& request);
    ~Pipeline();
    Pipeline(const Pipeline&) = delete;
    Pipeline& operator=(const Pipeline&) = delete;

    Family& family() { return *family_; }
    const FamilyTraits& traits() const { return *traits_; }
    SDVersion version() const { return version_; }
    SDBackendManager& backends() { return backends_; }
    ggml_backend_t backend() const { return backend_; }
    bool tiny_autoencoder() const { return tiny_autoencoder_; }
    const FamilyInfo& info() const { return info_; }

    // Runs a graph that has memory. Throws Aborted, EngineError ERR_INTERNAL.
    void compute(TrainAllocation& allocation);

private:
    void load_weights();
    Objective objective(prediction_t wanted, const String2TensorStorage& tensors);
    bool predicts_v_by_its_output();
    std::vector<float> alphas_cumprod(ModelLoader& loader) const;

    SDBackendManager backends_;
    std::shared_ptr<ModelManager> manager_;
    ggml_backend_t backend_ = nullptr;
    SDVersion version_ = VERSION_COUNT;
    const FamilyTraits* traits_ = nullptr;
    std::unique_ptr<Family> family_;
    bool tiny_autoencoder_ = false;
    FamilyInfo info_;
};

// The backend that a module of the engine computes on. Throws EngineError ERR_NO_DEVICE.
ggml_backend_t runtime_backend(SDBackendManager& backends, SDBackendModule module);

}  // namespace ai_artist
