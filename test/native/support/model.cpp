#include "support/model.h"

#include <cmath>
#include <mutex>

#include "engine/extensions/vocabulary.h"
#include "support/check.h"

namespace {
std::mutex mutex_;
std::vector<std::pair<sd_log_level_t, std::string>> lines_;
}  // namespace

std::string take_log(sd_log_level_t from) {
    std::lock_guard<std::mutex> lock(mutex_);
    std::string text;
    for (const auto& [level, line] : lines_) {
        if (level >= from) {
            text += line;
        }
    }
    lines_.clear();
    return text;
}

void start_engine() {
    ai_artist::set_vocabulary_dir(repository("vocab"));
    sd_set_log_callback(
        [](sd_log_level_t level, const char* text, void*) {
            std::lock_guard<std::mutex> lock(mutex_);
            lines_.emplace_back(level, text);
        },
        nullptr);
    sd_set_progress_callback([](int, int, float, void*) {}, nullptr);
}

Context load(const std::string& checkpoint, const Options& options) {
    const std::string autoencoder = repository("models/mini-tae.safetensors");
    sd_ctx_params_t params;
    sd_ctx_params_init(&params);
    params.model_path  = checkpoint.c_str();
    params.taesd_path  = autoencoder.c_str();
    params.n_threads   = 1;
    params.wtype       = SD_TYPE_COUNT;
    options.context(params);
    return Context(new_sd_ctx(&params));
}

std::vector<uint8_t> paint(sd_ctx_t* context, const Options& options) {
    sd_img_gen_params_t params;
    sd_img_gen_params_init(&params);
    params.prompt                          = "flat vector art of a fox in the snow";
    params.width                           = 64;
    params.height                          = 64;
    params.seed                            = 1;
    params.sample_params.sample_steps      = 2;
    params.sample_params.sample_method     = EULER_SAMPLE_METHOD;
    params.sample_params.guidance.txt_cfg  = 1.0f;
    options.image(params);
    sd_image_t* images = generate_image(context, &params);
    if (images == nullptr) {
        return {};
    }
    std::vector<uint8_t> pixels(images[0].data, images[0].data + size_t(images[0].width) * images[0].height * images[0].channel);
    free_sd_images(images, 1);
    return pixels;
}

double difference(const std::vector<uint8_t>& a, const std::vector<uint8_t>& b) {
    if (a.size() != b.size() || a.empty()) {
        return 255;
    }
    double sum = 0;
    for (size_t i = 0; i < a.size(); i++) {
        sum += std::abs(int(a[i]) - int(b[i]));
    }
    return sum / double(a.size());
}
