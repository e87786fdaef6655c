#include "engine/thread/job.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <new>
#include <system_error>
#include <thread>

#include "engine/engine_error.h"
#include "engine/thread/memory.h"

namespace ai_artist {
namespace {

const char* phase_name(sd_phase_t phase) {
    switch (phase) {
        case SD_PHASE_LOAD:
            return "load";
        case SD_PHASE_ENCODE_TEXT:
            return "encode";
        case SD_PHASE_ENCODE_IMAGE:
            return "encode-image";
        case SD_PHASE_SAMPLE:
            return "sample";
        case SD_PHASE_DECODE:
            return "decode";
        case SD_PHASE_UPSCALE:
            return "upscale";
        case SD_PHASE_COUNT:
            break;
    }
    return "load";
}
static_assert(SD_PHASE_COUNT == 6, "update phase_name and NativePhase in lib/engine/addon/native.ts");

double now_seconds() {
    using clock = std::chrono::steady_clock;
    return std::chrono::duration<double>(clock::now().time_since_epoch()).count();
}

bool contains(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

bool speaks_of_memory(const std::string& line) {
    static const char* const words[] = {"bad_alloc",
                                        "bad allocation",
                                        "out of memory",
                                        "Out of memory",
                                        "insufficient memory",
                                        "not enough memory",
                                        "Not enough memory",
                                        "Cannot allocate memory",
                                        "failed to allocate",
                                        "unable to allocate",
                                        "alloc compute params backend buffer failed",
                                        "alloc params backend buffer failed",
                                        "ggml_init failed",
                                        "could not be started",
                                        "OutOfDeviceMemory",
                                        "OutOfHostMemory"};
    return std::any_of(std::begin(words), std::end(words), [&line](const char* word) { return contains(line, word); });
}

// Failures that may be caused by too little memory.
bool may_come_of_memory(const std::string& code) {
    return code == "ERR_GENERATE" || code == "ERR_UPSCALE" || code == "ERR_CONVERT" || code == "ERR_MODEL_LOAD" || code == "ERR_INTERNAL";
}

}  // namespace

void Job::stop_if_cancelled() const {
    if (cancelled()) {
        throw Aborted();
    }
}

int Job::usable_threads(int asked) const {
    const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    if (asked <= cores) {
        return asked;
    }
    listener->on_log(SD_LOG_WARN, "threads: " + std::to_string(cores) + " instead of " + std::to_string(asked) +
                                      ", as many as this machine runs at once; more would wait for each other");
    return cores;
}

void Job::set_error(const std::string& code, const std::string& message) {
    error_code_ = code;
    error_message_ = message;
    if (!may_come_of_memory(code)) {
        return;
    }
    std::lock_guard<std::mutex> lock(log_mutex_);
    const auto line = std::find_if(log_.begin(), log_.end(), [](const auto& said) { return speaks_of_memory(said.second); });
    if (line != log_.end() || speaks_of_memory(message)) {
        error_code_ = "ERR_OUT_OF_MEMORY";
        error_message_ = "Not enough memory: " + (line != log_.end() ? line->second : message);
    }
}

void Job::execute() noexcept {
    try {
        listener->on_started();
        stop_if_cancelled();
        run();
    } catch (const EngineError& error) {
        set_error(error.code(), error.what());
    } catch (const std::bad_alloc&) {
        set_error("ERR_OUT_OF_MEMORY", "Not enough memory for this operation");
    } catch (const std::system_error& error) {
        set_error("ERR_OUT_OF_MEMORY", std::string("The system gave no thread or memory: ") + error.what());
    } catch (const std::exception& error) {
        set_error("ERR_INTERNAL", error.what());
    }
    // Otherwise compute buffers of tens of megabytes stay in the heap, and the process grows during the first dozen pictures.
    release_free_memory();
    listener->on_settled();
}

void Job::settle_aborted() noexcept {
    const Aborted error;
    error_code_ = error.code();
    error_message_ = error.what();
    listener->on_settled();
}

std::vector<std::string> Job::log_lines() const {
    std::lock_guard<std::mutex> lock(log_mutex_);
    std::vector<std::string> lines;
    lines.reserve(log_.size());
    for (const auto& line : log_) {
        lines.push_back(line.second);
    }
    return lines;
}

void Job::fail(const char* code, const std::string& fallback) const {
    stop_if_cancelled();
    std::string first_error;
    {
        std::lock_guard<std::mutex> lock(log_mutex_);
        for (const auto& line : log_) {
            if (line.first != SD_LOG_ERROR) {
                continue;
            }
            if (first_error.empty()) {
                first_error = line.second;
            }
            if (contains(line.second, "backend config failed") || contains(line.second, "backend is not available")) {
                throw EngineError("ERR_NO_DEVICE", line.second);
            }
        }
    }
    throw EngineError(code, first_error.empty() ? fallback : fallback + ": " + first_error);
}

void Job::hear_log(sd_log_level_t level, const char* text) {
    std::string line(text);
    while (!line.empty() && (line.back() == '\n' || line.back() == ' ')) {
        line.pop_back();
    }
    // "stable-diffusion.cpp:123  - message": drop the source position.
    const size_t dash = line.find(" - ");
    if (dash != std::string::npos && dash < 48 && line.find(".") < dash) {
        line.erase(0, dash + 3);
    }
    if (level >= SD_LOG_WARN) {
        std::lock_guard<std::mutex> lock(log_mutex_);
        // The engine reads a LoRA once per module and logs the same line each time.
        const auto said = std::make_pair(level, line);
        if (log_.size() < max_log_lines_ && std::find(log_.begin(), log_.end(), said) == log_.end()) {
            log_.push_back(said);
        }
    }
    listener->on_log(level, line);
}

void Job::close_phase() {
    const double now = now_seconds();
    if (phase_ != SD_PHASE_COUNT) {
        phase_seconds_[phase_] += now - phase_started_;
    }
    phase_started_ = now;
    phase_ = SD_PHASE_COUNT;
}

void Job::hear_phase(sd_phase_t phase, int step, int steps) {
    if (phase == SD_PHASE_LOAD) {
        // Weights are read where they are first needed, so loading can happen inside any phase and does not end it.
        listener->on_progress({phase_name(phase), step, steps, 0, image_, images_});
        return;
    }
    if (phase != phase_) {
        close_phase();
        phase_ = phase;
    }
    listener->on_progress({phase_name(phase), step, steps, 0, image_, images_});
}

void Job::hear_progress(int step, int steps, float seconds) {
    listener->on_progress({phase_name(phase_), step, steps, seconds, image_, images_});
}

void Job::hear_preview(int step, bool noisy, const sd_image_t& frame) {
    if (frame.data != nullptr) {
        listener->on_preview({step, noisy, image_, Image::copy_of(frame)});
    }
}

}  // namespace ai_artist
