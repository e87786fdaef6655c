#include <algorithm>
#include <cmath>

#include "engine/engine_error.h"
#include "train/optimizers/optimizer.h"

namespace ai_artist {
namespace {

class Prodigy final : public Optimizer {
public:
    Prodigy(const ProdigySettings& settings, const std::vector<ParameterShape>& shapes)
        : Optimizer(shapes),
          settings_(settings),
          beta3_(settings.beta3 > 0 ? settings.beta3 : std::sqrt(settings.beta2)),
          first_(add_buffer("first_moment", sizes_)),
          second_(add_buffer("second_moment", sizes_)),
          sum_(add_buffer("gradient_sum", sizes_)),
          start_(add_buffer("start", sizes_)) {
        state_.numbers = {{"started", 0}, {"steps", 0}, {"d", settings.d0}, {"d_max", settings.d0}, {"d_numerator", 0}};
    }

    double step_size() const override { return state_.numbers.at("d"); }

    void step(const std::vector<OptimizerParameter>& parameters) override {
        const double rate = common_rate(parameters);
        remember_start(parameters);
        const double d = state_.numbers["d"];
        const double steps = state_.numbers["steps"];
        const double correction = settings_.bias_correction
                                      ? std::sqrt(1 - std::pow(settings_.beta2, steps + 1)) / (1 - std::pow(settings_.beta1, steps + 1))
                                      : 1;
        const double length = d * rate * correction;

        double numerator = beta3_ * state_.numbers["d_numerator"];
        double denominator = 0;
        for (size_t p = 0; p < parameters.size(); p++) {
            if (parameters[p].learning_rate > 0) {
                gather(parameters[p], p, d, length, numerator, denominator);
            }
        }
        if (denominator == 0) {
            return;  // all gradients so far were zero
        }
        const double next = next_d(d, numerator / denominator);
        for (size_t p = 0; p < parameters.size(); p++) {
            move(parameters[p], p, length, next);
        }
        state_.numbers["d"] = next;
        state_.numbers["d_numerator"] = numerator;
        state_.numbers["steps"] = steps + 1;
    }

private:
    // All parameters share one d, so each must have the common learning rate or 0.
    static double common_rate(const std::vector<OptimizerParameter>& parameters) {
        double rate = 0;
        for (const OptimizerParameter& parameter : parameters) {
            rate = std::max(rate, parameter.learning_rate);
        }
        for (const OptimizerParameter& parameter : parameters) {
            if (parameter.learning_rate != rate && parameter.learning_rate != 0) {
                throw EngineError("ERR_INVALID_ARGUMENT",
                                  "textLearningRate: expected learningRate or 0 with Prodigy, which finds one step size for all, got " +
                                      std::to_string(parameter.learning_rate) + " beside " + std::to_string(rate));
            }
        }
        return rate;
    }

    void remember_start(const std::vector<OptimizerParameter>& parameters) {
        if (state_.numbers["started"] != 0) {
            return;
        }
        for (size_t p = 0; p < parameters.size(); p++) {
            buffer(start_, p).assign(parameters[p].value, parameters[p].value + sizes_[p]);
        }
        state_.numbers["started"] = 1;
    }

    // Moments of gradients times d, and the two sums whose quotient estimates the distance to the solution.
    void gather(const OptimizerParameter& parameter, size_t p, double d, double length, double& numerator, double& denominator) {
        const double relative = d / settings_.d0;
        const auto decay = static_cast<float>(settings_.decouple ? 0 : settings_.weight_decay);
        const auto beta1 = static_cast<float>(settings_.beta1), rest1 = static_cast<float>(d * (1 - settings_.beta1));
        const auto beta2 = static_cast<float>(settings_.beta2), rest2 = static_cast<float>(d * d * (1 - settings_.beta2));
        const auto beta3 = static_cast<float>(beta3_), rest3 = static_cast<float>(relative * (settings_.safeguard_warmup ? d : length));
        float *first = buffer(first_, p).data(), *second = buffer(second_, p).data(), *sum = buffer(sum_, p).data();
        const float* start = buffer(start_, p).data();
        double way = 0;
        for (size_t i = 0; i < sizes_[p]; i++) {
            const float gradient = parameter.gradient[i] + decay * parameter.value[i];
            way += static_cast<double>(gradient) * (static_cast<double>(start[i]) - parameter.value[i]);
            first[i] = beta1 * first[i] + rest1 * gradient;
            second[i] = beta2 * second[i] + rest2 * gradient * gradient;
            sum[i] = beta3 * sum[i] + rest3 * gradient;
            denominator += std::fabs(sum[i]);
        }
        numerator += relative * length * way;
    }

    double next_d(double d, double estimate) {
        estimate *= settings_.d_coefficient;
        if (d == settings_.d0) {
            d = std::max(d, estimate);
        }
        double& largest = state_.numbers["d_max"];
        largest = std::max(largest, estimate);
        return settings_.growth_rate > 0 ? std::min(largest, d * settings_.growth_rate) : largest;
    }

    void move(const OptimizerParameter& parameter, size_t p, double length, double d) {
        const auto keep = static_cast<float>(settings_.decouple ? 1 - settings_.weight_decay * length : 1);
        const auto epsilon = static_cast<float>(d * settings_.epsilon);
        const auto stride = static_cast<float>(length);
        const float *first = buffer(first_, p).data(), *second = buffer(second_, p).data();
        for (size_t i = 0; i < sizes_[p]; i++) {
            parameter.value[i] = keep * parameter.value[i] - stride * first[i] / (std::sqrt(second[i]) + epsilon);
        }
    }

    const ProdigySettings settings_;
    const double beta3_;
    const size_t first_;
    const size_t second_;
    const size_t sum_;
    const size_t start_;
};

}  // namespace

std::unique_ptr<Optimizer> make_prodigy(const ProdigySettings& settings, const std::vector<ParameterShape>& shapes) {
    return std::make_unique<Prodigy>(settings, shapes);
}

}  // namespace ai_artist
