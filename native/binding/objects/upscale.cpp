#include "binding/objects/upscale.h"
#include "binding/generated/bounds.h"

#include "binding/requests/arguments.h"
#include "engine/jobs/model.h"

namespace ai_artist {
namespace {

UpscalerRequest read_upscaler_request(const Napi::Value& value) {
    const Arguments in(value, "request");
    UpscalerRequest request;
    request.model = in.string("model");
    request.threads = default_threads();
    in.optional_bool("direct", request.direct);
    request.bf16 = in.choice("cpuPrecision", {"f32", "bf16"}, 0) == 1;
    in.optional_int("threads", request.threads, bounds::load_upscaler::threads);
    in.optional_int("tileSize", request.tile_size, bounds::load_upscaler::tile_size);
    in.optional_string("backend", request.backend);
    in.optional_string("paramsBackend", request.params_backend);
    return request;
}

}  // namespace

Napi::Function UpscalerObject::define(Napi::Env env) {
    return DefineClass(env, "NativeUpscaler",
                       {InstanceMethod<&UpscalerObject::factor>("factor"), InstanceMethod<&UpscalerObject::upscale>("upscale"),
                        InstanceMethod("dispose", &UpscalerObject::dispose)});
}

Napi::Value UpscalerObject::load(const Napi::CallbackInfo& info) {
    const auto job = std::make_shared<LoadUpscalerJob>(read_upscaler_request(info[0]));
    return Task::start(info.Env(), job, info[1],
                       [job](Napi::Env env) { return wrap(env, Environment::of(env).upscaler_class, std::move(job->upscaler)); });
}

UpscalerObject::UpscalerObject(const Napi::CallbackInfo& info)
    : EngineObject(info, "NativeUpscaler: use loadUpscaler()", "The upscaler was disposed") {}

Napi::Value UpscalerObject::factor(const Napi::CallbackInfo& info) { return Napi::Number::New(info.Env(), live(info.Env())->factor()); }

Napi::Value UpscalerObject::upscale(const Napi::CallbackInfo& info) {
    const auto job = std::make_shared<UpscaleJob>(live(info.Env()), read_image(info[0], "image", 3));
    return Task::start(info.Env(), job, info[1], [job](Napi::Env env) { return image_to_js(env, std::move(job->output)); });
}

}  // namespace ai_artist
