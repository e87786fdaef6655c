#include "engine/jobs/generate.h"

#include <chrono>
#include <cmath>

#include "engine/engine_error.h"
#include "engine/thread/callbacks.h"

namespace ai_artist {

void GenerateJob::point_params_at_storage() {
    GenerateRequest& r = *request_;
    r.params.loras = r.loras.data();
    r.params.lora_count = static_cast<uint32_t>(r.loras.size());
    r.params.ref_images = r.reference_images.empty() ? nullptr : r.reference_images.data();
    r.params.ref_images_count = static_cast<int>(r.reference_images.size());
    r.params.pm_params.id_images = r.photo_maker_images.empty() ? nullptr : r.photo_maker_images.data();
    r.params.pm_params.id_images_count = static_cast<int>(r.photo_maker_images.size());
    r.params.sample_params.custom_sigmas = r.sigmas.empty() ? nullptr : r.sigmas.data();
    r.params.sample_params.custom_sigmas_count = static_cast<int>(r.sigmas.size());
    r.params.sample_params.guidance.slg.layers = r.skip_layers.empty() ? nullptr : r.skip_layers.data();
    r.params.sample_params.guidance.slg.layer_count = r.skip_layers.size();
    r.params.hires.custom_sigmas = r.hires_sigmas.empty() ? nullptr : r.hires_sigmas.data();
    r.params.hires.custom_sigmas_count = static_cast<int>(r.hires_sigmas.size());
}

void GenerateJob::resolve_defaults() {
    sd_sample_params_t& sample = request_->params.sample_params;
    sd_ctx_t* context = model_->context();
    if (sample.sample_method == SAMPLE_METHOD_COUNT) {
        sample.sample_method = sd_get_default_sample_method(context);
    }
    if (sample.scheduler == SCHEDULER_COUNT) {
        sample.scheduler = sd_get_default_scheduler(context, sample.sample_method);
    }
    resolved.sampler = sd_sample_method_name(sample.sample_method);
    resolved.scheduler = sd_scheduler_name(sample.scheduler);
    resolved.steps = request_->sigmas.empty() ? sample.sample_steps : static_cast<int>(request_->sigmas.size()) - 1;
    resolved.cfg_scale = sample.guidance.txt_cfg;
    resolved.eta = std::isinf(sample.eta) ? sd_get_default_eta(context, sample.sample_method) : sample.eta;
}

LoraOutcomes GenerateJob::lora_outcomes() const {
    LoraOutcomes outcomes;
    for (uint32_t lora = 0; lora < request_->loras.size(); lora++) {
        std::vector<std::string>& modules = outcomes.emplace_back();
        for (uint32_t module = 0; module < request_->loras[lora].module_count; module++) {
            const char* problem = "";
            switch (sd_lora_outcome(model_->context(), lora, module, &problem)) {
                case SD_LORA_APPLIED:
                    modules.emplace_back("applied");
                    break;
                case SD_LORA_IDLE:
                    modules.emplace_back("idle");
                    break;
                case SD_LORA_MISFIT:
                    modules.emplace_back(problem);
                    break;
            }
        }
    }
    return outcomes;
}

void GenerateJob::run() {
    if (model_->context() == nullptr) {
        throw EngineError("ERR_DISPOSED", "The model was disposed before this picture began");
    }
    const auto started = std::chrono::steady_clock::now();
    point_params_at_storage();
    resolve_defaults();
    const PreviewGuard previews(request_->preview_mode, request_->preview_interval, request_->preview_denoised, request_->preview_noisy);

    sd_img_gen_params_t params = request_->params;
    images_ = params.batch_count;
    // One engine call per picture, so that cancelling stops between pictures and a failure keeps the finished ones.
    params.batch_count = 1;
    for (image_ = 0; image_ < images_; image_++) {
        params.seed = request_->params.seed + image_;
        OneImagePtr picture;
        if (!cancelled()) {
            picture.reset(generate_image(model_->context(), &params));
        }
        if (!picture || picture->data == nullptr) {
            if (cancelled() && request_->keep_finished && !images.empty()) {
                stopped_early = true;
                break;
            }
            fail("ERR_GENERATE", "The engine could not paint the picture");
        }
        if (images.empty() && !request_->loras.empty()) {
            listener->on_loras(lora_outcomes());
        }
        images.push_back(Image::copy_of(*picture));
        seeds.push_back(params.seed);
        listener->on_image(image_, images.back(), params.seed);
    }
    close_phase();
    total_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
}

}  // namespace ai_artist
