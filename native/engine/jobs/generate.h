#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "engine/jobs/model.h"
#include "engine/thread/job.h"

namespace ai_artist {

// sd_img_gen_params_t with everything it points to. Starts with the engine's defaults.
struct GenerateRequest {
    GenerateRequest() { sd_img_gen_params_init(&params); }
    GenerateRequest(const GenerateRequest&) = delete;
    GenerateRequest& operator=(const GenerateRequest&) = delete;

    const char* keep(std::string text) { return strings_.emplace_back(std::move(text)).c_str(); }
    sd_image_t keep(Image image) { return images_.emplace_back(std::move(image)).view(); }

    sd_img_gen_params_t params{};
    std::vector<sd_lora_t> loras;
    // `loras` point into these: elements of a deque do not move.
    std::deque<std::vector<sd_lora_module_t>> lora_modules;
    std::deque<std::vector<sd_lora_tensor_t>> lora_tensors;
    std::vector<sd_image_t> reference_images;
    std::vector<sd_image_t> photo_maker_images;
    std::vector<float> sigmas;
    std::vector<float> hires_sigmas;
    std::vector<int> skip_layers;

    preview_t preview_mode = PREVIEW_NONE;
    int preview_interval = 1;
    bool preview_denoised = true;
    bool preview_noisy = false;

    bool keep_finished = false;

private:
    std::deque<std::string> strings_;
    std::deque<Image> images_;
};

class GenerateJob final : public Job {
public:
    GenerateJob(std::shared_ptr<Model> model, std::unique_ptr<GenerateRequest> request)
        : model_(std::move(model)), request_(std::move(request)) {}
    void run() override;

    struct Resolved {
        std::string sampler;
        std::string scheduler;
        int steps = 0;
        float cfg_scale = 0;
        float eta = 0;
    };

    // Results.
    std::vector<Image> images;
    std::vector<int64_t> seeds;
    Resolved resolved;
    double total_seconds = 0;
    bool stopped_early = false;
    double seconds_in(sd_phase_t phase) const { return phase_seconds_[phase]; }
    const Model& model() const { return *model_; }

private:
    void point_params_at_storage();
    void resolve_defaults();
    LoraOutcomes lora_outcomes() const;

    const std::shared_ptr<Model> model_;
    const std::unique_ptr<GenerateRequest> request_;
};

}  // namespace ai_artist
