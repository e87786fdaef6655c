#include "engine/thread/callbacks.h"

#include <atomic>
#include <cstdio>
#include <mutex>

#include "engine/thread/engine_thread.h"
#include "ggml.h"

namespace ai_artist {
namespace {

std::atomic<int> log_level_{SD_LOG_WARN};

Job* running_job() { return EngineThread::instance().running_job(); }

void on_log(sd_log_level_t level, const char* text, void*) {
    if (Job* job = running_job()) {
        if (level >= SD_LOG_WARN || level >= log_level_.load()) {
            job->hear_log(level, text);
        }
    }
}

void on_progress(int step, int steps, float seconds, void*) {
    if (Job* job = running_job()) {
        job->hear_progress(step, steps, seconds);
    }
}

void on_phase(sd_phase_t phase, int step, int steps, void*) {
    if (Job* job = running_job()) {
        job->hear_phase(phase, step, steps);
    }
}

void on_preview(int step, int frame_count, sd_image_t* frames, bool is_noisy, void*) {
    Job* job = running_job();
    if (job != nullptr && frame_count > 0 && frames != nullptr) {
        job->hear_preview(step, is_noisy, frames[0]);
    }
}

bool on_abort(void*) {
    const Job* job = running_job();
    return job != nullptr && job->cancelled();
}

// ggml's own log lines until an engine context takes over its logger, e.g. while CPU kernel modules load.
void on_ggml_log(enum ggml_log_level level, const char* text, void*) {
    if (Job* job = running_job()) {
        job->hear_log(level == GGML_LOG_LEVEL_ERROR ? SD_LOG_ERROR : level == GGML_LOG_LEVEL_WARN ? SD_LOG_WARN : SD_LOG_DEBUG, text);
    } else if (level == GGML_LOG_LEVEL_ERROR) {
        std::fputs(text, stderr);
    }
}

}  // namespace

void install_callbacks() {
    static std::once_flag once;
    std::call_once(once, [] {
        ggml_log_set(on_ggml_log, nullptr);
        sd_set_log_callback(on_log, nullptr);
        sd_set_progress_callback(on_progress, nullptr);
        sd_set_phase_callback(on_phase, nullptr);
        sd_set_abort_callback(on_abort, nullptr);
    });
}

void set_log_level(int level) { log_level_.store(level); }
int log_level() { return log_level_.load(); }

PreviewGuard::PreviewGuard(preview_t mode, int interval, bool denoised, bool noisy) {
    if (mode != PREVIEW_NONE) {
        sd_set_preview_callback(on_preview, mode, interval, denoised, noisy, nullptr);
    }
}

PreviewGuard::~PreviewGuard() { sd_set_preview_callback(nullptr, PREVIEW_NONE, 1, true, false, nullptr); }

}  // namespace ai_artist
