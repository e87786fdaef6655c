#include "train/optimizers/ema.h"

#include <algorithm>

namespace ai_artist {

void Ema::start(const std::vector<std::vector<float>>& values) {
    updates_ = 0;
    averages_ = on() ? values : std::vector<std::vector<float>>();
}

void Ema::update(const std::vector<std::vector<float>>& values) {
    if (!on()) {
        return;
    }
    updates_++;
    const auto rest = static_cast<float>(1 - std::min(decay_, (1 + updates_) / (10 + updates_)));
    for (size_t p = 0; p < values.size(); p++) {
        for (size_t i = 0; i < values[p].size(); i++) {
            averages_[p][i] += rest * (values[p][i] - averages_[p][i]);
        }
    }
}

void Ema::restore(std::vector<std::vector<float>> averages, double updates) {
    averages_ = std::move(averages);
    updates_ = updates;
}

}  // namespace ai_artist
