#include <algorithm>
#include <cmath>

#include "train/optimizers/optimizer.h"

namespace ai_artist {
namespace {

double root_mean_square(const float* values, size_t count) {
    double squares = 0;
    for (size_t i = 0; i < count; i++) {
        squares += static_cast<double>(values[i]) * values[i];
    }
    return std::sqrt(squares / static_cast<double>(count));
}

// The last two dimensions of a parameter; each of the `matrices` before them has its own moments. A vector is not factored.
struct Layout {
    bool factored = false;
    size_t matrices = 1;
    size_t rows = 1;
    size_t columns = 1;

    static Layout of(const ParameterShape& shape) {
        Layout layout;
        layout.factored = shape.size() >= 2;
        if (layout.factored) {
            layout.columns = static_cast<size_t>(shape.back());
            layout.rows = static_cast<size_t>(shape[shape.size() - 2]);
            for (size_t i = 0; i + 2 < shape.size(); i++) {
                layout.matrices *= static_cast<size_t>(shape[i]);
            }
        }
        return layout;
    }
};

class Adafactor final : public Optimizer {
public:
    Adafactor(const AdafactorSettings& settings, const std::vector<ParameterShape>& shapes) : Optimizer(shapes), settings_(settings) {
        std::vector<size_t> rows, columns, whole;
        for (size_t p = 0; p < shapes.size(); p++) {
            const Layout layout = Layout::of(shapes[p]);
            layouts_.push_back(layout);
            rows.push_back(layout.factored ? layout.matrices * layout.rows : 0);
            columns.push_back(layout.factored ? layout.matrices * layout.columns : 0);
            whole.push_back(layout.factored ? 0 : sizes_[p]);
        }
        rows_ = add_buffer("second_moment_rows", rows);
        columns_ = add_buffer("second_moment_columns", columns);
        whole_ = add_buffer("second_moment", whole);
        first_ = add_buffer("first_moment", settings.beta1 > 0 ? sizes_ : std::vector<size_t>(shapes.size(), 0));
        state_.numbers["steps"] = 0;
    }

    void step(const std::vector<OptimizerParameter>& parameters) override {
        const double steps = ++state_.numbers["steps"];
        for (size_t p = 0; p < parameters.size(); p++) {
            const OptimizerParameter& parameter = parameters[p];
            const size_t count = sizes_[p];
            update_.resize(count);
            const double decay = 1 - std::pow(steps, settings_.decay_rate);
            if (layouts_[p].factored) {
                factored_update(p, parameter.gradient, decay);
            } else {
                whole_update(p, parameter.gradient, decay);
            }
            const double learning_rate = learning_rate_of(parameter, count, steps);
            const double excess = std::max(1.0, root_mean_square(update_.data(), count) / settings_.clip_threshold);
            const auto length = static_cast<float>(learning_rate / excess);
            const auto keep = static_cast<float>(1 - settings_.weight_decay * learning_rate);
            if (settings_.beta1 > 0) {
                float* first = buffer(first_, p).data();
                const auto beta1 = static_cast<float>(settings_.beta1), rest1 = static_cast<float>(1 - settings_.beta1);
                for (size_t i = 0; i < count; i++) {
                    first[i] = beta1 * first[i] + rest1 * length * update_[i];
                    parameter.value[i] = keep * parameter.value[i] - first[i];
                }
            } else {
                for (size_t i = 0; i < count; i++) {
                    parameter.value[i] = keep * parameter.value[i] - length * update_[i];
                }
            }
        }
    }

private:
    double learning_rate_of(const OptimizerParameter& parameter, size_t count, double steps) const {
        double rate = parameter.learning_rate;
        if (settings_.relative_step) {
            rate = std::min(settings_.warmup_init ? 1e-6 * steps : 1e-2, 1 / std::sqrt(steps));
        }
        return settings_.scale_parameter ? rate * std::max(settings_.epsilon2, root_mean_square(parameter.value, count)) : rate;
    }

    // gradient / sqrt(rows x columns / mean(rows)), equation 4 of the paper.
    void factored_update(size_t p, const float* gradient, double decay) {
        const Layout& layout = layouts_[p];
        std::vector<double> columns(layout.columns);
        for (size_t m = 0; m < layout.matrices; m++) {
            const float* from = gradient + m * layout.rows * layout.columns;
            float* row_moments = buffer(rows_, p).data() + m * layout.rows;
            float* column_moments = buffer(columns_, p).data() + m * layout.columns;
            std::fill(columns.begin(), columns.end(), 0.0);
            double all_rows = 0;
            for (size_t r = 0; r < layout.rows; r++) {
                double row = 0;
                for (size_t c = 0; c < layout.columns; c++) {
                    const double value = from[r * layout.columns + c];
                    const double square = value * value + settings_.epsilon1;
                    row += square;
                    columns[c] += square;
                }
                row_moments[r] = mix(row_moments[r], row / static_cast<double>(layout.columns), decay);
                all_rows += row_moments[r];
            }
            for (size_t c = 0; c < layout.columns; c++) {
                column_moments[c] = mix(column_moments[c], columns[c] / static_cast<double>(layout.rows), decay);
                columns[c] = 1 / std::sqrt(static_cast<double>(column_moments[c]));
            }
            const double mean_row = all_rows / static_cast<double>(layout.rows);
            for (size_t r = 0; r < layout.rows; r++) {
                const double row = std::sqrt(mean_row / row_moments[r]);
                for (size_t c = 0; c < layout.columns; c++) {
                    const size_t at = r * layout.columns + c;
                    update_[m * layout.rows * layout.columns + at] = static_cast<float>(row * columns[c] * from[at]);
                }
            }
        }
    }

    void whole_update(size_t p, const float* gradient, double decay) {
        std::vector<float>& moments = buffer(whole_, p);
        for (size_t i = 0; i < moments.size(); i++) {
            const double value = gradient[i];
            moments[i] = mix(moments[i], value * value + settings_.epsilon1, decay);
            update_[i] = static_cast<float>(value / std::sqrt(static_cast<double>(moments[i])));
        }
    }

    static float mix(float old, double fresh, double decay) { return static_cast<float>(decay * old + (1 - decay) * fresh); }

    const AdafactorSettings settings_;
    std::vector<Layout> layouts_;
    size_t rows_ = 0;
    size_t columns_ = 0;
    size_t whole_ = 0;
    size_t first_ = 0;
    std::vector<float> update_;  // of the current parameter
};

}  // namespace

std::unique_ptr<Optimizer> make_adafactor(const AdafactorSettings& settings, const std::vector<ParameterShape>& shapes) {
    return std::make_unique<Adafactor>(settings, shapes);
}

}  // namespace ai_artist
