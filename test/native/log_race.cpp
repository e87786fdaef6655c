// Patches 0002, 0003: several threads log at once, and ggml's text is not a format.
#include <atomic>
#include <cstring>
#include <thread>
#include <vector>

#include "core/util.h"
#include "ggml.h"
#include "stable-diffusion.h"
#include "support/check.h"
#include "support/model.h"

static std::atomic<int> lines{0};
static std::atomic<int> torn{0};

// A line is "… T=aaaa…\n": 200 times the letter of its thread.
static void count_line(sd_log_level_t, const char* text, void*) {
    lines++;
    const char* letters = std::strstr(text, "T=");
    const size_t length = letters == nullptr ? 0 : std::strspn(letters + 2, std::string(1, letters[2]).c_str());
    torn += length == 200 && letters[202] == '\n' ? 0 : 1;
}

int main() {
    sd_set_log_callback(count_line, nullptr);
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; i++) {
        threads.emplace_back([i] {
            const std::string letters(200, static_cast<char>('a' + i));
            for (int k = 0; k < 50000; k++) {
                LOG_INFO("T=%s", letters.c_str());
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    check(lines == 200000, "200000 lines of 4 threads arrive", std::to_string(lines));
    check(torn == 0, "no line is torn", std::to_string(torn));

    start_engine();
    const Context none = load(scratch("%s%s%s%n.gguf"));
    check(none == nullptr && take_log().find("%s%s%s%n") != std::string::npos, "a file name with format signs is logged as it is");
    return result();
}
