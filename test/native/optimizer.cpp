// The optimizers against their reference implementations (test/fixtures/train/make_optimizer_golden.py), and their states.
#include "train/optimizers/optimizer.h"

#include <cmath>
#include <fstream>
#include <functional>

#include "engine/engine_error.h"
#include "json.hpp"
#include "support/check.h"

using namespace ai_artist;
using nlohmann::json;

using Values = std::vector<std::vector<float>>;

static std::vector<ParameterShape> shapes;

static size_t size_of(const ParameterShape& shape) {
    size_t size = 1;
    for (const int64_t edge : shape) {
        size *= static_cast<size_t>(edge);
    }
    return size;
}

// start() and gradient() of the generator.
static Values make_values(const std::function<double(size_t parameter, size_t i)>& value) {
    Values values;
    for (size_t p = 0; p < shapes.size(); p++) {
        values.emplace_back();
        for (size_t i = 0; i < size_of(shapes[p]); i++) {
            values[p].push_back(static_cast<float>(value(p, i)));
        }
    }
    return values;
}
static Values start() {
    return make_values([](size_t p, size_t i) { return static_cast<double>((i * 7919 + 13 + 31 * p) % 1009) / 1009 - 0.5; });
}
static Values gradient(int step) {
    return make_values([step](size_t p, size_t i) { return (static_cast<double>((i * 37 + static_cast<size_t>(step) * 101 + 17 * p) % 211) / 211 - 0.4) * 0.1; });
}

static OptimizerSettings settings_of(const std::string& kind, const json& in) {
    const auto set = [&](const char* key, auto& out) {
        if (in.contains(key)) {
            out = static_cast<std::remove_reference_t<decltype(out)>>(in[key].get<double>());
        }
    };
    if (kind == "adamw") {
        AdamwSettings s;
        set("beta1", s.beta1), set("beta2", s.beta2), set("epsilon", s.epsilon), set("weight_decay", s.weight_decay);
        return s;
    }
    if (kind == "lion") {
        LionSettings s;
        set("beta1", s.beta1), set("beta2", s.beta2), set("weight_decay", s.weight_decay);
        return s;
    }
    if (kind == "adafactor") {
        AdafactorSettings s;
        set("relative_step", s.relative_step), set("scale_parameter", s.scale_parameter), set("warmup_init", s.warmup_init);
        set("clip_threshold", s.clip_threshold), set("decay_rate", s.decay_rate), set("beta1", s.beta1);
        set("epsilon1", s.epsilon1), set("epsilon2", s.epsilon2), set("weight_decay", s.weight_decay);
        return s;
    }
    ProdigySettings s;
    set("beta1", s.beta1), set("beta2", s.beta2), set("beta3", s.beta3), set("epsilon", s.epsilon), set("weight_decay", s.weight_decay);
    set("decouple", s.decouple), set("bias_correction", s.bias_correction), set("safeguard_warmup", s.safeguard_warmup);
    set("d0", s.d0), set("d_coefficient", s.d_coefficient), set("growth_rate", s.growth_rate);
    return s;
}

static void step(Optimizer& optimizer, Values& values, int number, double rate) {
    const Values gradients = gradient(number);
    std::vector<OptimizerParameter> parameters;
    for (size_t p = 0; p < values.size(); p++) {
        parameters.push_back({values[p].data(), gradients[p].data(), rate});
    }
    optimizer.step(parameters);
}

// Largest difference, relative to the largest value of its parameter.
static double error_of(const Values& values, const json& expected) {
    double worst = 0;
    for (size_t p = 0; p < values.size(); p++) {
        double largest = 0, difference = 0;
        for (size_t i = 0; i < values[p].size(); i++) {
            const double wanted = expected[p][i].get<double>();
            largest    = std::max(largest, std::fabs(wanted));
            difference = std::max(difference, std::fabs(wanted - static_cast<double>(values[p][i])));
        }
        worst = std::max(worst, difference / largest);
    }
    return worst;
}

static void compare(const json& golden_case) {
    const std::string kind  = golden_case["kind"];
    const std::string label = kind + " " + golden_case["settings"].dump();
    const OptimizerSettings settings = settings_of(kind, golden_case["settings"]);
    const std::vector<double> rates  = golden_case["rates"];
    const auto optimizer             = make_optimizer(settings, shapes);
    Values values                    = start();
    double worst                     = 0;
    for (size_t i = 0; i < rates.size(); i++) {
        step(*optimizer, values, static_cast<int>(i), rates[i]);
        const std::string number = std::to_string(i + 1);
        if (golden_case["after"].contains(number)) {
            worst = std::max(worst, error_of(values, golden_case["after"][number]));
        }
    }
    check(worst < 1e-6, "as the reference: " + label, std::to_string(worst * 1e6) + "e-6");
    check(optimizer_name(settings) == kind, "its name: " + label);
    if (golden_case.contains("d")) {
        const double d = golden_case["d"];
        // The way walked so far is the small difference of two F32 numbers; PyTorch itself in F32 is 7e-6 away here.
        check(std::fabs(optimizer->step_size() - d) < 3e-5 * d, "d as the reference: " + label, "relative error " + std::to_string(std::fabs(optimizer->step_size() / d - 1) * 1e6) + "e-6");
    }

    // Ten steps, a state, fifteen steps in another optimizer: the same bits.
    const auto first = make_optimizer(settings, shapes), second = make_optimizer(settings, shapes);
    Values continued = start();
    for (int i = 0; i < 10; i++) {
        step(*first, continued, i, rates[static_cast<size_t>(i)]);
    }
    second->restore(first->state());
    for (int i = 10; i < static_cast<int>(rates.size()); i++) {
        step(*second, continued, i, rates[static_cast<size_t>(i)]);
    }
    check(continued == values, "continues bit by bit: " + label);
}

static std::string refusal(const std::function<void()>& act) {
    try {
        act();
    } catch (const EngineError& error) {
        return error.code();
    }
    return "none";
}

static void states() {
    const auto optimizer = make_optimizer(AdamwSettings(), shapes);
    const OptimizerState good = optimizer->state();
    OptimizerState state = good;
    state.buffers.pop_back();
    check(refusal([&] { optimizer->restore(state); }) == "ERR_INVALID_ARGUMENT", "a state without one of its buffers is refused");
    state = good;
    state.buffers[0].name = "momentum";
    check(refusal([&] { optimizer->restore(state); }) == "ERR_INVALID_ARGUMENT", "a state with another buffer is refused");
    state = good;
    state.buffers[1].of_parameter[2].push_back(0.f);
    check(refusal([&] { optimizer->restore(state); }) == "ERR_INVALID_ARGUMENT", "a state of other sizes is refused");
    state = good;
    state.numbers.clear();
    check(refusal([&] { optimizer->restore(state); }) == "ERR_INVALID_ARGUMENT", "a state without its numbers is refused");
    check(refusal([&] { optimizer->restore(good); }) == "none", "its own state is taken");
}

// A group that rests has learning rate 0; other rates than the common one make no sense to Prodigy.
static void rates_of_prodigy() {
    const auto prodigy = make_optimizer(ProdigySettings(), shapes);
    Values values = start();
    const Values gradients = gradient(0);
    const auto run = [&](std::vector<double> rates) {
        std::vector<OptimizerParameter> parameters;
        for (size_t p = 0; p < values.size(); p++) {
            parameters.push_back({values[p].data(), gradients[p].data(), rates[p]});
        }
        prodigy->step(parameters);
    };
    check(refusal([&] { run({1, 0.5, 1}); }) == "ERR_INVALID_ARGUMENT" && values == start(), "Prodigy refuses two learning rates and has changed nothing");
    check(refusal([&] { run({1, 0, 1}); }) == "none" && values[1] == start()[1] && values[0] != start()[0], "Prodigy lets a parameter rest");
    const auto resting = make_optimizer(ProdigySettings(), shapes);
    Values before = values;
    std::vector<OptimizerParameter> parameters;
    for (size_t p = 0; p < values.size(); p++) {
        parameters.push_back({values[p].data(), gradients[p].data(), 0.0});
    }
    resting->step(parameters);
    check(values == before && resting->step_size() == 1e-6, "Prodigy does nothing at learning rate 0, as at the start of a warm-up");
}

int main() {
    std::ifstream file(repository("test/fixtures/train/optimizers.json"));
    const json golden = json::parse(file);
    for (const json& shape : golden["shapes"]) {
        shapes.push_back(shape.get<ParameterShape>());
    }
    for (const json& golden_case : golden["cases"]) {
        compare(golden_case);
    }
    states();
    rates_of_prodigy();
    return result();
}
