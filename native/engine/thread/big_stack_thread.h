#pragma once

#include <functional>
#include <memory>

namespace ai_artist {

// A thread with a 64 MiB stack. The engine parses prompts with std::regex, which recurses once per character: a prompt of 100 kB
// overflows the 8 MiB (512 kB on macOS) that std::thread gives. Pages are only used when touched.
class BigStackThread {
public:
    BigStackThread();
    // Throws std::system_error if the thread cannot be started.
    explicit BigStackThread(std::function<void()> body);
    BigStackThread(BigStackThread&& other) noexcept;
    BigStackThread& operator=(BigStackThread&& other) noexcept;
    ~BigStackThread();

    bool joinable() const { return handle_ != nullptr; }
    void join();

private:
    struct Handle;
    std::unique_ptr<Handle> handle_;
};

}  // namespace ai_artist
