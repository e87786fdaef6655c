// The engine's thread while environments begin and end: each job runs once, never two at the same time, and stop() always returns.
#include "engine/thread/engine_thread.h"

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "support/check.h"

using namespace ai_artist;

namespace {

constexpr int threads = 4;
constexpr int rounds  = 500;

std::atomic<int> at_once{0};
std::atomic<int> most_at_once{0};
std::atomic<int> ran{0};
std::atomic<int> settled{0};

class Silent final : public JobListener {
public:
    void on_started() override {}
    void on_progress(const Progress&) override {}
    void on_preview(Preview) override {}
    void on_loras(LoraOutcomes) override {}
    void on_image(int, const Image&, int64_t) override {}
    void on_log(sd_log_level_t, const std::string&) override {}
    void on_settled() override { settled++; }
};

class Work final : public Job {
public:
    void run() override {
        const int now = ++at_once;
        int most      = most_at_once;
        while (now > most && !most_at_once.compare_exchange_weak(most, now)) {
        }
        std::this_thread::yield();
        ran++;
        at_once--;
    }
    // What a model does when the last job lets go of it.
    ~Work() override {
        ++at_once;
        std::this_thread::yield();
        at_once--;
    }
};

// One environment after the other: a job, the wait for it, and the end, which stops the thread.
void environments(int rounds) {
    for (int i = 0; i < rounds; i++) {
        const int owner = i;
        auto job        = std::make_shared<Work>();
        job->owner      = &owner;
        job->listener   = std::make_shared<Silent>();
        EngineThread::instance().submit(std::move(job));
        if (i % 3 != 0) {
            while (!EngineThread::instance().drain(&owner, std::chrono::milliseconds(1000))) {
            }
        }
        EngineThread::instance().stop();
        while (!EngineThread::instance().drain(&owner, std::chrono::milliseconds(1000))) {
        }
    }
}

}  // namespace

int main() {
    const std::string how = in_child(
        [] {
            std::vector<std::thread> all;
            for (int i = 0; i < threads; i++) {
                all.emplace_back(environments, rounds);
            }
            for (std::thread& one : all) {
                one.join();
            }
            EngineThread::instance().stop();
            if (ran != threads * rounds || settled != threads * rounds) {
                return 3;
            }
            return most_at_once == 1 ? 0 : 4;
        },
        100);
    check(how == "exit 0", "4 x 500 environments begin and end: each job runs once (3 if not), one at a time (4 if not)", how);
    return result();
}
