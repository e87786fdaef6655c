#include "binding/upscaler.h"

#include "binding/arguments.h"
#include "binding/task.h"
#include "engine/engine_thread.h"
#include "engine/free_job.h"
#include "engine/model.h"

namespace ai_artist {
namespace {

UpscalerRequest read_upscaler_request(const Napi::Value& value) {
    const Arguments in(value, "request");
    UpscalerRequest request;
    request.model = in.string("model");
    request.threads = default_threads();
    in.optional_bool("direct", request.direct);
    in.optional_int("threads", request.threads, 1, 512);
    in.optional_int("tileSize", request.tile_size, 16, 8192);
    in.optional_string("backend", request.backend);
    in.optional_string("paramsBackend", request.params_backend);
    return request;
}

}  // namespace

Napi::Function UpscalerObject::define(Napi::Env env) {
    return DefineClass(env, "NativeUpscaler",
                       {InstanceMethod<&UpscalerObject::factor>("factor"), InstanceMethod<&UpscalerObject::upscale>("upscale"),
                        InstanceMethod<&UpscalerObject::dispose>("dispose")});
}

Napi::Value UpscalerObject::wrap(Napi::Env env, std::shared_ptr<Upscaler> upscaler) {
    return Environment::of(env).upscaler_class.New({Napi::External<std::shared_ptr<Upscaler>>::New(env, &upscaler)});
}

Napi::Value UpscalerObject::load(const Napi::CallbackInfo& info) {
    const auto job = std::make_shared<LoadUpscalerJob>(read_upscaler_request(info[0]));
    return Task::start(info.Env(), job, info[1], [job](Napi::Env env) { return wrap(env, std::move(job->upscaler)); });
}

UpscalerObject::UpscalerObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<UpscalerObject>(info) {
    if (!info[0].IsExternal()) {
        throw Napi::TypeError::New(info.Env(), "NativeUpscaler: use loadUpscaler()");
    }
    upscaler_ = *info[0].As<Napi::External<std::shared_ptr<Upscaler>>>().Data();
    environment_ = &Environment::of(info.Env());
    environment_->adopt(this);
}

UpscalerObject::~UpscalerObject() {
    if (upscaler_ && !environment_->closed()) {
        environment_->release(this);
        const auto job = std::make_shared<FreeJob<Upscaler>>(std::move(upscaler_));
        job->owner = environment_;
        job->listener = std::make_shared<SilentListener>();
        EngineThread::instance().submit(job);
    }
}

std::shared_ptr<Job> UpscalerObject::make_free_job() {
    return upscaler_ ? std::make_shared<FreeJob<Upscaler>>(std::move(upscaler_)) : nullptr;
}

const std::shared_ptr<Upscaler>& UpscalerObject::live_upscaler(Napi::Env env) const {
    if (!upscaler_) {
        const Napi::Error error = Napi::Error::New(env, "The upscaler was disposed");
        error.Set("code", "ERR_DISPOSED");
        throw error;
    }
    return upscaler_;
}

Napi::Value UpscalerObject::factor(const Napi::CallbackInfo& info) {
    return Napi::Number::New(info.Env(), live_upscaler(info.Env())->factor());
}

Napi::Value UpscalerObject::upscale(const Napi::CallbackInfo& info) {
    const auto job = std::make_shared<UpscaleJob>(live_upscaler(info.Env()), read_image(info[0], "image", 3));
    return Task::start(info.Env(), job, info[1], [job](Napi::Env env) { return image_to_js(env, std::move(job->output)); });
}

Napi::Value UpscalerObject::dispose(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    const auto job = std::make_shared<FreeJob<Upscaler>>(live_upscaler(env));
    environment_->release(this);
    upscaler_.reset();
    return Task::start(env, job, env.Undefined(), [](Napi::Env e) { return e.Undefined(); });
}

}  // namespace ai_artist
