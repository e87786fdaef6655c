#include "binding/runtime/environment.h"

#include <chrono>

#include "binding/runtime/task.h"
#include "engine/thread/engine_thread.h"

namespace ai_artist {
namespace {

// Live environments of this process. The last one to go stops the engine thread.
std::atomic<int> environments_{0};

}  // namespace

Environment::Environment(Napi::Env env) : env_(env) {
    dispatcher_ = Dispatcher::New(env, "ai-artist", 0, 1, this);
    // An idle addon must not keep the process alive; submit() references it while work is pending.
    dispatcher_.Unref(env);
    environments_++;
    // Hooks run in reverse order: this one runs before the dispatcher's own, so late wake() calls still find the dispatcher.
    env.AddCleanupHook(&Environment::clean_up, this);
}

Environment::~Environment() = default;

void Environment::clean_up(Environment* environment) {
    // A terminated worker must not leave a job that calls into a dead environment, so wait without a limit.
    while (!environment->shutdown(60000)) {}
    environment->dispatcher_.Release();
    if (--environments_ == 0) {
        EngineThread::instance().stop();
    }
}

void Environment::submit(const std::shared_ptr<Task>& task) {
    EngineThread::instance().submit(task->job());
    // Counted last, so that an exception above leaves nothing pending. The task settles later, on this thread.
    if (pending_++ == 0) {
        dispatcher_.Ref(env_);
    }
}

void Environment::settled() {
    if (--pending_ == 0) {
        dispatcher_.Unref(env_);
    }
}

void Environment::wake(std::shared_ptr<Task> task) {
    auto message = std::make_unique<std::shared_ptr<Task>>(std::move(task));
    if (dispatcher_.NonBlockingCall(message.get()) == napi_ok) {
        message.release();  // call_js owns it now
    }
}

void Environment::call_js(Napi::Env env, Napi::Function, Environment*, std::shared_ptr<Task>* message) {
    const std::unique_ptr<std::shared_ptr<Task>> owned(message);
    if (env != nullptr) {
        (*owned)->drain(env);
    } else {
        (*owned)->abandon();
    }
}

bool Environment::shutdown(int milliseconds) {
    closed_ = true;
    EngineThread& engine = EngineThread::instance();
    engine.cancel_all(this);
    for (EngineResource* resource : resources_) {
        const std::shared_ptr<Job> job = resource->make_free_job();
        if (job) {
            job->owner = this;
            job->listener = std::make_shared<SilentListener>();
            engine.submit(job);
        }
    }
    resources_.clear();
    return engine.drain(this, std::chrono::milliseconds(milliseconds));
}

}  // namespace ai_artist
