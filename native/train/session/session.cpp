#include "train/session/session.h"

#include <algorithm>
#include <cmath>

#include "engine/engine_error.h"
#include "train/optimizers/gradient_clip.h"

namespace ai_artist {
namespace {

// The squares of a gradient of this norm overflow F32, so it counts as infinite.
constexpr double largest_norm = 1e18;
constexpr int max_halvings = 12;
// After this many steps without overflow, a scale that was halved is doubled again.
constexpr double steps_before_doubling = 200;

constexpr const char* scale_factor_name = "loss_scale/factor";
constexpr const char* scale_steps_name = "loss_scale/steps";
constexpr const char* ema_updates_name = "ema/updates";

[[noreturn]] void diverged(const std::string& what) {
    throw EngineError("ERR_TRAIN_DIVERGED",
                      what +
                          ". Lower the learning rate, or continue from an earlier checkpoint; if it happens in the first steps, look for a "
                          "damaged picture or load the model with weightType f32");
}

[[noreturn]] void refuse_state(const std::string& expected, const std::string& got) {
    throw EngineError("ERR_INVALID_ARGUMENT",
                      "state: expected " + expected + ", got " + got + ". It belongs to another network or other settings");
}

bool all_finite(const std::vector<float>& values) {
    return std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); });
}

std::vector<ParameterShape> shapes_of(const Learner& learner) {
    std::vector<ParameterShape> shapes;
    for (const NetworkTensor& parameter : learner.parameters()) {
        shapes.push_back(parameter.shape);
    }
    return shapes;
}

std::vector<std::vector<float>> values_of(const Learner& learner) {
    std::vector<std::vector<float>> values(learner.parameters().size());
    for (size_t p = 0; p < values.size(); p++) {
        learner.get_value(p, values[p]);
    }
    return values;
}

// Takes tensors out of a state by name and checks them.
class StateReader {
public:
    explicit StateReader(const TrainState& state) : numbers_(state.numbers) {
        for (const NamedTensor& tensor : state.tensors) {
            tensors_[tensor.name] = &tensor;
        }
    }

    std::vector<float> take(const std::string& name, size_t size) {
        if (size == 0) {
            return {};
        }
        const auto found = tensors_.find(name);
        if (found == tensors_.end()) {
            refuse_state("a tensor " + name, "none");
        }
        const std::vector<float>& values = found->second->values;
        if (values.size() != size) {
            refuse_state(std::to_string(size) + " values in " + name, std::to_string(values.size()));
        }
        if (!all_finite(values)) {
            refuse_state("finite values in " + name, "some that are not");
        }
        tensors_.erase(found);
        return values;
    }

    double take_number(const std::string& name) {
        const auto found = numbers_.find(name);
        if (found == numbers_.end() || !std::isfinite(found->second)) {
            refuse_state("a finite number " + name, found == numbers_.end() ? "none" : std::to_string(found->second));
        }
        const double value = found->second;
        numbers_.erase(found);
        return value;
    }

    void expect_nothing_left() const {
        if (!tensors_.empty()) {
            refuse_state("no tensor " + tensors_.begin()->first, "one");
        }
        if (!numbers_.empty()) {
            refuse_state("no number " + numbers_.begin()->first, "one");
        }
    }

private:
    std::map<std::string, const NamedTensor*> tensors_;
    std::map<std::string, double> numbers_;
};

}  // namespace

// Results of one pass over all micro-batches.
struct TrainSession::Pass {
    double loss = 0;
    std::vector<float> losses;
    double gradient_norm = 0;
};

// While this object lives, the learner has the averages in place of the parameters.
class TrainSession::Averaged {
public:
    Averaged(TrainSession& session, bool wanted) : session_(session), wanted_(wanted) {
        if (wanted_) {
            session_.check_average();
            session_.upload(session_.ema_.averages());
        }
    }
    ~Averaged() {
        if (wanted_) {
            session_.upload(session_.values_);
        }
    }
    Averaged(const Averaged&) = delete;
    Averaged& operator=(const Averaged&) = delete;

private:
    TrainSession& session_;
    const bool wanted_;
};

TrainSession::TrainSession(std::unique_ptr<Learner> learner, const SessionSettings& settings)
    : learner_(std::move(learner)),
      settings_(settings),
      optimizer_(make_optimizer(settings.optimizer, shapes_of(*learner_))),
      ema_(settings.ema),
      values_(values_of(*learner_)),
      gradients_(values_.size()) {
    ema_.start(values_);
}

double TrainSession::base_scale(const std::vector<TrainBatch>& batches) const {
    if (settings_.loss_scale > 0) {
        return settings_.loss_scale;
    }
    // The derivative of a mean over n values is about 1/n, which F16 would round to zero.
    size_t largest = 1;
    for (const TrainBatch& batch : batches) {
        largest = std::max(largest, batch.target.size());
    }
    return static_cast<double>(largest);
}

TrainSession::Pass TrainSession::forward_backward(const std::vector<TrainBatch>& batches, double scale, const Between& between) {
    int64_t items = 0;
    for (const TrainBatch& batch : batches) {
        items += batch.size();
    }
    Pass pass;
    const auto total = static_cast<int>(batches.size());
    for (int b = 0; b < total; b++) {
        between(b, total);
        const TrainBatch& batch = batches[static_cast<size_t>(b)];
        const double share = static_cast<double>(batch.size()) / static_cast<double>(items);
        const std::vector<float> losses = learner_->forward_backward(batch, static_cast<float>(scale * share), b > 0);
        for (const float loss : losses) {
            pass.loss += static_cast<double>(loss) / static_cast<double>(items);
        }
        pass.losses.insert(pass.losses.end(), losses.begin(), losses.end());
    }
    between(total, total);
    for (size_t p = 0; p < gradients_.size(); p++) {
        learner_->get_gradient(p, gradients_[p]);
    }
    pass.gradient_norm = gradient_norm(gradients_, 1 / scale);
    return pass;
}

StepResult TrainSession::step(const StepRequest& request, const Between& between) {
    check_sound();
    StepResult result;
    std::vector<TrainBatch> batches;
    for (const std::vector<TrainItem>& items : request.batches) {
        batches.push_back(make_batch(learner_->info(), settings_.objective, items, request.key));
        const std::vector<float>& timesteps = batches.back().timesteps;
        result.timesteps.insert(result.timesteps.end(), timesteps.begin(), timesteps.end());
    }
    const double base = base_scale(batches);
    double factor = scale_factor_;
    Pass pass;
    for (int halvings = 0;; halvings++) {
        pass = forward_backward(batches, base * factor, between);
        if (!std::isfinite(pass.loss)) {
            diverged("step " + std::to_string(request.key.step) + ": the loss is not finite");
        }
        if (std::isfinite(pass.gradient_norm) && pass.gradient_norm < largest_norm) {
            break;
        }
        if (halvings == max_halvings) {
            diverged("step " + std::to_string(request.key.step) + ": the gradient is not finite at any loss scale down to " +
                     std::to_string(base * factor));
        }
        factor /= 2;
    }
    scale_and_clip(gradients_, 1 / (base * factor), pass.gradient_norm, settings_.clip_norm);

    std::vector<OptimizerParameter> parameters;
    for (size_t p = 0; p < values_.size(); p++) {
        const bool text = learner_->parameters()[p].group == "text_encoder";
        parameters.push_back({values_[p].data(), gradients_[p].data(), text ? request.text_learning_rate : request.learning_rate});
    }
    optimizer_->step(parameters);
    sound_ = std::all_of(values_.begin(), values_.end(), all_finite);
    check_sound();
    upload(values_);
    ema_.update(values_);
    steps_at_factor_ = factor == scale_factor_ ? steps_at_factor_ + 1 : 1;
    scale_factor_ = factor;
    if (scale_factor_ < 1 && steps_at_factor_ >= steps_before_doubling) {
        scale_factor_ *= 2;
        steps_at_factor_ = 0;
    }
    result.loss = pass.loss;
    result.losses = std::move(pass.losses);
    result.gradient_norm = pass.gradient_norm;
    result.loss_scale = base * factor;
    result.step_size = optimizer_->step_size();
    return result;
}

std::vector<float> TrainSession::evaluate(const EvaluateRequest& request, const Between& between) {
    const Averaged averaged(*this, request.ema);
    const auto total = static_cast<int>(request.timesteps.size());
    std::vector<double> sums(request.items.size(), 0.0);
    for (int t = 0; t < total; t++) {
        between(t, total);
        std::vector<TrainItem> items = request.items;
        for (TrainItem& item : items) {
            item.timestep = request.timesteps[static_cast<size_t>(t)];
            item.weight = 1;
            item.mask.clear();
        }
        const TrainBatch batch = make_batch(learner_->info(), ObjectiveSettings(), items, {request.seed, static_cast<uint32_t>(t)});
        const std::vector<float> losses = learner_->losses(batch);
        for (size_t i = 0; i < sums.size(); i++) {
            sums[i] += losses[i];
        }
    }
    between(total, total);
    std::vector<float> means;
    for (const double sum : sums) {
        means.push_back(static_cast<float>(sum / total));
    }
    return means;
}

std::vector<float> TrainSession::predict(const TrainBatch& batch, bool ema) {
    const Averaged averaged(*this, ema);
    return learner_->predict(batch);
}

void TrainSession::upload(const std::vector<std::vector<float>>& values) {
    for (size_t p = 0; p < values.size(); p++) {
        learner_->set_value(p, values[p]);
    }
}

void TrainSession::check_sound() const {
    if (!sound_) {
        diverged("The last step made a parameter infinite or not a number, and this session cannot go on");
    }
}

void TrainSession::check_average() const {
    if (!ema_.on()) {
        throw EngineError("ERR_INVALID_ARGUMENT",
                          "ema: expected false, since this session keeps no average, got true. Begin it with an ema decay");
    }
}

std::vector<NamedTensor> TrainSession::network(bool ema) const {
    check_sound();
    if (ema) {
        check_average();
    }
    const std::vector<std::vector<float>>& values = ema ? ema_.averages() : values_;
    std::vector<NamedTensor> tensors;
    for (size_t p = 0; p < values.size(); p++) {
        const NetworkTensor& parameter = learner_->parameters()[p];
        tensors.push_back({parameter.name, parameter.shape, values[p]});
        if (parameter.file_scale != 1.f) {
            for (float& value : tensors.back().values) {
                value *= parameter.file_scale;
            }
        }
    }
    return tensors;
}

TrainState TrainSession::state() const {
    check_sound();
    TrainState state;
    state.optimizer = optimizer_name(settings_.optimizer);
    const std::vector<NetworkTensor>& parameters = learner_->parameters();
    for (size_t p = 0; p < parameters.size(); p++) {
        const auto add = [&](const std::string& prefix, const std::vector<float>& values) {
            if (!values.empty()) {
                const auto count = static_cast<int64_t>(values.size());
                state.tensors.push_back({prefix + parameters[p].name,
                                         values.size() == values_[p].size() ? parameters[p].shape : std::vector<int64_t>{count}, values});
            }
        };
        add("parameter/", values_[p]);
        for (const OptimizerState::Buffer& buffer : optimizer_->state().buffers) {
            add("optimizer/" + buffer.name + "/", buffer.of_parameter[p]);
        }
        if (ema_.on()) {
            add("ema/", ema_.averages()[p]);
        }
    }
    for (const auto& [name, value] : optimizer_->state().numbers) {
        state.numbers["optimizer/" + name] = value;
    }
    if (ema_.on()) {
        state.numbers[ema_updates_name] = ema_.updates();
    }
    state.numbers[scale_factor_name] = scale_factor_;
    state.numbers[scale_steps_name] = steps_at_factor_;
    return state;
}

void TrainSession::restore(const TrainState& state) {
    if (state.optimizer != optimizer_name(settings_.optimizer)) {
        refuse_state(std::string("the optimizer ") + optimizer_name(settings_.optimizer), state.optimizer);
    }
    StateReader reader(state);
    std::vector<std::vector<float>> values, averages;
    OptimizerState optimizer = optimizer_->state();
    for (size_t p = 0; p < values_.size(); p++) {
        const std::string& name = learner_->parameters()[p].name;
        values.push_back(reader.take("parameter/" + name, values_[p].size()));
        for (OptimizerState::Buffer& buffer : optimizer.buffers) {
            buffer.of_parameter[p] = reader.take("optimizer/" + buffer.name + "/" + name, buffer.of_parameter[p].size());
        }
        if (ema_.on()) {
            averages.push_back(reader.take("ema/" + name, values_[p].size()));
        }
    }
    for (auto& [name, value] : optimizer.numbers) {
        value = reader.take_number("optimizer/" + name);
    }
    const double updates = ema_.on() ? reader.take_number(ema_updates_name) : 0;
    const double factor = reader.take_number(scale_factor_name);
    const double steps = reader.take_number(scale_steps_name);
    if (!(factor > 0 && factor <= 1)) {
        refuse_state(std::string(scale_factor_name) + " above 0 and up to 1", std::to_string(factor));
    }
    reader.expect_nothing_left();

    optimizer_->restore(std::move(optimizer));
    ema_.restore(std::move(averages), updates);
    values_ = std::move(values);
    scale_factor_ = factor;
    steps_at_factor_ = steps;
    sound_ = true;
    upload(values_);
}

}  // namespace ai_artist
