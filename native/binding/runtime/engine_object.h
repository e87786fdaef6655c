#pragma once

#include <napi.h>

#include <memory>

#include "binding/runtime/environment.h"
#include "binding/runtime/task.h"
#include "engine/jobs/free_job.h"
#include "engine/thread/engine_thread.h"

namespace ai_artist {

// A JavaScript object around a Resource that is used and freed on the engine thread. `Self` is the class that derives from it.
template <typename Self, typename Resource>
class EngineObject : public Napi::ObjectWrap<Self>, public EngineResource {
public:
    // The only caller of the constructor. Its External argument proves that: JavaScript cannot make one.
    static Napi::Value wrap(Napi::Env env, const Napi::FunctionReference& js_class, std::shared_ptr<Resource> resource) {
        return js_class.New({Napi::External<std::shared_ptr<Resource>>::New(env, &resource)});
    }

    std::shared_ptr<Job> make_free_job() override {
        return resource_ ? std::make_shared<FreeJob<Resource>>(std::move(resource_)) : nullptr;
    }

protected:
    // `refusal`: the message for `new` in JavaScript; `disposed`: the message for calls after dispose().
    EngineObject(const Napi::CallbackInfo& info, const char* refusal, const char* disposed)
        : Napi::ObjectWrap<Self>(info), disposed_(disposed) {
        if (!info[0].IsExternal()) {
            throw Napi::TypeError::New(info.Env(), refusal);
        }
        resource_ = *info[0].As<Napi::External<std::shared_ptr<Resource>>>().Data();
        environment_ = &Environment::of(info.Env());
        environment_->adopt(this);
    }

    ~EngineObject() override {
        // Garbage collected without dispose(): the resource must still be freed on the engine thread.
        if (resource_ && !environment_->closed()) {
            environment_->release(this);
            const std::shared_ptr<Job> job = make_free_job();
            job->owner = environment_;
            job->listener = std::make_shared<SilentListener>();
            EngineThread::instance().submit(job);
        }
    }

    // Throws an error with code ERR_DISPOSED after dispose().
    const std::shared_ptr<Resource>& live(Napi::Env env) const {
        if (!resource_) {
            const Napi::Error error = Napi::Error::New(env, disposed_);
            error.Set("code", "ERR_DISPOSED");
            throw error;
        }
        return resource_;
    }

    Napi::Value dispose(const Napi::CallbackInfo& info) {
        const Napi::Env env = info.Env();
        const auto job = std::make_shared<FreeJob<Resource>>(live(env));
        environment_->release(this);
        resource_.reset();
        return Task::start(env, job, env.Undefined(), [](Napi::Env e) { return e.Undefined(); });
    }

private:
    const char* const disposed_;
    Environment* environment_ = nullptr;
    std::shared_ptr<Resource> resource_;
};

}  // namespace ai_artist
