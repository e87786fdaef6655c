#pragma once

#include <napi.h>

#include <memory>

#include "binding/environment.h"
#include "clip/clip.h"

namespace ai_artist {

// NativeClip of lib/engine/native.ts.
class ClipObject final : public Napi::ObjectWrap<ClipObject>, public EngineResource {
public:
    static Napi::Function define(Napi::Env env);
    static Napi::Value wrap(Napi::Env env, std::shared_ptr<Clip> clip);
    // loadClip(request, onEvent)
    static Napi::Value load(const Napi::CallbackInfo& info);

    explicit ClipObject(const Napi::CallbackInfo& info);
    ~ClipObject() override;

    std::shared_ptr<Job> make_free_job() override;

private:
    Napi::Value get_info(const Napi::CallbackInfo& info);
    Napi::Value embed_texts(const Napi::CallbackInfo& info);
    Napi::Value embed_images(const Napi::CallbackInfo& info);
    Napi::Value dispose(const Napi::CallbackInfo& info);
    const std::shared_ptr<Clip>& live_clip(Napi::Env env) const;

    Environment* environment_ = nullptr;
    std::shared_ptr<Clip> clip_;
};

}  // namespace ai_artist
