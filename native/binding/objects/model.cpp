#include "binding/objects/model.h"

#include <algorithm>

#include "binding/requests/read_generate_request.h"
#include "binding/requests/read_model_request.h"
#include "engine/jobs/generate.h"

namespace ai_artist {
namespace {

// V8 should know that a small object holds much memory, but a report of gigabytes makes it collect garbage all the time.
constexpr int64_t max_reported_bytes = int64_t{512} << 20;

Napi::Value result_to_js(Napi::Env env, GenerateJob& job) {
    Napi::Object result = Napi::Object::New(env);
    Napi::Array images = Napi::Array::New(env, job.images.size());
    Napi::Array seeds = Napi::Array::New(env, job.seeds.size());
    for (size_t i = 0; i < job.images.size(); i++) {
        images.Set(static_cast<uint32_t>(i), image_to_js(env, std::move(job.images[i])));
        seeds.Set(static_cast<uint32_t>(i), static_cast<double>(job.seeds[i]));
    }
    result.Set("images", images);
    result.Set("seeds", seeds);

    Napi::Object resolved = Napi::Object::New(env);
    resolved.Set("sampler", job.resolved.sampler);
    resolved.Set("scheduler", job.resolved.scheduler);
    resolved.Set("steps", job.resolved.steps);
    resolved.Set("cfgScale", job.resolved.cfg_scale);
    resolved.Set("eta", job.resolved.eta);
    resolved.Set("device", job.model().info().device);
    result.Set("resolved", resolved);

    Napi::Object seconds = Napi::Object::New(env);
    seconds.Set("total", job.total_seconds);
    seconds.Set("encode", job.seconds_in(SD_PHASE_ENCODE_TEXT) + job.seconds_in(SD_PHASE_ENCODE_IMAGE));
    seconds.Set("sample", job.seconds_in(SD_PHASE_SAMPLE));
    seconds.Set("decode", job.seconds_in(SD_PHASE_DECODE));
    result.Set("seconds", seconds);
    result.Set("aborted", job.stopped_early);

    const std::vector<std::string> lines = job.log_lines();
    Napi::Array warnings = Napi::Array::New(env, lines.size());
    for (size_t i = 0; i < lines.size(); i++) {
        warnings.Set(static_cast<uint32_t>(i), lines[i]);
    }
    result.Set("warnings", warnings);
    return result;
}

}  // namespace

Napi::Function ModelObject::define(Napi::Env env) {
    return DefineClass(env, "NativeModel",
                       {InstanceMethod<&ModelObject::get_info>("info"), InstanceMethod<&ModelObject::generate>("generate"),
                        InstanceMethod<&ModelObject::dispose_model>("dispose")});
}

Napi::Value ModelObject::load(const Napi::CallbackInfo& info) {
    const auto job = std::make_shared<LoadModelJob>(read_model_request(info[0]));
    return Task::start(info.Env(), job, info[1],
                       [job](Napi::Env env) { return wrap(env, Environment::of(env).model_class, std::move(job->model)); });
}

ModelObject::ModelObject(const Napi::CallbackInfo& info) : EngineObject(info, "NativeModel: use loadModel()", "The model was disposed") {
    reported_bytes_ = std::min(static_cast<int64_t>(live(info.Env())->info().weight_bytes), max_reported_bytes);
    Napi::MemoryManagement::AdjustExternalMemory(info.Env(), reported_bytes_);
}

Napi::Value ModelObject::get_info(const Napi::CallbackInfo& info) {
    const ModelInfo& known = live(info.Env())->info();
    Napi::Object object = Napi::Object::New(info.Env());
    object.Set("family", known.family);
    object.Set("defaultSampler", known.default_sampler);
    object.Set("defaultScheduler", known.default_scheduler);
    object.Set("sizeMultiple", known.size_multiple);
    object.Set("device", known.device);
    object.Set("diffusionConvDirect", known.conv_direct);
    object.Set("weightBytes", static_cast<double>(known.weight_bytes));
    object.Set("threads", known.threads);
    return object;
}

Napi::Value ModelObject::generate(const Napi::CallbackInfo& info) {
    const std::shared_ptr<Model>& model = live(info.Env());
    const auto job = std::make_shared<GenerateJob>(model, read_generate_request(info[0], model->info().size_multiple));
    return Task::start(info.Env(), job, info[1], [job](Napi::Env env) { return result_to_js(env, *job); });
}

Napi::Value ModelObject::dispose_model(const Napi::CallbackInfo& info) {
    const Napi::Value handle = dispose(info);
    Napi::MemoryManagement::AdjustExternalMemory(info.Env(), -reported_bytes_);
    reported_bytes_ = 0;
    return handle;
}

}  // namespace ai_artist
