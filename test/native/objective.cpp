// Random numbers, timesteps, noise and targets of training, against published vectors, formulas and statistics.
#include "train/session/objective.h"

#include <cmath>
#include <set>

#include "support/check.h"
#include "train/optimizers/ema.h"
#include "train/optimizers/gradient_clip.h"
#include "train/session/philox.h"

using namespace ai_artist;

static bool near(double a, double b, double tolerance) {
    return std::fabs(a - b) <= tolerance;
}

struct Moments {
    double mean, deviation;
};
static Moments moments(const std::vector<float>& values) {
    double sum = 0, squares = 0;
    for (const float value : values) {
        sum += static_cast<double>(value);
        squares += static_cast<double>(value) * static_cast<double>(value);
    }
    const double n = static_cast<double>(values.size());
    return {sum / n, std::sqrt(squares / n - sum / n * sum / n)};
}

static void random_numbers() {
    using Words = std::array<uint32_t, 4>;
    // kat_vectors of Random123, the authors' own implementation.
    check(philox4x32({0, 0, 0, 0}, {0, 0}) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}, "Philox4x32-10 of zeros");
    const uint32_t ones = 0xffffffff;
    check(philox4x32({ones, ones, ones, ones}, {ones, ones}) == Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}, "Philox4x32-10 of ones");
    check(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) == Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1},
          "Philox4x32-10 of pi");

    std::vector<float> normals(200000);
    Philox(7, 1, 2, RandomStream::noise).normal(normals.data(), normals.size());
    const Moments m = moments(normals);
    check(near(m.mean, 0, 0.01) && near(m.deviation, 1, 0.01), "normal numbers have mean 0 and deviation 1", std::to_string(m.mean) + " " + std::to_string(m.deviation));
    double beyond = 0, neighbours = 0;
    for (size_t i = 0; i + 1 < normals.size(); i++) {
        beyond += std::fabs(normals[i]) > 1.959964f;
        neighbours += static_cast<double>(normals[i]) * static_cast<double>(normals[i + 1]);
    }
    check(near(beyond / 200000, 0.05, 0.003), "one in twenty lies beyond 1.96", std::to_string(beyond / 200000));
    check(near(neighbours / 200000, 0, 0.01), "neighbours are not correlated", std::to_string(neighbours / 200000));
    std::vector<float> fewer(101);
    Philox(7, 1, 2, RandomStream::noise).normal(fewer.data(), fewer.size());
    check(std::equal(fewer.begin(), fewer.end(), normals.begin()), "a shorter row is the beginning of a longer one");

    std::set<uint64_t> seen;
    const uint64_t wide = uint64_t{1} << 40;
    for (const uint64_t seed : {uint64_t{0}, uint64_t{1}, wide}) {
        for (const uint32_t step : {0u, 1u}) {
            for (const uint32_t item : {0u, 1u}) {
                for (const RandomStream stream : {RandomStream::latent, RandomStream::noise}) {
                    seen.insert(Philox(seed, step, item, stream).bits());
                }
            }
        }
    }
    check(seen.size() == 24, "seed, step, item and stream each make other numbers", std::to_string(seen.size()));
}

// Noise levels of Stable Diffusion 1: "scaled linear" betas.
static FamilyInfo family(Objective objective) {
    FamilyInfo info;
    info.objective = objective;
    double kept = 1;
    for (int t = 0; t < 1000 && objective != Objective::flow; t++) {
        const double root = std::sqrt(0.00085) + (std::sqrt(0.012) - std::sqrt(0.00085)) * t / 999;
        kept *= 1 - root * root;
        info.alphas_cumprod.push_back(static_cast<float>(kept));
    }
    return info;
}

static TrainItem item_of(int64_t width, int64_t height, uint32_t id) {
    TrainItem item;
    item.id = id;
    item.latent.width = width, item.latent.height = height, item.latent.channels = 4;
    item.latent.mean.resize(static_cast<size_t>(width * height * 4));
    for (size_t i = 0; i < item.latent.mean.size(); i++) {
        item.latent.mean[i] = static_cast<float>(static_cast<int>(i % 17) - 8) / 8;
    }
    return item;
}

static std::vector<float> drawn(const FamilyInfo& info, const ObjectiveSettings& settings) {
    std::vector<float> timesteps;
    for (uint32_t id = 0; id < 20000; id++) {
        timesteps.push_back(static_cast<float>(draw_timestep(info, settings, {5, 3}, id)));
    }
    return timesteps;
}

static void timesteps() {
    const FamilyInfo eps = family(Objective::eps), flow = family(Objective::flow);
    ObjectiveSettings settings;
    std::vector<float> values = drawn(eps, settings);
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    check(*low == 0 && *high == 999, "uniform timesteps reach from 0 to 999");
    check(near(moments(values).mean, 499.5, 8) && near(moments(values).deviation, 288.7, 4), "uniform timesteps have mean 499.5");
    check(std::all_of(values.begin(), values.end(), [](float t) { return t == std::floor(t); }), "timesteps of eps are integers");
    settings.min = 0.2, settings.max = 0.6;
    values = drawn(eps, settings);
    check(*std::min_element(values.begin(), values.end()) == 200 && *std::max_element(values.begin(), values.end()) == 599, "a range of timesteps is kept to");

    settings = {};
    settings.sampling = TimestepSampling::logit_normal;
    settings.mean = -0.5, settings.deviation = 0.8;
    values = drawn(flow, settings);
    for (float& value : values) {
        value = std::log(value / (1 - value));
    }
    check(near(moments(values).mean, -0.5, 0.02) && near(moments(values).deviation, 0.8, 0.02), "logit-normal levels have the mean and deviation asked for");
    FamilyInfo shifted = flow;
    shifted.flow_shift = 3;
    const double u = draw_timestep(flow, settings, {5, 3}, 9);
    check(near(draw_timestep(shifted, settings, {5, 3}, 9), 3 * u / (1 + 2 * u), 1e-12), "the family's shift makes levels noisier");
    settings.shift = 1;
    check(near(draw_timestep(shifted, settings, {5, 3}, 9), u, 1e-12), "a shift that is asked for replaces the family's");
}

static void targets() {
    for (const Objective objective : {Objective::eps, Objective::v, Objective::flow}) {
        const std::string name = objective == Objective::eps ? "eps" : objective == Objective::v ? "v" : "flow";
        const FamilyInfo info = family(objective);
        TrainItem item = item_of(6, 4, 3);
        item.timestep = objective == Objective::flow ? 0.3 : 300;
        const TrainBatch batch = make_batch(info, {}, {item}, {1, 2});
        const double latent_share = objective == Objective::flow ? 0.7 : std::sqrt(static_cast<double>(info.alphas_cumprod[300]));
        const double noise_share = objective == Objective::flow ? 0.3 : std::sqrt(1 - static_cast<double>(info.alphas_cumprod[300]));
        std::vector<float> noise(item.latent.mean.size());
        Philox(1, 2, 3, RandomStream::noise).normal(noise.data(), noise.size());
        double worst = 0;
        for (size_t i = 0; i < noise.size(); i++) {
            const double x0 = static_cast<double>(item.latent.mean[i]), e = static_cast<double>(noise[i]);
            const double target = objective == Objective::eps ? e : objective == Objective::v ? latent_share * e - noise_share * x0 : e - x0;
            worst = std::max({worst, std::fabs(static_cast<double>(batch.x[i]) - (latent_share * x0 + noise_share * e)), std::fabs(static_cast<double>(batch.target[i]) - target)});
        }
        check(worst < 1e-6 && near(static_cast<double>(batch.timesteps[0]), item.timestep, 1e-6), name + ": input and target", std::to_string(worst));
    }
}

static void noise() {
    const FamilyInfo info = family(Objective::eps);
    ObjectiveSettings settings;
    TrainItem item = item_of(32, 32, 3);
    item.timestep = 999;
    const TrainBatch plain = make_batch(info, settings, {item}, {1, 2});
    settings.noise_offset = 0.1;
    const TrainBatch offset = make_batch(info, settings, {item}, {1, 2});
    std::vector<double> moved;
    bool constant = true;
    for (size_t c = 0; c < 4; c++) {
        moved.push_back(static_cast<double>(offset.target[c * 1024]) - static_cast<double>(plain.target[c * 1024]));
        for (size_t i = 0; i < 1024; i++) {
            constant = constant && near(static_cast<double>(offset.target[c * 1024 + i]) - static_cast<double>(plain.target[c * 1024 + i]), moved[c], 1e-6);
        }
    }
    check(constant && moved[0] != moved[1] && std::fabs(moved[0]) < 0.5, "a noise offset moves each channel as a whole");

    settings = {};
    settings.input_perturbation = 0.1;
    const TrainBatch perturbed = make_batch(info, settings, {item}, {1, 2});
    std::vector<float> difference;
    for (size_t i = 0; i < plain.x.size(); i++) {
        difference.push_back(perturbed.x[i] - plain.x[i]);
    }
    const double noise_share = std::sqrt(1 - static_cast<double>(info.alphas_cumprod[999]));
    check(perturbed.target == plain.target && near(moments(difference).deviation, 0.1 * noise_share, 0.005), "a perturbation is in the input and not in the target");

    item.noise.assign(item.latent.mean.size(), 0.25f);
    settings.noise_offset = 0.5;
    const TrainBatch given = make_batch(info, settings, {item}, {1, 2});
    check(given.target == item.noise, "given noise is taken as it is");

    item.noise.clear();
    item.latent.deviation.assign(item.latent.mean.size(), 2.f);
    item.timestep = 0;
    settings = {};
    const TrainBatch one = make_batch(info, settings, {item}, {1, 2}), other = make_batch(info, settings, {item}, {1, 3});
    difference.clear();
    for (size_t i = 0; i < one.x.size(); i++) {
        difference.push_back(one.x[i] - item.latent.mean[i]);
    }
    check(near(moments(difference).deviation, 2, 0.1) && one.x != other.x, "a latent is drawn anew from mean and deviation in each step");
}

static void items() {
    const FamilyInfo info = family(Objective::eps);
    const ObjectiveSettings settings;
    TrainItem a = item_of(4, 4, 10), b = item_of(4, 4, 11);
    const TrainBatch both = make_batch(info, settings, {a, b}, {1, 2}), turned = make_batch(info, settings, {b, a}, {1, 2}), alone = make_batch(info, settings, {b}, {1, 2});
    const auto half = static_cast<std::ptrdiff_t>(both.x.size() / 2);
    check(std::equal(both.x.begin() + half, both.x.end(), alone.x.begin()) && std::equal(both.x.begin() + half, both.x.end(), turned.x.begin()) && both.timesteps[1] == alone.timesteps[0],
          "an item's numbers do not depend on its neighbours");
    check(make_batch(info, settings, {b}, {1, 2}).x == alone.x && make_batch(info, settings, {b}, {2, 2}).x != alone.x, "the same seed, the same numbers");
    check(both.dropout_seed != make_batch(info, settings, {a, b}, {1, 3}).dropout_seed, "each step drops something else");
    a.sizes = {64, 32, 1, 2, 64, 48};
    check(make_batch(info, settings, {a}, {1, 2}).sizes == std::vector<SizeCondition>{{64, 32, 1, 2, 64, 48}} && alone.sizes.empty(), "sizes are handed on");
}

static void weights() {
    FamilyInfo eps = family(Objective::eps), v = family(Objective::v), flow = family(Objective::flow);
    ObjectiveSettings settings;
    check(loss_weight(eps, settings, 10) == 1, "without min-SNR each timestep weighs the same");
    settings.min_snr = 5;
    bool right = true;
    for (const size_t t : {size_t{0}, size_t{100}, size_t{400}, size_t{999}}) {
        const double kept = static_cast<double>(eps.alphas_cumprod[t]), snr = kept / (1 - kept), least = std::min(snr, 5.0);
        right = right && near(loss_weight(eps, settings, static_cast<double>(t)), least / snr, 1e-9) && near(loss_weight(v, settings, static_cast<double>(t)), least / (snr + 1), 1e-9);
    }
    check(right, "min-SNR: min(snr, gamma) / snr for eps, / (snr + 1) for v");
    check(loss_weight(eps, settings, 999) == 1 && loss_weight(eps, settings, 0) < 0.01 && loss_weight(flow, settings, 0.5) == 1, "min-SNR caps the clean timesteps of eps and leaves flow alone");

    TrainItem item = item_of(2, 2, 1);
    item.timestep = 0;
    item.weight = 0.5f;
    item.mask = {0, 1, 0.5f, 2};
    const auto w = static_cast<float>(0.5 * loss_weight(eps, settings, 0));
    check(make_batch(eps, settings, {item}, {1, 1}).weight == std::vector<float>{0, w, w * 0.5f, w * 2}, "mask, prior weight and min-SNR multiply");
}

static void averages_and_clipping() {
    std::vector<std::vector<float>> gradients = {{3, 0}, {0, 4}};
    check(near(gradient_norm(gradients, 0.5), 2.5, 1e-12), "the norm is that of all gradients together");
    auto clipped = gradients;
    scale_and_clip(clipped, 0.5, 2.5, 1);
    check(near(gradient_norm(clipped, 1), 1, 1e-5) && clipped[0][1] == 0, "a long gradient is clipped to the limit");
    clipped = gradients;
    scale_and_clip(clipped, 0.5, 2.5, 0);
    check(clipped == std::vector<std::vector<float>>{{1.5f, 0}, {0, 2}}, "without a limit it is only scaled");
    gradients[0][0] = std::nanf("");
    check(!std::isfinite(gradient_norm(gradients, 1)), "the norm of NaN is not finite");

    Ema ema(0.9);
    ema.start({{1.f}});
    ema.update({{2.f}});
    const float first = ema.averages()[0][0];
    check(near(static_cast<double>(first), 1 + (1 - 2.0 / 11), 1e-6), "the first step of an average counts more");
    double expected = static_cast<double>(first);
    for (int n = 2; n <= 200; n++) {
        ema.update({{2.f}});
        expected += (1 - std::min(0.9, (1.0 + n) / (10 + n))) * (2 - expected);
    }
    check(near(static_cast<double>(ema.averages()[0][0]), expected, 1e-5) && near(expected, 2, 1e-3), "an average follows its values");
    Ema off(0);
    off.start({{1.f}});
    off.update({{2.f}});
    check(!off.on() && off.averages().empty(), "decay 0 keeps nothing");
}

int main() {
    random_numbers();
    timesteps();
    targets();
    noise();
    items();
    weights();
    averages_and_clipping();
    return result();
}
