// Patch 0006: an exception in a loader thread fails the load.
#include <stdexcept>

#include "model_loader.h"
#include "support/check.h"
#include "support/model.h"

int main() {
    start_engine();
    const std::string ended = in_child([] {
        ModelLoader loader;
        loader.set_n_threads(4);
        if (!loader.init_from_file(repository("models/mini-clip.safetensors"))) {
            return 2;
        }
        const bool ok = loader.load_tensors([](const TensorStorage&, ggml_tensor**) -> bool { throw std::runtime_error("no memory"); });
        return ok ? 3 : take_log().find("no memory") == std::string::npos ? 4 : 0;
    });
    check(ended == "exit 0", "an exception in four loader threads is a failed load with its reason in the log", ended);
    return result();
}
