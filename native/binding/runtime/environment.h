#pragma once

#include <napi.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <unordered_set>
#include <vector>

#include "engine/thread/job.h"

namespace ai_artist {

class Task;

// A resource of the engine thread, which must be freed there when its environment goes away.
class EngineResource {
public:
    virtual ~EngineResource() = default;
    virtual std::shared_ptr<Job> make_free_job() = 0;
};

// State of one Node environment (the main thread or a worker). Process-wide state is only in EngineThread.
class Environment {
public:
    explicit Environment(Napi::Env env);
    ~Environment();
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;

    static Environment& of(Napi::Env env) { return *env.GetInstanceData<Environment>(); }

    // JS thread: queues the task's job on the engine thread. Pending tasks keep the process alive.
    void submit(const std::shared_ptr<Task>& task);
    // Any thread: makes the JS thread call task->drain() soon.
    void wake(std::shared_ptr<Task> task);
    // JS thread, from drain() of a settled task.
    void settled();

    void adopt(EngineResource* resource) { resources_.insert(resource); }
    void release(EngineResource* resource) { resources_.erase(resource); }

    // Cancels this environment's jobs and frees its engine resources; false if that took longer.
    bool shutdown(int milliseconds);
    bool closed() const { return closed_; }

    Napi::FunctionReference model_class;
    Napi::FunctionReference upscaler_class;
    Napi::FunctionReference clip_class;
    Napi::FunctionReference trainer_class;

private:
    static void call_js(Napi::Env env, Napi::Function callback, Environment* context, std::shared_ptr<Task>* task);
    using Dispatcher = Napi::TypedThreadSafeFunction<Environment, std::shared_ptr<Task>, &Environment::call_js>;
    static void clean_up(Environment* environment);

    Dispatcher dispatcher_;
    std::unordered_set<EngineResource*> resources_;
    napi_env env_;
    size_t pending_ = 0;
    bool closed_ = false;
};

}  // namespace ai_artist
