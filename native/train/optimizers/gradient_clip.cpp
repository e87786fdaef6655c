#include "train/optimizers/gradient_clip.h"

#include <cmath>

namespace ai_artist {

double gradient_norm(const std::vector<std::vector<float>>& gradients, double factor) {
    double squares = 0;
    for (const std::vector<float>& gradient : gradients) {
        for (const float value : gradient) {
            squares += static_cast<double>(value) * value;
        }
    }
    return std::sqrt(squares) * factor;
}

void scale_and_clip(std::vector<std::vector<float>>& gradients, double factor, double norm, double limit) {
    // PyTorch's clip_grad_norm_ also adds this to the norm.
    constexpr double tiny = 1e-6;
    const double clip = limit > 0 ? limit / (norm + tiny) : 1;
    const auto scale = static_cast<float>(clip < 1 ? factor * clip : factor);
    if (scale == 1) {
        return;
    }
    for (std::vector<float>& gradient : gradients) {
        for (float& value : gradient) {
            value *= scale;
        }
    }
}

}  // namespace ai_artist
