// Patch 0080: the bundled model paints the same with every variant of the CPU kernels. Writes its pixels beside the program's name, for
// native.test.ts to compare; here only that it is a picture.
#include <fstream>

#include "support/check.h"
#include "support/model.h"

int main(int, char** arguments) {
    start_engine();
    const Context context = load(repository("models/mini.gguf"));
    Options options;
    options.image = [](sd_img_gen_params_t& params) {
        params.width                       = 128;
        params.height                      = 128;
        params.sample_params.sample_steps = 6;
    };
    const std::vector<uint8_t> pixels = context == nullptr ? std::vector<uint8_t>() : paint(context.get(), options);
    check(pixels.size() == 128 * 128 * 3, "paints 128 x 128 in six steps", std::to_string(pixels.size()) + " bytes");
    std::ofstream file(std::string(arguments[0]) + ".rgb", std::ios::binary);
    file.write(reinterpret_cast<const char*>(pixels.data()), static_cast<std::streamsize>(pixels.size()));
    check(file.good(), "its pixels are written");
    return result();
}
