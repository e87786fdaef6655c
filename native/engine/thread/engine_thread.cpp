#include "engine/thread/engine_thread.h"

#include <algorithm>
#include <vector>

#include "engine/thread/callbacks.h"

namespace ai_artist {

EngineThread& EngineThread::instance() {
    static EngineThread* const thread = new EngineThread();  // never deleted, see the header
    return *thread;
}

void EngineThread::submit(std::shared_ptr<Job> job) {
    std::lock_guard<std::mutex> lock(mutex_);
    if (!thread_.joinable()) {
        install_callbacks();
        const auto stopping = std::make_shared<bool>(false);
        thread_ = BigStackThread([this, stopping] { loop(*stopping); });
        stopping_ = stopping;
    }
    queue_.push_back(std::move(job));  // last, so that nothing is queued if the thread could not be started
    work_.notify_all();
}

void EngineThread::loop(const bool& stopping) {
    std::unique_lock<std::mutex> lock(mutex_);
    // A thread that was told to stop may still be releasing its last job.
    work_.wait(lock, [this] { return !looping_; });
    looping_ = true;
    while (true) {
        work_.wait(lock, [this, &stopping] { return stopping || !queue_.empty(); });
        if (stopping) {
            looping_ = false;
            work_.notify_all();
            return;
        }
        running_ = std::move(queue_.front());
        queue_.pop_front();
        running_job_.store(running_.get());
        lock.unlock();
        running_->execute();
        lock.lock();
        running_job_.store(nullptr);
        // The last reference may own a model: release it without holding the lock.
        std::shared_ptr<Job> done = std::move(running_);
        running_.reset();
        idle_.notify_all();
        lock.unlock();
        done.reset();
        lock.lock();
    }
}

void EngineThread::cancel(const std::shared_ptr<Job>& job) {
    job->cancel();
    {
        std::lock_guard<std::mutex> lock(mutex_);
        const auto waiting = std::find(queue_.begin(), queue_.end(), job);
        if (waiting == queue_.end()) {
            return;
        }
        queue_.erase(waiting);
        idle_.notify_all();
    }
    job->settle_aborted();
}

void EngineThread::cancel_all(const void* owner) {
    std::vector<std::shared_ptr<Job>> waiting;
    {
        std::lock_guard<std::mutex> lock(mutex_);
        if (running_ && running_->owner == owner) {
            running_->cancel();
        }
        for (auto it = queue_.begin(); it != queue_.end();) {
            if ((*it)->owner == owner) {
                (*it)->cancel();
                waiting.push_back(std::move(*it));
                it = queue_.erase(it);
            } else {
                ++it;
            }
        }
        idle_.notify_all();
    }
    for (const auto& job : waiting) {
        job->settle_aborted();
    }
}

bool EngineThread::has_jobs_of(const void* owner) const {
    return (running_ && running_->owner == owner) ||
           std::any_of(queue_.begin(), queue_.end(), [owner](const auto& job) { return job->owner == owner; });
}

bool EngineThread::drain(const void* owner, std::chrono::milliseconds limit) {
    std::unique_lock<std::mutex> lock(mutex_);
    return idle_.wait_for(lock, limit, [this, owner] { return !has_jobs_of(owner); });
}

void EngineThread::stop() {
    BigStackThread thread;
    {
        std::lock_guard<std::mutex> lock(mutex_);
        if (!thread_.joinable() || running_ || !queue_.empty()) {
            return;  // a new environment has started meanwhile: it uses the thread and stops it when it ends
        }
        *stopping_ = true;
        thread = std::move(thread_);
        work_.notify_all();
    }
    if (thread.joinable()) {
        thread.join();
    }
}

EngineThread::Counters EngineThread::counters() const {
    std::lock_guard<std::mutex> lock(mutex_);
    return {queue_.size(), running_ ? size_t{1} : size_t{0}};
}

}  // namespace ai_artist
