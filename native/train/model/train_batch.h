#pragma once

#include <cstdint>
#include <vector>

#include "train/encoders/conditions.h"

namespace ai_artist {

struct TrainBatch {
    int64_t width = 0;  // latent pixels
    int64_t height = 0;
    std::vector<float> x;              // [w,h,c,n] network input, already noised
    std::vector<float> target;         // [w,h,c,n]
    std::vector<float> weight;         // [w,h,n]; empty: 1
    std::vector<float> timesteps;      // [n]: 0..999 for eps and v, sigma for flow
    std::vector<TextCondition> text;   // n; where a text encoder is trained, context and vector are computed from TextCondition::text
    std::vector<SizeCondition> sizes;  // n, or empty: the vector is used unchanged
    float huber = 0;                   // 0: squared error d^2; else pseudo-Huber 2c(sqrt(d^2+c^2)-c)
    uint64_t dropout_seed = 0;
    int64_t size() const { return static_cast<int64_t>(timesteps.size()); }
};

}  // namespace ai_artist
