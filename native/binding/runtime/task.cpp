#include "binding/runtime/task.h"

#include <new>
#include <string_view>
#include <system_error>

#include "engine/thread/callbacks.h"
#include "engine/thread/engine_thread.h"

namespace ai_artist {
namespace {

// Limits the memory of a job's log lines while the event loop is busy.
constexpr size_t max_pending_log_lines = 2000;

const char* level_name(sd_log_level_t level) {
    switch (level) {
        case SD_LOG_DEBUG:
            return "debug";
        case SD_LOG_INFO:
            return "info";
        case SD_LOG_WARN:
            return "warn";
        case SD_LOG_ERROR:
            return "error";
    }
    return "error";
}

Napi::Object event_object(Napi::Env env, const char* type) {
    Napi::Object event = Napi::Object::New(env);
    event.Set("type", type);
    return event;
}

Napi::Object progress_event(Napi::Env env, const Progress& progress) {
    Napi::Object event = event_object(env, "progress");
    event.Set("phase", progress.phase);
    event.Set("step", progress.step);
    event.Set("total", progress.total);
    event.Set("secondsPerStep", progress.seconds_per_step);
    event.Set("image", progress.image);
    event.Set("images", progress.images);
    return event;
}

Napi::Object loras_event(Napi::Env env, const LoraOutcomes& outcomes) {
    Napi::Array loras = Napi::Array::New(env, outcomes.size());
    for (size_t i = 0; i < outcomes.size(); i++) {
        Napi::Array modules = Napi::Array::New(env, outcomes[i].size());
        for (size_t m = 0; m < outcomes[i].size(); m++) {
            modules.Set(static_cast<uint32_t>(m), outcomes[i][m]);
        }
        loras.Set(static_cast<uint32_t>(i), modules);
    }
    Napi::Object event = event_object(env, "loras");
    event.Set("loras", loras);
    return event;
}

}  // namespace

Napi::Object image_to_js(Napi::Env env, Image image) {
    Napi::Object object = Napi::Object::New(env);
    object.Set("width", image.width);
    object.Set("height", image.height);
    object.Set("channels", image.channels);
    auto pixels = std::make_unique<std::vector<uint8_t>>(std::move(image.data));
    std::vector<uint8_t>* raw = pixels.release();  // owned by the buffer; NewOrCopy runs the finalizer in both cases
    object.Set("data", Napi::Buffer<uint8_t>::NewOrCopy(
                           env, raw->data(), raw->size(), [](Napi::Env, uint8_t*, std::vector<uint8_t>* owned) { delete owned; }, raw));
    return object;
}

Napi::Error coded_error(Napi::Env env, const char* code, const std::string& message) {
    const Napi::Error error = Napi::Error::New(env, message);
    error.Set("code", code);
    return error;
}

Napi::Object Task::start(Napi::Env env, std::shared_ptr<Job> job, Napi::Value listener, ToJs to_js) {
    Environment& environment = Environment::of(env);
    if (environment.closed()) {
        throw coded_error(env, "ERR_DISPOSED", "The engine was shut down");
    }
    const auto task = std::make_shared<Task>(env, std::move(job), listener, std::move(to_js));
    task->job_->owner = &environment;
    task->job_->listener = task;

    Napi::Object handle = Napi::Object::New(env);
    handle.Set("promise", task->deferred_.Promise());
    const std::weak_ptr<Job> weak_job = task->job_;
    handle.Set("cancel", Napi::Function::New(env, [weak_job](const Napi::CallbackInfo&) {
                   if (const std::shared_ptr<Job> target = weak_job.lock()) {
                       EngineThread::instance().cancel(target);
                   }
               }));
    try {
        environment.submit(task);
    } catch (const std::system_error& error) {
        task->abandon();
        task->listener_.Reset();
        throw coded_error(
            env, "ERR_OUT_OF_MEMORY",
            std::string("The engine's thread could not be started: ") + error.what() +
                ". Allow this process more memory or more threads (ulimit -v, ulimit -u, the container's limit of processes)");
    }
    return handle;
}

Task::Task(Napi::Env env, std::shared_ptr<Job> job, Napi::Value listener, ToJs to_js)
    : environment_(Environment::of(env)), job_(std::move(job)), deferred_(Napi::Promise::Deferred::New(env)), to_js_(std::move(to_js)) {
    if (listener.IsFunction()) {
        listener_ = Napi::Persistent(listener.As<Napi::Function>());
    }
}

void Task::schedule() {
    // Called with mutex_ held.
    if (!scheduled_) {
        scheduled_ = true;
        environment_.wake(shared_from_this());
    }
}

void Task::on_started() {
    std::lock_guard<std::mutex> lock(mutex_);
    events_.started = true;
    schedule();
}

void Task::on_progress(const Progress& progress) {
    std::lock_guard<std::mutex> lock(mutex_);
    for (Progress& known : events_.progress) {
        if (std::string_view(known.phase) == progress.phase && known.image == progress.image) {
            known = progress;
            schedule();
            return;
        }
    }
    events_.progress.push_back(progress);
    schedule();
}

void Task::on_preview(Preview preview) {
    std::lock_guard<std::mutex> lock(mutex_);
    events_.preview = std::move(preview);
    schedule();
}

void Task::on_loras(LoraOutcomes outcomes) {
    std::lock_guard<std::mutex> lock(mutex_);
    events_.loras = std::move(outcomes);
    schedule();
}

void Task::on_image(int index, const Image& image, int64_t seed) {
    std::lock_guard<std::mutex> lock(mutex_);
    events_.images.push_back({index, image, seed});
    schedule();
}

void Task::on_log(sd_log_level_t level, const std::string& text) {
    if (static_cast<int>(level) < log_level()) {
        return;
    }
    std::lock_guard<std::mutex> lock(mutex_);
    if (events_.log.size() < max_pending_log_lines) {
        events_.log.push_back({level, text});
        schedule();
    }
}

void Task::on_settled() {
    std::lock_guard<std::mutex> lock(mutex_);
    events_.settled = true;
    schedule();
}

void Task::drain(Napi::Env env) {
    Events events;
    {
        std::lock_guard<std::mutex> lock(mutex_);
        events = std::move(events_);
        events_ = Events();
        scheduled_ = false;
    }
    const bool last = events.settled;
    if (!listener_.IsEmpty()) {
        deliver(env, std::move(events));
    }
    if (last) {
        settle(env);
    }
}

void Task::abandon() {
    if (job_) {
        job_->listener.reset();
        job_.reset();
    }
}

void Task::deliver(Napi::Env env, Events events) {
    const Napi::HandleScope scope(env);
    if (events.started) {
        emit(env, event_object(env, "started"));
    }
    for (const LogLine& line : events.log) {
        Napi::Object event = event_object(env, "log");
        event.Set("level", level_name(line.level));
        event.Set("text", line.text);
        emit(env, event);
    }
    for (const Progress& progress : events.progress) {
        emit(env, progress_event(env, progress));
    }
    if (events.preview) {
        Napi::Object event = event_object(env, "preview");
        event.Set("step", events.preview->step);
        event.Set("noisy", events.preview->noisy);
        event.Set("index", events.preview->index);
        event.Set("image", image_to_js(env, std::move(events.preview->image)));
        emit(env, event);
    }
    if (events.loras) {
        emit(env, loras_event(env, *events.loras));
    }
    for (FinishedImage& finished : events.images) {
        Napi::Object event = event_object(env, "image");
        event.Set("index", finished.index);
        event.Set("seed", static_cast<double>(finished.seed));
        event.Set("image", image_to_js(env, std::move(finished.image)));
        emit(env, event);
    }
}

void Task::emit(Napi::Env env, Napi::Object event) {
    const Napi::HandleScope scope(env);
    try {
        listener_.Call({event});
    } catch (const Napi::Error& error) {
        // The listeners of lib/engine do not throw. If another one does, it must become an uncaught exception and not be lost.
        napi_fatal_exception(env, error.Value());
    }
}

void Task::settle(Napi::Env env) {
    const Napi::HandleScope scope(env);
    const std::shared_ptr<Job> job = std::move(job_);
    job->listener.reset();  // breaks the cycle job -> task -> job; `this` is kept alive by the message being handled
    listener_.Reset();
    environment_.settled();
    if (job->error_code().empty()) {
        try {
            deferred_.Resolve(to_js_(env));
        } catch (const Napi::Error& error) {
            deferred_.Reject(error.Value());
        } catch (const std::bad_alloc&) {
            deferred_.Reject(coded_error(env, "ERR_OUT_OF_MEMORY", "Not enough memory for the result").Value());
        }
    } else {
        const Napi::Error error = coded_error(env, job->error_code().c_str(), job->error_message());
        const std::vector<std::string> lines = job->log_lines();
        Napi::Array log = Napi::Array::New(env, lines.size());
        for (size_t i = 0; i < lines.size(); i++) {
            log.Set(static_cast<uint32_t>(i), lines[i]);
        }
        error.Set("log", log);
        deferred_.Reject(error.Value());
    }
    to_js_ = nullptr;
}

}  // namespace ai_artist
