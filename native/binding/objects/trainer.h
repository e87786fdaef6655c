#pragma once

#include <napi.h>

#include "binding/runtime/engine_object.h"
#include "train/session/trainer.h"

namespace ai_artist {

// NativeTrainer of lib/engine/addon/trainer-types.ts.
class TrainerObject final : public EngineObject<TrainerObject, Trainer> {
public:
    static Napi::Function define(Napi::Env env);
    // loadTrainer(request, onEvent)
    static Napi::Value load(const Napi::CallbackInfo& info);

    // checkGradients(request, onEvent)
    static Napi::Value check_gradients(const Napi::CallbackInfo& info);

    explicit TrainerObject(const Napi::CallbackInfo& info);

private:
    Napi::Value get_info(const Napi::CallbackInfo& info);
    Napi::Value encode_texts(const Napi::CallbackInfo& info);
    Napi::Value encode_image(const Napi::CallbackInfo& info);
    Napi::Value release_encoders(const Napi::CallbackInfo& info);
    Napi::Value create_network(const Napi::CallbackInfo& info);
    Napi::Value plan(const Napi::CallbackInfo& info);
    Napi::Value begin(const Napi::CallbackInfo& info);
    Napi::Value step(const Napi::CallbackInfo& info);
    Napi::Value evaluate(const Napi::CallbackInfo& info);
    Napi::Value predict(const Napi::CallbackInfo& info);
    Napi::Value export_network(const Napi::CallbackInfo& info);
    Napi::Value export_state(const Napi::CallbackInfo& info);
    Napi::Value import_state(const Napi::CallbackInfo& info);

    // Queues `work`; `to_js` turns its result into the promise's value.
    template <typename Work, typename ToJs>
    Napi::Value start(const Napi::CallbackInfo& info, Napi::Value listener, const char* phase, Work work, ToJs to_js);
};

}  // namespace ai_artist
