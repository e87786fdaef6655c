#include "train/loading/file_network.h"

#include <algorithm>
#include <cmath>

#include "core/ggml_extend.hpp"
#include "core/util.h"
#include "engine/engine_error.h"
#include "model_loader.h"

namespace ai_artist {
namespace {

constexpr int schedule_length = 1000;

// Stable Diffusion's schedule: beta from 0.00085 to 0.012, linear in its square root.
std::vector<float> scaled_linear_alphas() {
    std::vector<float> alphas(schedule_length);
    const float start = std::sqrt(0.00085f), range = std::sqrt(0.012f) - start;
    float product = 1.f;
    for (int i = 0; i < schedule_length; i++) {
        const float beta = start + range * (static_cast<float>(i) / (schedule_length - 1));
        product *= 1.f - beta * beta;
        alphas[static_cast<size_t>(i)] = product;
    }
    return alphas;
}

// The file's schedule; Stable Diffusion's if the file has none.
std::vector<float> alphas_cumprod(ModelLoader& loader, int threads) {
    std::vector<float> alphas;
    const bool in_file = loader.load_float_tensor("alphas_cumprod", alphas, threads) && alphas.size() == schedule_length &&
                         std::all_of(alphas.begin(), alphas.end(), [](float a) { return std::isfinite(a) && a > 0 && a <= 1; });
    return in_file ? alphas : scaled_linear_alphas();
}

}  // namespace

FileNetwork::FileNetwork(const TrainModelRequest& request) {
    ggml_log_set(ggml_log_callback_default, nullptr);
    std::string error;
    if (!backends_.init(request.backend.c_str(), request.params_backend.c_str(), &error)) {
        throw EngineError("ERR_NO_DEVICE", error);
    }
    backend_ = runtime_backend(backends_, SDBackendModule::DIFFUSION);
    const OpenedFiles opened = open_files(request);
    manager_ = opened.manager;
    version_ = opened.version;
    const FamilyTraits* traits = find_family(version_);
    if (traits == nullptr) {
        throw EngineError("ERR_UNSUPPORTED",
                          "Models of this family cannot be trained. Use one of Stable Diffusion 1, 2, XL, 3, Flux or Z-Image, not made for "
                          "inpainting or editing");
    }
    info_.threads = request.threads;
    const String2TensorStorage& tensors = manager_->loader().get_tensor_storage_map();
    family_ = traits->make({backend_, &tensors, version_, manager_});
    if (!manager_->register_param_tensors("network", family_->weights(), ModelManager::ResidencyMode::ParamBackend, backend_,
                                          backends_.params_backend(SDBackendModule::DIFFUSION), &info_.weight_bytes) ||
        !manager_->validate_registered_tensors()) {
        stop_loading("ERR_MODEL_LOAD", "The network's weights are incomplete or of the wrong shape");
    }
    load_weights();
    describe(*traits);
    info_.latents_are_sampled = !opened.tiny_autoencoder;
    info_.text_encoder_lora = sd_version_is_unet(version_);
    info_.objective = objective(request.prediction, *traits, tensors);
    if (info_.objective == Objective::flow) {
        // The shift of the engine's samplers. Flux shifts exponentially.
        info_.flow_shift = version_ == VERSION_FLUX ? std::exp(family_->guidance() > 0 ? 1.15f : 1.f) : 3.f;
    } else {
        info_.alphas_cumprod = alphas_cumprod(manager_->loader(), info_.threads);
    }
}

// The manager keeps raw pointers to tensors that the family owns.
FileNetwork::~FileNetwork() { manager_.reset(); }

void FileNetwork::load_weights() {
    std::vector<ggml_tensor*> weights;
    for (const auto& [name, tensor] : family_->weights()) {
        weights.push_back(tensor);
    }
    if (!manager_->prepare_params(weights)) {
        stop_loading("ERR_MODEL_LOAD", "The engine could not read the network's weights");
    }
}

Objective FileNetwork::objective(prediction_t wanted, const FamilyTraits& traits, const String2TensorStorage& tensors) {
    switch (wanted) {
        case EPS_PRED:
            return Objective::eps;
        case V_PRED:
            return Objective::v;
        case FLOW_PRED:
        case FLUX_FLOW_PRED:
            return Objective::flow;
        case PREDICTION_COUNT:
            break;
        default:
            throw EngineError("ERR_UNSUPPORTED", "This kind of prediction cannot be trained: use eps, v or flow");
    }
    if (traits.flow) {
        return Objective::flow;
    }
    if (tensors.find("edm_vpred.sigma_max") != tensors.end()) {
        throw EngineError("ERR_UNSUPPORTED", "A model that predicts v on the EDM schedule cannot be trained");
    }
    if (sd_version_is_sdxl(version_)) {
        return tensors.find("v_pred") != tensors.end() ? Objective::v : Objective::eps;
    }
    return sd_version_is_sd2(version_) && predicts_v_by_its_output() ? Objective::v : Objective::eps;
}

// The engine's test for Stable Diffusion 2, whose files do not name their objective. At the last timestep the input is almost only noise,
// so a network that predicts noise returns its input.
bool FileNetwork::predicts_v_by_its_output() {
    ModelInputs in = inputs(8, 8, 1, 2);
    in.x.fill_(0.5f);
    in.timesteps.fill_(999.f);
    in.context.fill_(0.5f);
    const std::vector<float> out = forward(in, nullptr);
    double sum = 0;
    for (const float value : out) {
        sum += value - 0.5;
    }
    return sum / static_cast<double>(out.size()) < -1;
}

}  // namespace ai_artist
