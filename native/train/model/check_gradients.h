#pragma once

#include <functional>
#include <string>
#include <vector>

#include "train/loading/random_network.h"
#include "train/model/train_batch.h"

namespace ai_artist {

struct GradientCheckRequest {
    std::string backend;                // as in TrainModelRequest; "": the best device
    std::vector<std::string> families;  // empty: all
    int threads = 1;
};

// How accurate the gradients of a small random model are on a device.
struct GradientReport {
    std::string family;
    std::string device;
    double cosine = 0;                     // of the gradient on the device and on the CPU; 1: the same direction
    double relative = 0;                   // |device - CPU| / |CPU|
    double directional = 0;                // relative error of the derivative along the gradient against central differences on the device
    size_t nodes = 0;                      // of the training graph
    std::vector<std::string> unsupported;  // operations that the device refuses; if there are any, nothing was computed
};

// For each family: the gradients of a LoRA (rank 4, default targets) on the device, against the CPU and against central differences.
// Calls `on_family` with each report. Throws EngineError ERR_NO_DEVICE, ERR_INVALID_ARGUMENT, ERR_OUT_OF_MEMORY, ERR_ABORTED.
std::vector<GradientReport> check_gradients(const GradientCheckRequest& request,
                                            const std::function<void(const GradientReport&)>& on_family);

// The same for one model on its own device: `directional`, and all gradients concatenated.
struct MeasuredGradient {
    double directional = 0;
    std::vector<float> values;
    std::vector<float> losses;  // of the items
};
MeasuredGradient measure_gradient(LoadedNetwork& model, Network& network, const TrainBatch& batch);

// Random latents, targets and contexts that depend only on the seed. Sizes in latent pixels.
TrainBatch random_batch(const FamilyInfo& info, int64_t width, int64_t height, int64_t items, int64_t tokens, uint32_t seed);
// Sets all parameters to small random values. With training's initial values, half of the factors are zero and so are half of the
// gradients.
void randomise(Network& network, uint32_t seed);

}  // namespace ai_artist
