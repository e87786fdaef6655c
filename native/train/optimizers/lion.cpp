#include "train/optimizers/optimizer.h"

namespace ai_artist {
namespace {

class Lion final : public Optimizer {
public:
    Lion(const LionSettings& settings, const std::vector<ParameterShape>& shapes)
        : Optimizer(shapes), settings_(settings), momentum_(add_buffer("momentum", sizes_)) {}

    void step(const std::vector<OptimizerParameter>& parameters) override {
        const auto beta1 = static_cast<float>(settings_.beta1), rest1 = static_cast<float>(1 - settings_.beta1);
        const auto beta2 = static_cast<float>(settings_.beta2), rest2 = static_cast<float>(1 - settings_.beta2);
        for (size_t p = 0; p < parameters.size(); p++) {
            const OptimizerParameter& parameter = parameters[p];
            const auto keep = static_cast<float>(1 - parameter.learning_rate * settings_.weight_decay);
            const auto length = static_cast<float>(parameter.learning_rate);
            float* value = parameter.value;
            const float* gradient = parameter.gradient;
            float* momentum = buffer(momentum_, p).data();
            for (size_t i = 0; i < sizes_[p]; i++) {
                const float direction = beta1 * momentum[i] + rest1 * gradient[i];
                const float sign = static_cast<float>(direction > 0) - static_cast<float>(direction < 0);
                value[i] = keep * value[i] - length * sign;
                momentum[i] = beta2 * momentum[i] + rest2 * gradient[i];
            }
        }
    }

private:
    const LionSettings settings_;
    const size_t momentum_;
};

}  // namespace

std::unique_ptr<Optimizer> make_lion(const LionSettings& settings, const std::vector<ParameterShape>& shapes) {
    return std::make_unique<Lion>(settings, shapes);
}

}  // namespace ai_artist
