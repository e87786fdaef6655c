#include "binding/runtime/environment.h"

#include <chrono>

#include "binding/runtime/task.h"
#include "engine/thread/engine_thread.h"

namespace ai_artist {
namespace {

// Environments that are alive in this process: the engine thread ends with the last one.
std::atomic<int> environments_{0};

}  // namespace

Environment::Environment(Napi::Env env) : env_(env) {
    dispatcher_ = Dispatcher::New(env, "ai-artist", 0, 1, this);
    // An idle addon must not keep the process alive; submit() references it while work is pending.
    dispatcher_.Unref(env);
    environments_++;
    // Runs before the dispatcher's own hook (last added, first run), so that late wake() calls still find it.
    env.AddCleanupHook(&Environment::clean_up, this);
}

Environment::~Environment() = default;

void Environment::clean_up(Environment* environment) {
    // A terminated worker must not leave a job behind that calls into a dead environment: wait as long as it takes.
    while (!environment->shutdown(60000)) {}
    environment->dispatcher_.Release();
    if (--environments_ == 0) {
        EngineThread::instance().stop();
    }
}

void Environment::submit(const std::shared_ptr<Task>& task) {
    EngineThread::instance().submit(task->job());
    // Only now: what throws above leaves nothing pending. The task settles on this thread, later.
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
