#pragma once

#include <napi.h>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "binding/runtime/environment.h"
#include "engine/thread/job.h"

namespace ai_artist {

Napi::Object image_to_js(Napi::Env env, Image image);

// An error with one of the codes of lib/core/errors.ts.
Napi::Error coded_error(Napi::Env env, const char* code, const std::string& message);

// For jobs without a listener (freeing at shutdown).
class SilentListener final : public JobListener {
public:
    void on_started() override {}
    void on_progress(const Progress&) override {}
    void on_preview(Preview) override {}
    void on_loras(LoraOutcomes) override {}
    void on_image(int, const Image&, int64_t) override {}
    void on_log(sd_log_level_t, const std::string&) override {}
    void on_settled() override {}
};

// A job as JavaScript sees it: { promise, cancel() } plus its event listener. The engine thread collects events under a lock; the JS
// thread delivers them together. Of progress and previews only the newest is kept, so events do not pile up behind a busy event loop.
class Task final : public JobListener, public std::enable_shared_from_this<Task> {
public:
    // Turns the finished job into the promise's value; JS thread.
    using ToJs = std::function<Napi::Value(Napi::Env env)>;

    // Creates the task and queues its job. `listener` may be empty. Returns { promise, cancel }.
    static Napi::Object start(Napi::Env env, std::shared_ptr<Job> job, Napi::Value listener, ToJs to_js);

    Task(Napi::Env env, std::shared_ptr<Job> job, Napi::Value listener, ToJs to_js);

    const std::shared_ptr<Job>& job() const { return job_; }

    // JS thread.
    void drain(Napi::Env env);
    // Breaks the cycle with the job without delivering its outcome.
    void abandon();

    void on_started() override;
    void on_progress(const Progress& progress) override;
    void on_preview(Preview preview) override;
    void on_loras(LoraOutcomes outcomes) override;
    void on_image(int index, const Image& image, int64_t seed) override;
    void on_log(sd_log_level_t level, const std::string& text) override;
    void on_settled() override;

private:
    struct FinishedImage {
        int index;
        Image image;
        int64_t seed;
    };
    struct LogLine {
        sd_log_level_t level;
        std::string text;
    };
    struct Events {
        bool started = false;
        std::vector<Progress> progress;  // one per phase, in order of appearance
        std::optional<LoraOutcomes> loras;
        std::vector<FinishedImage> images;
        std::vector<LogLine> log;
        std::optional<Preview> preview;
        bool settled = false;
    };

    void schedule();
    void deliver(Napi::Env env, Events events);
    void emit(Napi::Env env, Napi::Object event);
    void settle(Napi::Env env);

    Environment& environment_;
    std::shared_ptr<Job> job_;
    Napi::Promise::Deferred deferred_;
    Napi::FunctionReference listener_;
    ToJs to_js_;

    std::mutex mutex_;
    Events events_;
    bool scheduled_ = false;
};

}  // namespace ai_artist
