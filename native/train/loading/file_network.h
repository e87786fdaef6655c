#pragma once

#include <memory>

#include "train/loading/loaded_network.h"
#include "train/loading/model_files.h"

namespace ai_artist {

// The diffusion network of a model, read from its files. Does not read encoders.
class FileNetwork final : public LoadedNetwork {
public:
    // Throws EngineError ERR_MODEL_LOAD, ERR_MODEL_FORMAT, ERR_UNSUPPORTED, ERR_NO_DEVICE, ERR_ABORTED.
    explicit FileNetwork(const TrainModelRequest& request);
    ~FileNetwork() override;

    SDBackendManager& backends() { return backends_; }

private:
    void load_weights();
    Objective objective(prediction_t wanted, const FamilyTraits& traits, const String2TensorStorage& tensors);
    bool predicts_v_by_its_output();

    SDBackendManager backends_;
    std::shared_ptr<ModelManager> manager_;
};

}  // namespace ai_artist
