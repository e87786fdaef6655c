// Patches 0004, 0005, 0009: out of memory is a null, never the end of the process, and the context survives it.
#include <sys/resource.h>

#include "ggml.h"
#include "support/check.h"
#include "support/model.h"

static void limit_address_space(rlim_t bytes) {
    const rlimit limit = {bytes, RLIM_INFINITY};
    setrlimit(RLIMIT_AS, &limit);
}

static rlim_t address_space() {
    long pages = 0;
    if (FILE* file = std::fopen("/proc/self/statm", "r")) {
        if (std::fscanf(file, "%ld", &pages) != 1) {
            pages = 0;
        }
        std::fclose(file);
    }
    return static_cast<rlim_t>(pages) * 4096;
}

int main() {
    start_engine();
    const std::string ended = in_child([] { return ggml_init({size_t(1) << 60, nullptr, false}) == nullptr ? 0 : 3; });
    check(ended == "exit 0", "ggml_init returns null for more memory than there is", ended);

#ifdef __linux__  // the only system that counts and enforces RLIMIT_AS this way
    int nulls = 0;
    for (const rlim_t extra_mb : {2, 10, 30, 60, 90, 120, 150, 170, 200, 260, 340}) {
        const std::string how = in_child([&] {
            const Context context = load(repository("models/mini.gguf"));
            if (context == nullptr) {
                return 2;
            }
            limit_address_space(address_space() + (extra_mb << 20));
            const bool painted = !paint(context.get()).empty();
            limit_address_space(RLIM_INFINITY);
            return paint(context.get()).empty() ? 3 : painted ? 0 : 1;  // 1: null, then a picture
        });
        nulls += how == "exit 1" ? 1 : 0;
        check(how == "exit 0" || how == "exit 1", "out of memory at +" + std::to_string(extra_mb) + " MB: null or picture, then a picture", how);
    }
    check(nulls >= 2, "the limits were low enough to run out of memory", std::to_string(nulls));
#endif
    return result();
}
