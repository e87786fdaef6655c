#include "train/session/objective.h"

#include <algorithm>
#include <cmath>

#include "train/session/philox.h"

namespace ai_artist {
namespace {

// The factors of the clean latent and of the noise in the network's input.
struct Mixture {
    double latent;
    double noise;

    Mixture(const FamilyInfo& family, double timestep) {
        if (family.objective == Objective::flow) {
            latent = 1 - timestep;
            noise = timestep;
        } else {
            const double kept = family.alphas_cumprod.at(static_cast<size_t>(timestep));
            latent = std::sqrt(kept);
            noise = std::sqrt(1 - kept);
        }
    }
};

class Draw {
public:
    Draw(const DrawKey& key, uint32_t id) : key_(key), id_(id) {}
    Philox from(RandomStream stream) const { return Philox(key_.seed, key_.step, id_, stream); }
    std::vector<float> normals(RandomStream stream, size_t count) const {
        std::vector<float> values(count);
        from(stream).normal(values.data(), count);
        return values;
    }

private:
    const DrawKey key_;
    const uint32_t id_;
};

std::vector<float> sample_latent(const Latent& latent, const Draw& draw) {
    std::vector<float> values = latent.mean;
    if (!latent.deviation.empty()) {
        const std::vector<float> normals = draw.normals(RandomStream::latent, values.size());
        for (size_t i = 0; i < values.size(); i++) {
            values[i] += latent.deviation[i] * normals[i];
        }
    }
    return values;
}

std::vector<float> draw_noise(const ObjectiveSettings& settings, const Latent& latent, const Draw& draw) {
    std::vector<float> noise = draw.normals(RandomStream::noise, latent.mean.size());
    if (settings.noise_offset != 0) {
        const auto area = static_cast<size_t>(latent.width * latent.height);
        const std::vector<float> offsets = draw.normals(RandomStream::noise_offset, static_cast<size_t>(latent.channels));
        for (size_t i = 0; i < noise.size(); i++) {
            noise[i] += static_cast<float>(settings.noise_offset * offsets[i / area]);
        }
    }
    return noise;
}

void append_item(const FamilyInfo& family, const ObjectiveSettings& settings, const TrainItem& item, const DrawKey& key,
                 TrainBatch& batch) {
    const Draw draw(key, item.id);
    const double timestep = item.timestep >= 0 ? item.timestep : draw_timestep(family, settings, key, item.id);
    const Mixture mixture(family, timestep);
    const std::vector<float> latent = sample_latent(item.latent, draw);
    const bool drawn = item.noise.empty();
    const std::vector<float> noise = drawn ? draw_noise(settings, item.latent, draw) : item.noise;
    // The target uses `noise` unchanged; only the input is perturbed.
    std::vector<float> perturbation;
    if (drawn && settings.input_perturbation != 0) {
        perturbation = draw.normals(RandomStream::perturbation, noise.size());
    }
    for (size_t i = 0; i < latent.size(); i++) {
        const double clean = latent[i], noisy = noise[i];
        const double added = perturbation.empty() ? noisy : noisy + settings.input_perturbation * perturbation[i];
        batch.x.push_back(static_cast<float>(mixture.latent * clean + mixture.noise * added));
        switch (family.objective) {
            case Objective::eps:
                batch.target.push_back(static_cast<float>(noisy));
                break;
            case Objective::v:
                batch.target.push_back(static_cast<float>(mixture.latent * noisy - mixture.noise * clean));
                break;
            case Objective::flow:
                batch.target.push_back(static_cast<float>(noisy - clean));
                break;
        }
    }
    const auto weight = static_cast<float>(item.weight * loss_weight(family, settings, timestep));
    const auto area = static_cast<size_t>(item.latent.width * item.latent.height);
    for (size_t i = 0; i < area; i++) {
        batch.weight.push_back(item.mask.empty() ? weight : weight * item.mask[i]);
    }
    batch.timesteps.push_back(static_cast<float>(timestep));
    batch.text.push_back(item.text);
    if (!item.sizes.empty()) {
        SizeCondition sizes{};
        std::copy_n(item.sizes.begin(), sizes.size(), sizes.begin());
        batch.sizes.push_back(sizes);
    }
}

}  // namespace

double draw_timestep(const FamilyInfo& family, const ObjectiveSettings& settings, const DrawKey& key, uint32_t id) {
    Philox random(key.seed, key.step, id, RandomStream::timestep);
    double level = settings.sampling == TimestepSampling::uniform
                       ? random.uniform()
                       : 1 / (1 + std::exp(-(settings.mean + settings.deviation * random.normal())));
    const double shift = settings.shift > 0 ? settings.shift : family.flow_shift;
    level = shift * level / (1 + (shift - 1) * level);
    level = settings.min + (settings.max - settings.min) * level;
    if (family.objective == Objective::flow) {
        return level;
    }
    const auto steps = static_cast<double>(family.alphas_cumprod.size());
    return std::min(std::floor(level * steps), steps - 1);
}

double loss_weight(const FamilyInfo& family, const ObjectiveSettings& settings, double timestep) {
    if (settings.min_snr <= 0 || family.objective == Objective::flow) {
        return 1;
    }
    const double kept = family.alphas_cumprod.at(static_cast<size_t>(timestep));
    const double snr = kept / (1 - kept);
    const double capped = std::min(snr, settings.min_snr);
    return family.objective == Objective::v ? capped / (snr + 1) : capped / snr;
}

TrainBatch make_batch(const FamilyInfo& family, const ObjectiveSettings& settings, const std::vector<TrainItem>& items,
                      const DrawKey& key) {
    TrainBatch batch;
    batch.width = items.front().latent.width;
    batch.height = items.front().latent.height;
    batch.huber = settings.huber;
    batch.dropout_seed = Philox(key.seed, key.step, items.front().id, RandomStream::dropout).bits();
    for (const TrainItem& item : items) {
        append_item(family, settings, item, key, batch);
    }
    return batch;
}

}  // namespace ai_artist
