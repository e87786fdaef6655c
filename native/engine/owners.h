#pragma once

#include <cstdlib>
#include <memory>

#include "stable-diffusion.h"

// Owners of the engine's C handles. Only this file calls free_* functions.
namespace ai_artist {

struct FreeContext {
    void operator()(sd_ctx_t* context) const { free_sd_ctx(context); }
};
using ContextPtr = std::unique_ptr<sd_ctx_t, FreeContext>;

struct FreeUpscaler {
    void operator()(upscaler_ctx_t* upscaler) const { free_upscaler_ctx(upscaler); }
};
using UpscalerPtr = std::unique_ptr<upscaler_ctx_t, FreeUpscaler>;

// The one-picture array that generate_image returns.
struct FreeOneImage {
    void operator()(sd_image_t* image) const { free_sd_images(image, 1); }
};
using OneImagePtr = std::unique_ptr<sd_image_t, FreeOneImage>;

struct FreeMalloc {
    void operator()(void* data) const { std::free(data); }
};
using PixelsPtr = std::unique_ptr<uint8_t, FreeMalloc>;

}  // namespace ai_artist
