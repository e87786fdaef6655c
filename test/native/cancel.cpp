// Patch 0001: the abort callback stops each phase within a second, returns null, and the context paints the same picture afterwards.
#include <atomic>
#include <chrono>
#include <thread>

#include "support/check.h"
#include "support/model.h"

using Clock = std::chrono::steady_clock;

static std::atomic<bool> stop{false};
static std::atomic<int> armed{-1};  // phase at whose start the stop is asked for
static Clock::time_point asked;

static void on_phase(sd_phase_t phase, int, int, void*) {
    if (phase == armed) {
        armed = -1;
        asked = Clock::now();
        stop  = true;
    }
}

static double milliseconds_since(Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

static void check_latency(const std::string& phase, bool null, bool was_asked) {
    const double latency = milliseconds_since(asked);
    check(was_asked && null && latency < 1000, phase + " stops within a second and gives null",
          std::string(was_asked ? "" : "never reached, ") + (null ? "" : "got a result, ") + std::to_string(latency) + " ms");
}

int main() {
    start_engine();
    sd_set_phase_callback(on_phase, nullptr);
    sd_set_abort_callback([](void*) { return stop.load(); }, nullptr);
    std::vector<uint8_t> start(128 * 128 * 3, 90);
    const Options options = {[](sd_ctx_params_t&) {}, [&](sd_img_gen_params_t& p) {
                                 p.width = p.height = 128;
                                 p.init_image = {128, 128, 3, start.data()};
                                 p.strength   = 0.9f;
                                 p.sample_params.sample_steps = 20;
                             }};
    const Context context = load(repository("models/mini.gguf"));

    const std::pair<sd_phase_t, const char*> phases[] = {
        {SD_PHASE_LOAD, "loading"}, {SD_PHASE_ENCODE_IMAGE, "image encoding"}, {SD_PHASE_ENCODE_TEXT, "text encoding"},
        {SD_PHASE_SAMPLE, "sampling"}, {SD_PHASE_DECODE, "decoding"}};
    std::vector<uint8_t> expected;
    for (const auto& [phase, name] : phases) {
        stop       = false;
        armed      = phase;
        const bool null = paint(context.get(), options).empty();
        check_latency(name, null, armed == -1);
        stop = false;
        armed = -1;
        const auto pixels = paint(context.get(), options);
        expected          = expected.empty() ? pixels : expected;
        check(!pixels.empty() && pixels == expected, std::string("after a stop while ") + name + " the same picture", take_log());
    }

    // A stop in the middle of a computation, from another thread.
    stop             = false;
    std::thread user([] {
        std::this_thread::sleep_for(std::chrono::milliseconds(150));
        asked = Clock::now();
        stop  = true;
    });
    const bool null = paint(context.get(), {options.context, [&](sd_img_gen_params_t& p) {
                                                options.image(p);
                                                p.init_image                 = {};
                                                p.sample_params.sample_steps = 500;
                                            }}).empty();
    user.join();
    check_latency("the middle of sampling", null, true);

    stop  = false;
    armed = SD_PHASE_UPSCALE;
    upscaler_ctx_t* upscaler = new_upscaler_ctx(repository("models/realesrgan-x4plus-anime-6b.gguf").c_str(), false, 1, 64, nullptr, nullptr, false);
    std::vector<uint8_t> small(32 * 32 * 3, 90);
    sd_image_t none = upscale(upscaler, {32, 32, 3, small.data()}, 4);
    check_latency("upscaling", none.data == nullptr, armed == -1);
    stop             = false;
    sd_image_t large = upscale(upscaler, {32, 32, 3, small.data()}, 4);
    check(large.data != nullptr && large.width == 128, "after a stop while upscaling the upscaler works", take_log());
    free(large.data);
    free_upscaler_ctx(upscaler);
    return result();
}
