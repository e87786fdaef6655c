#include "engine/devices.h"

#include <mutex>

#include "ggml-backend.h"

namespace ai_artist {
namespace {

const char* type_name(enum ggml_backend_dev_type type) {
    switch (type) {
        case GGML_BACKEND_DEVICE_TYPE_CPU:
            return "cpu";
        case GGML_BACKEND_DEVICE_TYPE_GPU:
            return "gpu";
        case GGML_BACKEND_DEVICE_TYPE_IGPU:
            return "igpu";
        case GGML_BACKEND_DEVICE_TYPE_ACCEL:
            return "accelerator";
        default:
            return "other";
    }
}

}  // namespace

void load_backend_modules(const std::string& dir) {
#ifdef AI_ARTIST_PORTABLE
    // Once per process: worker threads configure as well, and ggml's registry has no lock.
    static std::once_flag once;
    std::call_once(once, [&dir] { ggml_backend_load_all_from_path(dir.c_str()); });
#else
    (void)dir;
#endif
}

std::vector<Device> list_devices() {
    std::vector<Device> devices;
    for (size_t i = 0; i < ggml_backend_dev_count(); i++) {
        ggml_backend_dev_t device = ggml_backend_dev_get(i);
        Device entry;
        entry.name = ggml_backend_dev_name(device);
        entry.description = ggml_backend_dev_description(device);
        entry.type = type_name(ggml_backend_dev_type(device));
        ggml_backend_dev_memory(device, &entry.free_bytes, &entry.total_bytes);
        devices.push_back(std::move(entry));
    }
    return devices;
}

}  // namespace ai_artist
