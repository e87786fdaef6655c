#include <cmath>

#include "train/optimizers/optimizer.h"

namespace ai_artist {
namespace {

class Adamw final : public Optimizer {
public:
    Adamw(const AdamwSettings& settings, const std::vector<ParameterShape>& shapes)
        : Optimizer(shapes), settings_(settings), first_(add_buffer("first_moment", sizes_)), second_(add_buffer("second_moment", sizes_)) {
        state_.numbers["steps"] = 0;
    }

    void step(const std::vector<OptimizerParameter>& parameters) override {
        const double steps = ++state_.numbers["steps"];
        const double correction1 = 1 - std::pow(settings_.beta1, steps);
        const double root2 = std::sqrt(1 - std::pow(settings_.beta2, steps));
        const auto beta2 = static_cast<float>(settings_.beta2);
        const auto rest1 = static_cast<float>(1 - settings_.beta1), rest2 = static_cast<float>(1 - settings_.beta2);
        const auto inverse_root2 = static_cast<float>(1 / root2), epsilon = static_cast<float>(settings_.epsilon);
        for (size_t p = 0; p < parameters.size(); p++) {
            const OptimizerParameter& parameter = parameters[p];
            const auto keep = static_cast<float>(1 - parameter.learning_rate * settings_.weight_decay);
            const auto length = static_cast<float>(parameter.learning_rate / correction1);
            float* value = parameter.value;
            const float* gradient = parameter.gradient;
            float* first = buffer(first_, p).data();
            float* second = buffer(second_, p).data();
            for (size_t i = 0; i < sizes_[p]; i++) {
                first[i] += rest1 * (gradient[i] - first[i]);
                second[i] = beta2 * second[i] + rest2 * gradient[i] * gradient[i];
                value[i] = keep * value[i] - length * first[i] / (std::sqrt(second[i]) * inverse_root2 + epsilon);
            }
        }
    }

private:
    const AdamwSettings settings_;
    const size_t first_;
    const size_t second_;
};

}  // namespace

std::unique_ptr<Optimizer> make_adamw(const AdamwSettings& settings, const std::vector<ParameterShape>& shapes) {
    return std::make_unique<Adamw>(settings, shapes);
}

}  // namespace ai_artist
