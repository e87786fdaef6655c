#include "engine/thread/big_stack_thread.h"

#include <cerrno>
#include <system_error>
#include <utility>

#if defined(_WIN32)
#include <process.h>
#include <windows.h>
#else
#include <pthread.h>
#endif

namespace ai_artist {
namespace {

constexpr size_t stack_bytes = size_t{64} << 20;

using Body = std::function<void()>;

#if defined(_WIN32)
unsigned __stdcall run_body(void* argument) {
    const std::unique_ptr<Body> body(static_cast<Body*>(argument));
    (*body)();
    return 0;
}
#else
void* run_body(void* argument) {
    const std::unique_ptr<Body> body(static_cast<Body*>(argument));
    (*body)();
    return nullptr;
}
#endif

}  // namespace

struct BigStackThread::Handle {
#if defined(_WIN32)
    HANDLE thread = nullptr;
#else
    pthread_t thread{};
#endif
};

BigStackThread::BigStackThread(Body body) : handle_(std::make_unique<Handle>()) {
    auto argument = std::make_unique<Body>(std::move(body));
#if defined(_WIN32)
    handle_->thread = reinterpret_cast<HANDLE>(
        _beginthreadex(nullptr, static_cast<unsigned>(stack_bytes), run_body, argument.get(), STACK_SIZE_PARAM_IS_A_RESERVATION, nullptr));
    const int error = handle_->thread == nullptr ? errno : 0;
#else
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, stack_bytes);
    const int error = pthread_create(&handle_->thread, &attributes, run_body, argument.get());
    pthread_attr_destroy(&attributes);
#endif
    if (error != 0) {
        throw std::system_error(error, std::generic_category(), "engine thread");
    }
    argument.release();  // run_body owns it now
}

BigStackThread::BigStackThread() = default;
BigStackThread::BigStackThread(BigStackThread&& other) noexcept = default;
BigStackThread& BigStackThread::operator=(BigStackThread&& other) noexcept = default;
BigStackThread::~BigStackThread() = default;

void BigStackThread::join() {
#if defined(_WIN32)
    WaitForSingleObject(handle_->thread, INFINITE);
    CloseHandle(handle_->thread);
#else
    pthread_join(handle_->thread, nullptr);
#endif
    handle_.reset();
}

}  // namespace ai_artist
