#include "binding/runtime/process.h"

#include <cstdlib>
#include <mutex>

#if defined(_WIN32)
#include <windows.h>
#else
#include <dlfcn.h>
#endif

namespace ai_artist {
namespace {

// A terminated worker unloads the addon while the engine thread may still run its code.
void pin_library() {
#if defined(_WIN32)
    HMODULE self = nullptr;
    GetModuleHandleExA(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_PIN, reinterpret_cast<LPCSTR>(&prepare_process),
                       &self);
#else
    Dl_info info;
    if (dladdr(reinterpret_cast<void*>(&prepare_process), &info) != 0 && info.dli_fname != nullptr) {
        dlopen(info.dli_fname, RTLD_LAZY | RTLD_NODELETE | RTLD_NOLOAD);
    }
#endif
}

// ggml forks a debugger for a backtrace when it aborts (seconds of hang), and on macOS asserts at exit if Metal memory is still
// resident. In a worker process.env is a copy, so both must be set here.
void set_environment() {
#if defined(_WIN32)
    _putenv_s("GGML_NO_BACKTRACE", "1");
#else
    setenv("GGML_NO_BACKTRACE", "1", 0);
    setenv("GGML_METAL_NO_RESIDENCY", "1", 0);
#endif
}

}  // namespace

void prepare_process() {
    static std::once_flag once;
    std::call_once(once, [] {
        pin_library();
        set_environment();
    });
}

}  // namespace ai_artist
