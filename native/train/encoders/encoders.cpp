#include "train/encoders/encoders.h"

#include <algorithm>
#include <cctype>
#include <cmath>

#include "train/encoders/clip_text.h"
// after ggml_extend.hpp
#include "core/conv_2d_kernels.h"
#include "engine/engine_error.h"
#include "model/vae/auto_encoder_kl.hpp"
// tae.hpp defines two functions that are not inline and that the engine's library also defines.
#define patchify ai_artist_patchify
#define unpatchify ai_artist_unpatchify
#include "model/vae/tae.hpp"
#undef patchify
#undef unpatchify

namespace ai_artist {
namespace {

constexpr int size_embedding_width = 256;

// The engine's asserts throw. An empty result inside a text encoder fails one of them, and a cancelled job gives empty results.
template <class Work>
auto guarded(const char* what, const Work& work) -> decltype(work()) {
    try {
        return work();
    } catch (const EngineError&) {
        throw;
    } catch (const std::bad_alloc&) {
        throw;
    } catch (const std::exception& error) {
        stop_loading("ERR_MODEL_LOAD", std::string("The engine could not ") + what + ": " + error.what());
    }
}

std::shared_ptr<Conditioner> make_conditioner(SDVersion version, ggml_backend_t backend, const String2TensorStorage& tensors,
                                              const std::shared_ptr<ModelManager>& manager) {
    if (sd_version_is_sd3(version)) {
        return std::make_shared<SD3CLIPEmbedder>(backend, tensors, manager);
    }
    if (sd_version_is_flux(version)) {
        return std::make_shared<FluxCLIPEmbedder>(backend, tensors, manager);
    }
    if (sd_version_is_z_image(version)) {
        return std::make_shared<LLMEmbedder>(backend, tensors, version, "", false, manager);
    }
    return std::make_shared<ClipText>(backend, tensors, version, manager);
}

// Registers an encoder's tensors; fails if the files have none.
void register_params(ModelManager& manager, const char* what, std::map<std::string, ggml_tensor*> tensors, ggml_backend_t backend,
                     ggml_backend_t params_backend) {
    if (tensors.empty()) {
        stop_loading("ERR_UNSUPPORTED", std::string("The files have no ") + what);
    }
    if (!manager.register_param_tensors(what, std::move(tensors), ModelManager::ResidencyMode::ParamBackend, backend, params_backend) ||
        !manager.validate_registered_tensors()) {
        stop_loading("ERR_MODEL_LOAD", std::string("The weights of the ") + what + " are incomplete: give its file");
    }
}

}  // namespace

std::string plain_prompt(const std::string& caption) {
    std::string prompt;
    for (const char c : caption) {
        if (c == '(' || c == '[') {
            prompt += "\\(";
        } else if (c == ')' || c == ']') {
            // ":1.5)" would be taken for a weight
            const bool weight = !prompt.empty() && (std::isdigit(static_cast<unsigned char>(prompt.back())) != 0 || prompt.back() == '.');
            prompt += weight ? " )" : ")";
        } else {
            prompt += c;
        }
    }
    for (size_t at = prompt.find("BREAK"); at != std::string::npos; at = prompt.find("BREAK", at)) {
        prompt.replace(at, 5, "Break");
    }
    return prompt;
}

std::vector<float> size_embeddings(const SizeCondition& sizes) {
    return timestep_embedding(std::vector<float>(sizes.begin(), sizes.end()), size_embedding_width);
}

TextEncoders::TextEncoders(const TrainModelRequest& request, SDBackendManager& backends) : threads_(request.threads) {
    backend_ = runtime_backend(backends, SDBackendModule::TE);
    OpenedFiles opened = open_files(request);
    manager_ = opened.manager;
    version_ = opened.version;
    guarded("open the text encoders", [&] {
        conditioner_ = make_conditioner(version_, backend_, manager_->loader().get_tensor_storage_map(), manager_);
        std::map<std::string, ggml_tensor*> tensors;
        conditioner_->get_param_tensors(tensors);
        clip_ = std::dynamic_pointer_cast<ClipText>(conditioner_);
        register_params(*manager_, "text encoder", std::move(tensors), backend_, backends.params_backend(SDBackendModule::TE));
    });
}

// The manager keeps raw pointers to tensors that the encoders own.
TextEncoders::~TextEncoders() { manager_.reset(); }

ClipText& TextEncoders::clip() {
    if (!clip_) {
        throw EngineError("ERR_UNSUPPORTED", "The text encoders of this family cannot be trained: train the image network only");
    }
    std::map<std::string, ggml_tensor*> tensors;
    clip_->get_param_tensors(tensors);
    std::vector<ggml_tensor*> weights;
    for (const auto& [name, tensor] : tensors) {
        weights.push_back(tensor);
    }
    if (!manager_->prepare_params(weights)) {
        stop_loading("ERR_MODEL_LOAD", "The engine could not read the text encoder's weights");
    }
    return *clip_;
}

TextCondition TextEncoders::encode(const std::string& caption, int width, int height) {
    SDCondition condition = guarded("encode a caption", [&] {
        if (clip_) {
            std::vector<int> tokens = clip_->tokens(caption);
            std::vector<float> weights(tokens.size(), 1.f);
            return clip_->get_learned_condition_common(threads_, tokens, weights, -1, width, height);
        }
        ConditionerParams params;
        params.text = plain_prompt(caption);
        params.width = width;
        params.height = height;
        return conditioner_->get_learned_condition(threads_, params);
    });
    if (sd_should_abort()) {
        throw Aborted();
    }
    if (condition.c_crossattn.empty()) {
        stop_loading("ERR_MODEL_LOAD", "The engine could not encode a caption");
    }
    TextCondition text;
    text.width = condition.c_crossattn.shape()[0];
    text.tokens = condition.c_crossattn.numel() / text.width;
    text.context = std::move(condition.c_crossattn.values());
    text.vector = std::move(condition.c_vector.values());
    text.text = caption;
    return text;
}

ImageEncoder::ImageEncoder(const TrainModelRequest& request, SDBackendManager& backends) : threads_(request.threads) {
    ggml_backend_t backend = runtime_backend(backends, SDBackendModule::VAE);
    OpenedFiles opened = open_files(request);
    manager_ = opened.manager;
    tiny_ = opened.tiny_autoencoder;
    const String2TensorStorage& tensors = manager_->loader().get_tensor_storage_map();
    guarded("open the autoencoder", [&] {
        if (tiny_) {
            vae_ = std::make_shared<TinyImageAutoEncoder>(backend, tensors, "decoder.layers", false, opened.version, manager_);
        } else {
            auto kl = std::make_shared<AutoEncoderKL>(backend, tensors, "first_stage_model", false, false, opened.version, manager_);
            if (sd_version_is_sdxl(opened.version) && request.vae.empty()) {
                // SDXL's own autoencoder overflows in F16; the engine scales its convolutions by the same factor
                kl->set_conv2d_scale(1.f / 32.f);
            }
            kl->set_conv2d_direct_enabled(sd_backend_has_conv_2d_kernels(backend));
            vae_ = kl;
        }
        std::map<std::string, ggml_tensor*> weights;
        vae_->get_param_tensors(weights);
        register_params(*manager_, "autoencoder", std::move(weights), backend, backends.params_backend(SDBackendModule::VAE));
    });
}

ImageEncoder::~ImageEncoder() { manager_.reset(); }

Latent ImageEncoder::encode(const Image& image) {
    const int64_t width = image.width, height = image.height;
    sd::Tensor<float> pixels({width, height, 3, 1});
    for (int64_t c = 0; c < 3; c++) {
        for (int64_t i = 0; i < width * height; i++) {
            pixels.data()[c * width * height + i] = static_cast<float>(image.data[static_cast<size_t>(i * 3 + c)]) / 255.f;
        }
    }
    sd::Tensor<float> encoded = guarded("encode a picture", [&] { return vae_->encode(threads_, pixels, sd_tiling_params_t{}); });
    if (sd_should_abort()) {
        throw Aborted();
    }
    if (encoded.empty()) {
        throw EngineError("ERR_OUT_OF_MEMORY",
                          "The engine could not encode a picture of " + std::to_string(width) + " x " + std::to_string(height) + " pixels");
    }
    Latent latent;
    latent.width = encoded.shape()[0];
    latent.height = encoded.shape()[1];
    if (tiny_) {
        latent.channels = encoded.shape()[2];
        latent.mean = std::move(encoded.values());
        return latent;
    }
    // The first half of the channels is the mean, the second the log variance.
    const auto& kl = static_cast<const AutoEncoderKL&>(*vae_);
    latent.channels = encoded.shape()[2] / 2;
    const auto half = static_cast<size_t>(latent.width * latent.height * latent.channels);
    const std::vector<float>& values = encoded.values();
    latent.mean.resize(half);
    latent.deviation.resize(half);
    for (size_t i = 0; i < half; i++) {
        latent.mean[i] = (values[i] - kl.shift_factor) * kl.scale_factor;
        latent.deviation[i] = std::exp(0.5f * std::min(std::max(values[half + i], -30.f), 20.f)) * kl.scale_factor;
    }
    return latent;
}

}  // namespace ai_artist
