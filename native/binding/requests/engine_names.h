#pragma once

#include <string>
#include <vector>

#include "stable-diffusion.h"

// Names for the engine's enums that have none in its C API, and the lists of all names.
namespace ai_artist {

sd_vae_format_t vae_format_from_name(const char* name);  // SD_VAE_FORMAT_COUNT if unknown
int cache_mode_from_name(const char* name);              // -1 if unknown
const std::vector<std::string>& vae_format_names();
const std::vector<std::string>& cache_mode_names();

}  // namespace ai_artist
