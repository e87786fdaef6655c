#pragma once

#include <napi.h>

#include <memory>

#include "binding/runtime/engine_object.h"
#include "engine/jobs/upscale.h"

namespace ai_artist {

// NativeUpscaler of lib/engine/addon/native.ts.
class UpscalerObject final : public EngineObject<UpscalerObject, Upscaler> {
public:
    static Napi::Function define(Napi::Env env);
    // loadUpscaler(request, onEvent)
    static Napi::Value load(const Napi::CallbackInfo& info);

    explicit UpscalerObject(const Napi::CallbackInfo& info);

private:
    Napi::Value factor(const Napi::CallbackInfo& info);
    Napi::Value upscale(const Napi::CallbackInfo& info);
};

}  // namespace ai_artist
