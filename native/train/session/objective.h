#pragma once

#include <cstdint>
#include <vector>

#include "train/families/family_info.h"
#include "train/model/train_batch.h"

namespace ai_artist {

enum class TimestepSampling { uniform, logit_normal };

struct ObjectiveSettings {
    TimestepSampling sampling = TimestepSampling::uniform;
    double mean = 0;  // logit_normal: u = sigmoid(mean + deviation * normal), Esser et al., arXiv 2403.03206
    double deviation = 1;
    double min = 0;  // range of noise levels to draw from: 0 picture, 1 noise
    double max = 1;
    double shift = 0;               // u becomes shift * u / (1 + (shift - 1) * u); 0: the family's flow_shift
    double noise_offset = 0;        // each channel's noise is shifted by this times a normal number
    double input_perturbation = 0;  // Ning et al., arXiv 2301.11706
    double min_snr = 0;             // gamma of Hang et al., arXiv 2303.09556; eps and v only; 0: off
    float huber = 0;                // c of the pseudo-Huber loss; 0: squared error
};

// One picture of a micro-batch.
struct TrainItem {
    Latent latent;
    TextCondition text;
    uint32_t id = 0;  // index in the data set
    float weight = 1;
    std::vector<float> mask;   // [w,h] or empty: 1
    std::vector<float> noise;  // [w,h,c] fixed noise; empty: draw it
    double timestep = -1;      // fixed timestep; below 0: draw one
    std::vector<float> sizes;  // six numbers or empty
};

// Selects the random numbers.
struct DrawKey {
    uint64_t seed = 0;
    uint32_t step = 0;
};

// A timestep of the family: 0..999 for eps and v, sigma for flow.
double draw_timestep(const FamilyInfo& family, const ObjectiveSettings& settings, const DrawKey& key, uint32_t id);

// Weight of the loss at a timestep, by min-SNR.
double loss_weight(const FamilyInfo& family, const ObjectiveSettings& settings, double timestep);

// Noise, network input, target and weights of items of one size. Every item has its own random numbers, so the order of the items and their
// grouping do not change them.
TrainBatch make_batch(const FamilyInfo& family, const ObjectiveSettings& settings, const std::vector<TrainItem>& items, const DrawKey& key);

}  // namespace ai_artist
