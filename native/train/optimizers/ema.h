#pragma once

#include <vector>

namespace ai_artist {

// Exponential moving average of the parameters: average += (1 - decay) * (value - average). The first steps count more, so
// that the average soon leaves the untrained values: the decay of step n is at most (1 + n) / (10 + n).
class Ema {
public:
    // decay 0: nothing is kept.
    explicit Ema(double decay) : decay_(decay) {}

    bool on() const { return decay_ > 0; }
    void start(const std::vector<std::vector<float>>& values);
    void update(const std::vector<std::vector<float>>& values);

    const std::vector<std::vector<float>>& averages() const { return averages_; }
    double updates() const { return updates_; }
    void restore(std::vector<std::vector<float>> averages, double updates);

private:
    const double decay_;
    double updates_ = 0;
    std::vector<std::vector<float>> averages_;
};

}  // namespace ai_artist
