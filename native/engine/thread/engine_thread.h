#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>

#include "engine/thread/big_stack_thread.h"
#include "engine/thread/job.h"

namespace ai_artist {

// The only thread of the process that calls the engine. One for the whole process, because the engine's callbacks are process-global
// statics and a context is single-threaded. Not libuv's pool, where four long jobs would block fs and dns.
class EngineThread {
public:
    // Lives until the process ends: destroying it in a static destructor would race with a job that outlives exit().
    static EngineThread& instance();

    // Any thread. Starts the engine thread on first use; throws std::system_error, without queueing the job, if that fails.
    // `job->listener` receives every event from now on.
    void submit(std::shared_ptr<Job> job);

    // Any thread. A waiting job settles at once, a running one at its next check.
    void cancel(const std::shared_ptr<Job>& job);
    void cancel_all(const void* owner);

    // Waits until no job of `owner` is queued or running; false if that took longer than `limit`.
    bool drain(const void* owner, std::chrono::milliseconds limit);

    // Joins the thread unless it has jobs. It starts again with the next submit().
    void stop();

    struct Counters {
        size_t queued = 0;
        size_t running = 0;
    };
    Counters counters() const;

    // The job that runs now, or nullptr. For the engine's callbacks, which come from the engine thread or from loader threads that it
    // joins before the job ends.
    Job* running_job() const { return running_job_.load(); }

private:
    EngineThread() = default;
    void loop(const bool& stopping);
    bool has_jobs_of(const void* owner) const;

    mutable std::mutex mutex_;
    std::condition_variable work_;
    std::condition_variable idle_;
    std::deque<std::shared_ptr<Job>> queue_;
    std::shared_ptr<Job> running_;
    std::atomic<Job*> running_job_{nullptr};
    BigStackThread thread_;
    // One flag per thread: a thread that was told to stop and has not woken yet must not take the next thread's jobs.
    std::shared_ptr<bool> stopping_;
    bool looping_ = false;  // keeps a new thread waiting until the old one has left its loop
};

}  // namespace ai_artist
