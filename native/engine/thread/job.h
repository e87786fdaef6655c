#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/image.h"
#include "stable-diffusion.h"

namespace ai_artist {

struct Progress {
    const char* phase = "";  // "load" | "encode" | "encode-image" | "sample" | "decode" | "upscale" | "convert" | "train"
    int step = 0;
    int total = 0;
    float seconds_per_step = 0;
    int image = 0;  // index within the batch
    int images = 1;
};

struct Preview {
    int step = 0;
    bool noisy = false;
    int index = 0;
    Image image;
};

// The outcome of each module of each LoRA: "applied", "idle" (the model did not compute with that weight), or why it does not fit.
using LoraOutcomes = std::vector<std::vector<std::string>>;

// Receives a job's events. Called on the engine thread or, for logs, on one of the engine's loader threads; must not block.
class JobListener {
public:
    virtual ~JobListener() = default;
    virtual void on_started() = 0;
    virtual void on_progress(const Progress& progress) = 0;
    virtual void on_preview(Preview preview) = 0;
    // Before the first picture of a job that paints with LoRAs.
    virtual void on_loras(LoraOutcomes outcomes) = 0;
    virtual void on_image(int index, const Image& image, int64_t seed) = 0;
    virtual void on_log(sd_log_level_t level, const std::string& text) = 0;
    // Last call; the job and its result may be read on any thread afterwards.
    virtual void on_settled() = 0;
};

// One unit of native work: plain values in on the JS thread, run() on the engine thread, results read after on_settled().
class Job {
public:
    virtual ~Job() = default;

    // Engine thread. Throws EngineError; a job that stopped because of cancel() throws Aborted.
    virtual void run() = 0;

    void cancel() noexcept { cancelled_.store(true); }
    bool cancelled() const noexcept { return cancelled_.load(); }
    void stop_if_cancelled() const;

    // The environment that submitted it; cancel and drain work per owner.
    const void* owner = nullptr;
    std::shared_ptr<JobListener> listener;

    // Outcome, valid after on_settled(): an empty code means success.
    const std::string& error_code() const { return error_code_; }
    const std::string& error_message() const { return error_message_; }
    std::vector<std::string> log_lines() const;

    // For the engine thread and the engine's callbacks.
    void execute() noexcept;
    void settle_aborted() noexcept;
    void hear_log(sd_log_level_t level, const char* text);
    void hear_phase(sd_phase_t phase, int step, int steps);
    void hear_progress(int step, int steps, float seconds);
    void hear_preview(int step, bool noisy, const sd_image_t& frame);

protected:
    // Throws the engine's last error line, or `fallback` if there is none. Memory and device failures get their own codes.
    [[noreturn]] void fail(const char* code, const std::string& fallback) const;

    // `asked`, but not more threads than can run at once, since the others would only wait. Logs it if it lowers the number.
    int usable_threads(int asked) const;

    // The current picture and how many there are; part of every progress event.
    int image_ = 0;
    int images_ = 1;
    // Seconds spent in each engine phase so far, by sd_phase_t.
    double phase_seconds_[SD_PHASE_COUNT] = {};
    void close_phase();

private:
    void set_error(const std::string& code, const std::string& message);

    static constexpr size_t max_log_lines_ = 60;

    std::atomic<bool> cancelled_{false};
    std::string error_code_;
    std::string error_message_;
    mutable std::mutex log_mutex_;
    std::vector<std::pair<sd_log_level_t, std::string>> log_;
    sd_phase_t phase_ = SD_PHASE_COUNT;
    double phase_started_ = 0;
};

}  // namespace ai_artist
