#pragma once

#include <napi.h>

#include <memory>

#include "binding/runtime/engine_object.h"
#include "engine/jobs/model.h"

namespace ai_artist {

// NativeModel of lib/engine/addon/native.ts.
class ModelObject final : public EngineObject<ModelObject, Model> {
public:
    static Napi::Function define(Napi::Env env);
    // loadModel(request, onEvent)
    static Napi::Value load(const Napi::CallbackInfo& info);

    explicit ModelObject(const Napi::CallbackInfo& info);

private:
    Napi::Value get_info(const Napi::CallbackInfo& info);
    Napi::Value generate(const Napi::CallbackInfo& info);
    Napi::Value dispose_model(const Napi::CallbackInfo& info);

    int64_t reported_bytes_ = 0;
};

}  // namespace ai_artist
