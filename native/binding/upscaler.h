#pragma once

#include <napi.h>

#include <memory>

#include "binding/environment.h"
#include "engine/upscale.h"

namespace ai_artist {

// NativeUpscaler of lib/engine/native.ts.
class UpscalerObject final : public Napi::ObjectWrap<UpscalerObject>, public EngineResource {
public:
    static Napi::Function define(Napi::Env env);
    static Napi::Value wrap(Napi::Env env, std::shared_ptr<Upscaler> upscaler);
    // loadUpscaler(request, onEvent)
    static Napi::Value load(const Napi::CallbackInfo& info);

    explicit UpscalerObject(const Napi::CallbackInfo& info);
    ~UpscalerObject() override;

    std::shared_ptr<Job> make_free_job() override;

private:
    Napi::Value factor(const Napi::CallbackInfo& info);
    Napi::Value upscale(const Napi::CallbackInfo& info);
    Napi::Value dispose(const Napi::CallbackInfo& info);
    const std::shared_ptr<Upscaler>& live_upscaler(Napi::Env env) const;

    Environment* environment_ = nullptr;
    std::shared_ptr<Upscaler> upscaler_;
};

}  // namespace ai_artist
