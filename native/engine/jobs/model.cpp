#include "engine/jobs/model.h"

#include <algorithm>
#include <thread>

#include "engine/engine_error.h"

namespace ai_artist {

int default_threads() {
    const auto usable = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
    return std::min(usable, std::max(1, static_cast<int>(sd_get_num_physical_cores()) - 1));
}

ModelRequest::ModelRequest() {
    sd_ctx_params_init(&params);
    params.n_threads = default_threads();
}

Model::Model(ContextPtr context, int threads) : context_(std::move(context)) {
    const sd_ctx_info_t engine_info = sd_ctx_get_info(context_.get());
    const sample_method_t sampler = sd_get_default_sample_method(context_.get());
    info_.family = engine_info.family;
    info_.default_sampler = sd_sample_method_name(sampler);
    info_.default_scheduler = sd_scheduler_name(sd_get_default_scheduler(context_.get(), sampler));
    info_.device = engine_info.device;
    info_.conv_direct = engine_info.conv_direct;
    info_.size_multiple = engine_info.spatial_multiple;
    info_.weight_bytes = engine_info.params_bytes;
    info_.threads = threads;
}

void LoadModelJob::run() {
    request_->params.embeddings = request_->embeddings.data();
    request_->params.embedding_count = static_cast<uint32_t>(request_->embeddings.size());
    listener->on_progress({"load", 0, 0, 0, 0, 1});
    request_->params.n_threads = usable_threads(request_->params.n_threads);
    ContextPtr context(new_sd_ctx(&request_->params));
    if (!context) {
        fail("ERR_MODEL_LOAD", "The engine could not load the model");
    }
    stop_if_cancelled();
    if (!sd_ctx_supports_image_generation(context.get())) {
        throw EngineError("ERR_UNSUPPORTED", "This is a video model; only still images are supported");
    }
    // So far the engine has read only headers; it would read the weights during the first picture. A loaded model has them in memory.
    if (!request_->lazy && !sd_ctx_load_weights(context.get())) {
        fail("ERR_MODEL_LOAD", "The engine could not read the model's weights");
    }
    model = std::make_shared<Model>(std::move(context), request_->params.n_threads);
}

}  // namespace ai_artist
