#pragma once

#include <string>
#include <vector>

namespace ai_artist {

struct Device {
    std::string name;
    std::string description;
    const char* type = "other";  // "cpu" | "gpu" | "igpu" | "accelerator" | "other"
    size_t total_bytes = 0;
    size_t free_bytes = 0;
};

// Loads the CPU kernel modules of a portable build from the addon's own folder. Without this the engine would search the folder of the
// node executable and the current directory, where an attacker could plant a library. Does nothing in a static build.
void load_backend_modules(const std::string& dir);

std::vector<Device> list_devices();

}  // namespace ai_artist
