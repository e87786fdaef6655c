#pragma once

#include <napi.h>

#include <memory>

#include "binding/environment.h"
#include "engine/model.h"

namespace ai_artist {

// NativeModel of lib/engine/native.ts.
class ModelObject final : public Napi::ObjectWrap<ModelObject>, public EngineResource {
public:
    static Napi::Function define(Napi::Env env);
    static Napi::Value wrap(Napi::Env env, std::shared_ptr<Model> model);
    // loadModel(request, onEvent)
    static Napi::Value load(const Napi::CallbackInfo& info);

    explicit ModelObject(const Napi::CallbackInfo& info);
    ~ModelObject() override;

    std::shared_ptr<Job> make_free_job() override;

private:
    Napi::Value get_info(const Napi::CallbackInfo& info);
    Napi::Value generate(const Napi::CallbackInfo& info);
    Napi::Value dispose(const Napi::CallbackInfo& info);
    const std::shared_ptr<Model>& live_model(Napi::Env env) const;
    void forget(Napi::Env env);

    Environment* environment_ = nullptr;
    std::shared_ptr<Model> model_;
    int64_t reported_bytes_ = 0;
};

}  // namespace ai_artist
