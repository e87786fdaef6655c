#include "train/optimizers/optimizer.h"

#include <algorithm>
#include <iterator>

#include "engine/engine_error.h"

namespace ai_artist {
namespace {

bool same_layout(const OptimizerState& a, const OptimizerState& b) {
    const auto same_sizes = [](const std::vector<float>& x, const std::vector<float>& y) { return x.size() == y.size(); };
    const auto same_buffers = [&](const OptimizerState::Buffer& x, const OptimizerState::Buffer& y) {
        return x.name == y.name &&
               std::equal(x.of_parameter.begin(), x.of_parameter.end(), y.of_parameter.begin(), y.of_parameter.end(), same_sizes);
    };
    const auto same_names = [](const auto& x, const auto& y) { return x.first == y.first; };
    return std::equal(a.buffers.begin(), a.buffers.end(), b.buffers.begin(), b.buffers.end(), same_buffers) &&
           std::equal(a.numbers.begin(), a.numbers.end(), b.numbers.begin(), b.numbers.end(), same_names);
}

}  // namespace

const char* optimizer_name(const OptimizerSettings& settings) {
    static constexpr const char* names[] = {"adamw", "lion", "adafactor", "prodigy"};
    static_assert(std::variant_size_v<OptimizerSettings> == std::size(names), "a name per optimizer");
    return names[settings.index()];
}

Optimizer::Optimizer(const std::vector<ParameterShape>& shapes) {
    for (const ParameterShape& shape : shapes) {
        size_t size = 1;
        for (const int64_t edge : shape) {
            size *= static_cast<size_t>(edge);
        }
        sizes_.push_back(size);
    }
}

size_t Optimizer::add_buffer(const char* name, const std::vector<size_t>& sizes) {
    OptimizerState::Buffer buffer{name, {}};
    for (const size_t size : sizes) {
        buffer.of_parameter.emplace_back(size, 0.f);
    }
    state_.buffers.push_back(std::move(buffer));
    return state_.buffers.size() - 1;
}

void Optimizer::restore(OptimizerState state) {
    if (!same_layout(state, state_)) {
        throw EngineError("ERR_INVALID_ARGUMENT", "state: expected the buffers of this optimizer and network, got others");
    }
    state_ = std::move(state);
}

std::unique_ptr<Optimizer> make_optimizer(const OptimizerSettings& settings, const std::vector<ParameterShape>& shapes) {
    struct Make {
        const std::vector<ParameterShape>& shapes;
        std::unique_ptr<Optimizer> operator()(const AdamwSettings& adamw) const { return make_adamw(adamw, shapes); }
        std::unique_ptr<Optimizer> operator()(const LionSettings& lion) const { return make_lion(lion, shapes); }
        std::unique_ptr<Optimizer> operator()(const AdafactorSettings& adafactor) const { return make_adafactor(adafactor, shapes); }
        std::unique_ptr<Optimizer> operator()(const ProdigySettings& prodigy) const { return make_prodigy(prodigy, shapes); }
    };
    return std::visit(Make{shapes}, settings);
}

}  // namespace ai_artist
