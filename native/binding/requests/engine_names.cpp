#include "binding/requests/engine_names.h"

#include <algorithm>

#include "engine/enum_checks.h"

namespace ai_artist {

const std::vector<std::string>& vae_format_names() {
    static const std::vector<std::string> names = {"auto", "flux", "sd3", "flux2"};  // by value + 1: AUTO is -1
    return names;
}

const std::vector<std::string>& cache_mode_names() {
    static const std::vector<std::string> names = {"disabled", "easycache", "ucache", "dbcache", "taylorseer", "cache-dit", "spectrum"};
    return names;
}

sd_vae_format_t vae_format_from_name(const char* name) {
    const auto& names = vae_format_names();
    const auto found = std::find(names.begin(), names.end(), name);
    return found == names.end() ? SD_VAE_FORMAT_COUNT
                                : static_cast<sd_vae_format_t>(static_cast<int>(found - names.begin()) + SD_VAE_FORMAT_AUTO);
}

int cache_mode_from_name(const char* name) {
    const auto& names = cache_mode_names();
    const auto found = std::find(names.begin(), names.end(), name);
    return found == names.end() ? -1 : static_cast<int>(found - names.begin());
}

}  // namespace ai_artist
