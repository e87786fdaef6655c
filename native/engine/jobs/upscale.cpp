#include "engine/jobs/upscale.h"

#include "engine/engine_error.h"

namespace ai_artist {

void LoadUpscalerJob::run() {
    listener->on_progress({"load", 0, 0, 0, 0, 1});
    UpscalerPtr context(new_upscaler_ctx(request_.model.c_str(), request_.direct, usable_threads(request_.threads), request_.tile_size,
                                         request_.backend.c_str(), request_.params_backend.c_str(), request_.bf16));
    if (!context) {
        fail("ERR_MODEL_LOAD", "The engine could not load the upscaler");
    }
    const int factor = get_upscale_factor(context.get());
    upscaler = std::make_shared<Upscaler>(std::move(context), factor);
}

void UpscaleJob::run() {
    if (upscaler_->context() == nullptr) {
        throw EngineError("ERR_DISPOSED", "The upscaler was disposed before this picture began");
    }
    // The engine ignores the factor argument and uses the model's own scale.
    const sd_image_t result = upscale(upscaler_->context(), input_.view(), static_cast<uint32_t>(upscaler_->factor()));
    const PixelsPtr pixels(result.data);
    if (!pixels) {
        fail("ERR_UPSCALE", "The engine could not enlarge the picture");
    }
    stop_if_cancelled();
    output = Image::copy_of(result);
}

}  // namespace ai_artist
