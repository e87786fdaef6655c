#pragma once
// The engine through its C API, as the addon uses it, on one of the bundled models.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "stable-diffusion.h"

struct FreeContext {
    void operator()(sd_ctx_t* context) const { free_sd_ctx(context); }
};
using Context = std::unique_ptr<sd_ctx_t, FreeContext>;

// Lines that the engine logged since the last call, at level `from` or worse.
std::string take_log(sd_log_level_t from = SD_LOG_WARN);

// Installs the log and an empty progress callback, and the vocabulary directory.
void start_engine();

struct Options {
    std::function<void(sd_ctx_params_t&)> context = [](sd_ctx_params_t&) {};
    std::function<void(sd_img_gen_params_t&)> image = [](sd_img_gen_params_t&) {};
};

// A text-to-image context on this checkpoint with the bundled small autoencoder. Null if the engine refuses.
Context load(const std::string& checkpoint, const Options& options = {});

// Pixels of one small picture (64 x 64, 2 steps, seed 1, one thread); empty if the engine refuses.
std::vector<uint8_t> paint(sd_ctx_t* context, const Options& options = {});

// Mean difference per channel, 0..255.
double difference(const std::vector<uint8_t>& a, const std::vector<uint8_t>& b);
