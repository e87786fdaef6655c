#pragma once

#include <cstdint>
#include <vector>

#include "stable-diffusion.h"

namespace ai_artist {

// Rows top to bottom, `channels` interleaved bytes per pixel; data.size() == width * height * channels.
struct Image {
    uint32_t width = 0;
    uint32_t height = 0;
    uint32_t channels = 0;
    std::vector<uint8_t> data;

    // Borrows the pixels: valid while this image lives and is not resized. The engine takes a non-const pointer but only reads inputs.
    sd_image_t view() { return {width, height, channels, data.data()}; }

    static Image copy_of(const sd_image_t& image) {
        const size_t size = static_cast<size_t>(image.width) * image.height * image.channel;
        return {image.width, image.height, image.channel, std::vector<uint8_t>(image.data, image.data + size)};
    }
};

}  // namespace ai_artist
