#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace ai_artist {

// Defaults are those of the reference implementation.

// Decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101); equal to PyTorch's AdamW.
struct AdamwSettings {
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;
    double weight_decay = 0.01;
};

// Chen et al., arXiv 2302.06675, algorithm 2.
struct LionSettings {
    double beta1 = 0.9;
    double beta2 = 0.99;
    double weight_decay = 0;
};

// Shazeer and Stern, arXiv 1804.04235; equal to Adafactor of transformers, with the two step size rules off.
struct AdafactorSettings {
    bool relative_step = false;    // ignore the given learning rate; use min(1e-2, 1/sqrt(step))
    bool scale_parameter = false;  // multiply the step by the root mean square of the parameter
    bool warmup_init = false;      // relative_step begins at 1e-6 * step
    double clip_threshold = 1;     // of an update's root mean square
    double decay_rate = -0.8;
    double beta1 = 0;  // 0: no first moment is kept
    double epsilon1 = 1e-30;
    double epsilon2 = 1e-3;
    double weight_decay = 0;
};

// Mishchenko and Defazio, arXiv 2306.06101; equal to prodigyopt.
struct ProdigySettings {
    double beta1 = 0.9;
    double beta2 = 0.999;
    double beta3 = 0;  // 0: sqrt(beta2)
    double epsilon = 1e-8;
    double weight_decay = 0;
    bool decouple = true;
    bool bias_correction = false;
    bool safeguard_warmup = false;
    double d0 = 1e-6;
    double d_coefficient = 1;
    double growth_rate = 0;  // 0: no limit
};

using OptimizerSettings = std::variant<AdamwSettings, LionSettings, AdafactorSettings, ProdigySettings>;

// "adamw", "lion", "adafactor", "prodigy"
const char* optimizer_name(const OptimizerSettings& settings);

// Slowest dimension first, as in PyTorch.
using ParameterShape = std::vector<int64_t>;

// One parameter in one step. Value and gradient have as many numbers as the shape.
struct OptimizerParameter {
    float* value;
    const float* gradient;
    double learning_rate;
};

// Everything that an optimizer keeps from step to step.
struct OptimizerState {
    struct Buffer {
        std::string name;
        std::vector<std::vector<float>> of_parameter;
    };
    std::vector<Buffer> buffers;
    std::map<std::string, double> numbers;
};

// Moments are F32, sums over a tensor double. Runs on one thread, so that a step's result depends only on its input.
class Optimizer {
public:
    virtual ~Optimizer() = default;
    Optimizer(const Optimizer&) = delete;
    Optimizer& operator=(const Optimizer&) = delete;

    // Parameters in the order of the shapes. Throws EngineError ERR_INVALID_ARGUMENT for learning rates that the method does not support.
    virtual void step(const std::vector<OptimizerParameter>& parameters) = 0;

    // The factor by which the method itself multiplied the learning rate.
    virtual double step_size() const { return 1; }

    const OptimizerState& state() const { return state_; }

    // Throws EngineError ERR_INVALID_ARGUMENT, and changes nothing, if a name or a size does not match.
    void restore(OptimizerState state);

protected:
    explicit Optimizer(const std::vector<ParameterShape>& shapes);

    // Adds a buffer of zeros, `sizes` per parameter, to the state; returns its place.
    size_t add_buffer(const char* name, const std::vector<size_t>& sizes);
    std::vector<float>& buffer(size_t at, size_t parameter) { return state_.buffers[at].of_parameter[parameter]; }

    std::vector<size_t> sizes_;  // numbers per parameter
    OptimizerState state_;
};

std::unique_ptr<Optimizer> make_optimizer(const OptimizerSettings& settings, const std::vector<ParameterShape>& shapes);

// One function per method, called by make_optimizer().
std::unique_ptr<Optimizer> make_adamw(const AdamwSettings& settings, const std::vector<ParameterShape>& shapes);
std::unique_ptr<Optimizer> make_lion(const LionSettings& settings, const std::vector<ParameterShape>& shapes);
std::unique_ptr<Optimizer> make_adafactor(const AdafactorSettings& settings, const std::vector<ParameterShape>& shapes);
std::unique_ptr<Optimizer> make_prodigy(const ProdigySettings& settings, const std::vector<ParameterShape>& shapes);

}  // namespace ai_artist
