// Our side of bench/kernels/kernels.ts: whole networks with random weights, built by the engine's own classes, on the CPU.
//
//   networks upscaler|vae|unet|mini f32|bf16 THREADS ROUNDS [--latent SIZE] [--passes] [--output FILE]
//
// Prints processor and wall seconds of the best round, and the most memory of the process in MiB, as JSON; writes the floats of the result
// to FILE. unet and mini are a step with guidance at a latent of SIZE by SIZE (32), as the engine computes it; with --passes as two passes.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <functional>
#include <map>
#include <string>

// ggml_extend.hpp first
#include "core/conv_2d_kernels.h"
#include "core/ggml_extend.hpp"
#include "model/diffusion/unet.hpp"
#include "model/upscaler/esrgan.hpp"
#include "model/vae/auto_encoder_kl.hpp"

namespace {

using Tensors = std::map<std::string, ggml_tensor*>;

// The same values on each machine.
class Noise {
public:
    float next() {
        state_ = state_ * 1664525u + 1013904223u;
        return (static_cast<float>(state_ >> 8) / 8388608.f - 1.f) * 1.7320508f;  // standard deviation 1
    }

private:
    uint32_t state_ = 1;
};

bool ends_with(const std::string& text, const char* end) {
    const size_t length = std::strlen(end);
    return text.size() >= length && text.compare(text.size() - length, length, end) == 0;
}

// Matrices and kernels are F16, as in the files of models.
void set_type(const std::string& name, ggml_tensor* tensor) {
    if (tensor->type != GGML_TYPE_F32 || ggml_n_dims(tensor) != 2 || !ends_with(name, "weight")) return;
    tensor->type = GGML_TYPE_F16;
    tensor->nb[0] = ggml_type_size(tensor->type);
    tensor->nb[1] = ggml_row_size(tensor->type, tensor->ne[0]);
    for (int i = 2; i < GGML_MAX_DIMS; i++) tensor->nb[i] = tensor->nb[i - 1] * static_cast<size_t>(tensor->ne[i - 1]);
}

void fill(const std::string& name, ggml_tensor* tensor, Noise& noise) {
    const int dims = ggml_n_dims(tensor);
    const auto fan_in = static_cast<float>(dims == 4 ? tensor->ne[0] * tensor->ne[1] * tensor->ne[2] : tensor->ne[0]);
    const bool scale = dims == 1 && ends_with(name, "weight");
    std::vector<float> values(static_cast<size_t>(ggml_nelements(tensor)));
    for (float& value : values) value = (dims == 1 ? 0.05f : 1.f / std::sqrt(fan_in)) * noise.next() + (scale ? 1.f : 0.f);
    std::vector<uint8_t> bytes(ggml_nbytes(tensor));
    ggml_quantize_chunk(tensor->type, values.data(), bytes.data(), 0, ggml_nelements(tensor) / tensor->ne[0], tensor->ne[0], nullptr);
    ggml_backend_tensor_set(tensor, bytes.data(), 0, bytes.size());
}

// Memory for the weights, which lives as long as the process, and random values.
void give_weights(ggml_backend_t backend, const Tensors& tensors) {
    size_t bytes = 0;
    ggml_backend_buffer_type_t type = ggml_backend_get_default_buffer_type(backend);
    for (const auto& [name, tensor] : tensors) {
        set_type(name, tensor);
        bytes += GGML_PAD(ggml_nbytes(tensor), ggml_backend_buft_get_alignment(type));
    }
    ggml_tallocr allocator = ggml_tallocr_new(ggml_backend_buft_alloc_buffer(type, bytes));
    Noise noise;
    for (const auto& [name, tensor] : tensors) {
        ggml_tallocr_alloc(&allocator, tensor);
        fill(name, tensor, noise);
    }
}

sd::Tensor<float> random(std::vector<int64_t> shape) {
    Noise noise;
    std::vector<float> values(static_cast<size_t>(sd::tensor_numel(shape)));
    for (float& value : values) value = noise.next();
    return {std::move(shape), std::move(values)};
}

// The weights are in memory already.
struct Loaded final : RunnerWeightManager {
    bool prepare_params(const std::vector<ggml_tensor*>&) override { return true; }
    void release_compute_backend_params(const std::vector<ggml_tensor*>&) override {}
    void release_params_backend_params(const std::vector<ggml_tensor*>&) override {}
};
const auto loaded = std::make_shared<Loaded>();

using Compute = std::function<sd::Tensor<float>()>;

Compute upscaler(ggml_backend_t backend, int threads) {
    String2TensorStorage sizes;  // six blocks, as the bundled upscaler has
    for (int i = 0; i < 6; i++) sizes["body." + std::to_string(i) + ".rdb1.conv1.weight"] = {};
    for (const char* name : {"conv_up1.weight", "conv_up2.weight", "conv_hr.weight"}) sizes[name] = {};
    auto network = std::make_shared<ESRGAN>(backend, sizes, loaded);
    Tensors tensors;
    network->get_param_tensors(tensors);
    give_weights(backend, tensors);
    network->set_conv2d_direct_enabled(sd_backend_has_conv_2d_kernels(backend));
    return [=, x = random({128, 128, 3, 1})] { return network->compute(threads, x); };
}

Compute autoencoder(ggml_backend_t backend, int threads) {
    auto network = std::make_shared<AutoEncoderKL>(backend, String2TensorStorage{}, "first_stage_model", true, false, VERSION_SD1, loaded);
    Tensors tensors;
    network->get_param_tensors(tensors);
    give_weights(backend, tensors);
    network->set_conv2d_direct_enabled(sd_backend_has_conv_2d_kernels(backend));
    return [=, z = random({32, 32, 4, 1})] { return network->_compute(threads, z, true); };
}

// A step with guidance.
Compute unet(ggml_backend_t backend, int threads, int64_t channels, int64_t size, bool passes) {
    TensorStorage first;
    first.name = "model.diffusion_model.input_blocks.0.0.weight";
    first.n_dims = 4;
    first.ne[0] = first.ne[1] = 3;
    first.ne[2] = 4;
    first.ne[3] = channels;
    auto network =
        std::make_shared<UNetModelRunner>(backend, String2TensorStorage{{first.name, first}}, "model.diffusion_model", VERSION_SD1, loaded);
    Tensors tensors;
    network->get_param_tensors(tensors, "model.diffusion_model");
    give_weights(backend, tensors);
    network->set_conv2d_direct_enabled(sd_backend_has_conv_2d_kernels(backend));
    const auto x = std::make_shared<sd::Tensor<float>>(random({size, size, 4, 1}));
    const auto time = std::make_shared<sd::Tensor<float>>(sd::Tensor<float>({1}, {500.f}));
    // Both halves of one array: not the same.
    const auto contexts = std::make_shared<sd::Tensor<float>>(random({network->config.context_dim, 77, 2}));
    return [=] {
        const sd::Tensor<float> texts[2] = {sd::ops::slice(*contexts, 2, 0, 1), sd::ops::slice(*contexts, 2, 1, 2)};
        DiffusionParams both[2];
        for (int i = 0; i < 2; i++) {
            both[i].x = x.get();
            both[i].timesteps = time.get();
            both[i].context = &texts[i];
            both[i].extra = UNetDiffusionExtra{};
        }
        std::array<sd::Tensor<float>, 2> out;
        if (!passes && network->takes_pair(both[0], both[1])) {
            out = network->compute_pair(threads, both[0], both[1]);
        } else {
            for (int i = 0; i < 2; i++) out[i] = network->compute(threads, both[i]);
        }
        return sd::ops::concat(out[0], out[1], 3);
    };
}

double processor_seconds() {
    timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

double peak_mebibytes() {
    rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024;  // kilobytes on Linux
}

struct Options {
    int64_t latent = 32;
    bool passes = false;
    const char* output = nullptr;

    Options(int count, char** arguments) {
        for (int i = 0; i < count; i++) {
            const std::string name = arguments[i];
            if (name == "--passes") passes = true;
            if (name == "--latent" && i + 1 < count) latent = std::atoi(arguments[++i]);
            if (name == "--output" && i + 1 < count) output = arguments[++i];
        }
    }
};

}  // namespace

int main(int count, char** arguments) {
    if (count < 5) return 2;
    const std::string what = arguments[1], precision = arguments[2];
    const int threads = std::atoi(arguments[3]), rounds = std::atoi(arguments[4]);
    const Options options(count - 5, arguments + 5);
    sd_set_log_callback(
        [](sd_log_level_t level, const char* text, void*) {
            if (level >= SD_LOG_WARN) std::fputs(text, stderr);
        },
        nullptr);
    ggml_backend_t backend = sd_backend_cpu_init();
    sd_backend_allow_bf16(backend, precision == "bf16");
    const Compute compute = what == "upscaler" ? upscaler(backend, threads)
                            : what == "vae"    ? autoencoder(backend, threads)
                                               : unet(backend, threads, what == "mini" ? 64 : 320, options.latent, options.passes);
    double processor = 1e9, wall = 1e9;
    sd::Tensor<float> result;
    for (int i = 0; i < rounds; i++) {
        const double begun = processor_seconds();
        const auto at = std::chrono::steady_clock::now();
        result = compute();
        processor = std::min(processor, processor_seconds() - begun);
        wall = std::min(wall, std::chrono::duration<double>(std::chrono::steady_clock::now() - at).count());
    }
    std::printf("{\"processor\": %.3f, \"wall\": %.3f, \"mebibytes\": %.0f}\n", processor, wall, peak_mebibytes());
    if (options.output != nullptr) {
        std::ofstream file(options.output, std::ios::binary);
        file.write(reinterpret_cast<const char*>(result.data()), static_cast<std::streamsize>(result.numel() * sizeof(float)));
    }
}
