// Patch 0094: both conditions of a step with guidance in one batch give what two passes give, and what cannot be paired is not.
#include <cmath>
#include <cstring>
#include <map>
#include <memory>

// ggml_extend.hpp first
#include "core/ggml_extend.hpp"
#include "model/diffusion/unet.hpp"
#include "support/check.h"
#include "support/checkpoint.h"
#include "support/exact.h"

namespace {

struct Loaded final : RunnerWeightManager {
    bool prepare_params(const std::vector<ggml_tensor*>&) override { return true; }
    void release_compute_backend_params(const std::vector<ggml_tensor*>&) override {}
    void release_params_backend_params(const std::vector<ggml_tensor*>&) override {}
};

sd::Tensor<float> random_tensor(const std::vector<int64_t>& shape, uint32_t seed) {
    return {shape, random_array(shape, 1.7f, seed).values};
}

constexpr int64_t channels = 64;  // of the bundled model

// A UNet with random weights.
class Network {
public:
    Network(ggml_backend_t backend, SDVersion version) {
        TensorStorage first;
        first.name = "model.diffusion_model.input_blocks.0.0.weight";
        first.n_dims = 4;
        first.ne[0] = first.ne[1] = 3;
        first.ne[2] = version == VERSION_SD1_INPAINT ? 9 : 4;
        first.ne[3] = channels;
        runner = std::make_unique<UNetModelRunner>(backend, String2TensorStorage{{first.name, first}}, "model.diffusion_model", version, loaded_);
        runner->set_conv2d_direct_enabled(true);
        std::map<std::string, ggml_tensor*> tensors;
        runner->get_param_tensors(tensors, "model.diffusion_model");
        fill(ggml_backend_get_default_buffer_type(backend), tensors);
    }
    ~Network() { ggml_backend_buffer_free(buffer_); }
    Network(const Network&) = delete;
    Network& operator=(const Network&) = delete;

    std::unique_ptr<UNetModelRunner> runner;

private:
    void fill(ggml_backend_buffer_type_t type, const std::map<std::string, ggml_tensor*>& tensors) {
        size_t bytes = 0;
        for (const auto& [_, tensor] : tensors) bytes += GGML_PAD(ggml_nbytes(tensor), ggml_backend_buft_get_alignment(type));
        buffer_ = ggml_backend_buft_alloc_buffer(type, bytes);
        ggml_tallocr allocator = ggml_tallocr_new(buffer_);
        uint32_t seed = 1;
        for (const auto& [name, tensor] : tensors) {
            ggml_tallocr_alloc(&allocator, tensor);
            const int64_t count = ggml_nelements(tensor), fan_in = ggml_n_dims(tensor) == 1 ? 400 : count / tensor->ne[ggml_n_dims(tensor) - 1];
            auto values = random_array({count}, 1.7f / std::sqrt(static_cast<float>(fan_in)), seed++).values;
            const bool scale = ggml_n_dims(tensor) == 1 && name.size() > 6 && name.compare(name.size() - 6, 6, "weight") == 0;
            if (scale) std::fill(values.begin(), values.end(), 1.f);
            std::vector<uint8_t> data(ggml_nbytes(tensor));
            ggml_quantize_chunk(tensor->type, values.data(), data.data(), 0, count / tensor->ne[0], tensor->ne[0], nullptr);
            ggml_backend_tensor_set(tensor, data.data(), 0, data.size());
        }
    }

    ggml_backend_buffer_t buffer_ = nullptr;
    std::shared_ptr<Loaded> loaded_ = std::make_shared<Loaded>();  // the runner does not own it
};

// Inputs of both passes of a step.
struct Step {
    sd::Tensor<float> x, time, texts[2], masks[2];
    std::vector<sd::Tensor<float>> controls;
    DiffusionParams both[2];

    Step(const Network& network, int64_t width, int64_t height, int64_t tokens = 77) : time({1}, {437.f}) {
        const UNetConfig& config = network.runner->config;
        x = random_tensor({width, height, 4, 1}, 5);
        for (uint32_t i = 0; i < 2; i++) {
            texts[i] = random_tensor({config.context_dim, tokens, 1}, 6 + i);
            if (sd_version_is_inpaint(config.version)) masks[i] = random_tensor({width, height, 5, 1}, 10 + i);
            both[i].x = &x;
            both[i].timesteps = &time;
            both[i].context = &texts[i];
            both[i].c_concat = masks[i].empty() ? nullptr : &masks[i];
            both[i].extra = UNetDiffusionExtra{-1, &controls, 1.f};
        }
    }
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;
};

bool taken(const Network& network, const Step& step) { return network.runner->takes_pair(step.both[0], step.both[1]); }

bool same(const sd::Tensor<float>& a, const sd::Tensor<float>& b) {
    return !a.empty() && a.shape() == b.shape() && std::memcmp(a.data(), b.data(), a.values().size() * sizeof(float)) == 0;
}

void check_same(Network& network, const std::string& name, int64_t width, int64_t height) {
    const Step step(network, width, height);
    check(taken(network, step), name + " is paired");
    for (const int threads : {1, 3}) {
        const auto pair = network.runner->compute_pair(threads, step.both[0], step.both[1]);
        for (size_t i = 0; i < 2; i++) {
            const sd::Tensor<float> alone = network.runner->compute(threads, step.both[i]);
            check(same(pair[i], alone), name + ": pass " + std::to_string(i + 1) + " of a pair has the bits of that pass alone, " +
                                            std::to_string(threads) + " threads");
        }
        check(!same(pair[0], pair[1]), name + ": the conditions differ, " + std::to_string(threads) + " threads");
    }
}

void check_refused(Network& network) {
    const auto refuses = [&](const std::string& name, const Step& step) { check(!taken(network, step), "not paired: " + name); };
    Step other(network, 16, 16), longer(network, 16, 16, 154);
    other.both[1].context = &longer.texts[1];
    refuses("texts of different lengths", other);
    other.both[1].context = nullptr;
    refuses("one text", other);
    Step moved(network, 16, 16), late(network, 16, 16);
    moved.both[1].x = &other.x;
    refuses("different latents", moved);
    late.both[1].timesteps = &other.time;
    refuses("different time steps", late);
    Step controlled(network, 16, 16);
    controlled.controls.push_back(random_tensor({16, 16, channels, 1}, 1));
    refuses("with ControlNet", controlled);
    Step masked(network, 16, 16);
    const auto mask = random_tensor({16, 16, 5, 1}, 3);
    masked.both[0].c_concat = &mask;
    refuses("a mask for one", masked);
    Step vectors(network, 16, 16);
    const auto vector = random_tensor({2816}, 3);
    vectors.both[0].y = vectors.both[1].y = &vector;
    refuses("with vectors", vectors);
    refuses("a large picture", Step(network, 32, 16));
    const Step plain(network, 16, 16);
    network.runner->set_flash_attention_enabled(true);
    refuses("flash attention", plain);
    network.runner->set_flash_attention_enabled(false);
    network.runner->set_conv2d_direct_enabled(false);
    refuses("without our convolutions", plain);
    network.runner->set_conv2d_direct_enabled(true);
    check(taken(network, plain), "paired again");
}

}  // namespace

int main() {
    ggml_backend_t backend = ggml_backend_cpu_init();
    {
        Network network(backend, VERSION_SD1);
        const Step step(network, 16, 16);
        if (!has_kernels()) {
            check(!taken(network, step), "not paired: a CPU without our kernels");
        } else {
            check_same(network, "a square", 16, 16);
            check_same(network, "a portrait", 8, 24);
            check_same(network, "a small picture", 8, 8);
            check_refused(network);
        }
    }
    if (has_kernels()) {
        Network inpaint(backend, VERSION_SD1_INPAINT);
        check_same(inpaint, "a picture with a mask", 16, 16);
    }
    ggml_backend_free(backend);
    return result();
}
