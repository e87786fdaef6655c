#pragma once

#include <napi.h>

#include <memory>

#include "binding/runtime/engine_object.h"
#include "clip/clip.h"

namespace ai_artist {

// NativeClip of lib/engine/addon/native.ts.
class ClipObject final : public EngineObject<ClipObject, Clip> {
public:
    static Napi::Function define(Napi::Env env);
    // loadClip(request, onEvent)
    static Napi::Value load(const Napi::CallbackInfo& info);

    explicit ClipObject(const Napi::CallbackInfo& info);

private:
    Napi::Value get_info(const Napi::CallbackInfo& info);
    Napi::Value embed_texts(const Napi::CallbackInfo& info);
    Napi::Value embed_images(const Napi::CallbackInfo& info);
};

}  // namespace ai_artist
