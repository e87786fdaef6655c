// A training session over a model of two small parameters whose gradients are computed by hand: accumulation, loss scale, failures, states.
#include "train/session/session.h"

#include <cmath>
#include <limits>

#include "engine/engine_error.h"
#include "support/check.h"

using namespace ai_artist;

namespace {

// output[i] = x[i] * a[i % 4] + b[i % 2]; losses as TrainModel defines them.
class Toy final : public Learner {
public:
    Toy() {
        info_.objective = Objective::flow;
        parameters_.resize(2);
        parameters_[0].name = "a", parameters_[0].shape = {2, 2}, parameters_[0].group = "unet";
        parameters_[1].name = "b", parameters_[1].shape = {2}, parameters_[1].group = "text_encoder";
        values = {{0.5f, -0.5f, 0.25f, 1.f}, {0.f, 0.1f}};
        gradients_ = {std::vector<float>(4), std::vector<float>(2)};
    }

    const FamilyInfo& info() const override { return info_; }
    const std::vector<NetworkTensor>& parameters() const override { return parameters_; }
    void get_value(size_t p, std::vector<float>& out) const override { out = values[p]; }
    void set_value(size_t p, const std::vector<float>& in) override { values[p] = in; }
    void get_gradient(size_t p, std::vector<float>& out) const override { out = gradients_[p]; }

    std::vector<float> predict(const TrainBatch& batch) override {
        std::vector<float> out(batch.x.size());
        for (size_t i = 0; i < out.size(); i++) {
            out[i] = batch.x[i] * values[0][i % 4] + values[1][i % 2];
        }
        return out;
    }

    std::vector<float> losses(const TrainBatch& batch) override {
        const std::vector<float> out = predict(batch);
        const auto n = static_cast<size_t>(batch.size()), per_item = out.size() / n, area = static_cast<size_t>(batch.width * batch.height);
        std::vector<float> losses(n);
        for (size_t i = 0; i < out.size(); i++) {
            const float difference = out[i] - batch.target[i];
            losses[i / per_item] += batch.weight[i / per_item * area + i % area] * difference * difference / static_cast<float>(per_item);
        }
        if (++passes == nan_loss_at) {
            losses[0] = std::nanf("");
        }
        return losses;
    }

    std::vector<float> forward_backward(const TrainBatch& batch, float scale, bool accumulate) override {
        if (fail_at == passes + 1) {
            throw EngineError("ERR_OUT_OF_MEMORY", "no");
        }
        scales.push_back(scale);
        const std::vector<float> out = predict(batch), result = losses(batch);
        const size_t area = static_cast<size_t>(batch.width * batch.height), per_item = out.size() / result.size();
        if (!accumulate) {
            gradients_ = {std::vector<float>(4), std::vector<float>(2)};
        }
        for (size_t i = 0; i < out.size(); i++) {
            const float g = scale * batch.weight[i / per_item * area + i % area] * 2 * (out[i] - batch.target[i]) / static_cast<float>(out.size());
            gradients_[0][i % 4] += limited(g * batch.x[i]);
            gradients_[1][i % 2] += limited(g);
        }
        return result;
    }

    std::vector<std::vector<float>> values;
    std::vector<float> scales;
    int passes = 0;
    int nan_loss_at = 0;
    int fail_at = 0;
    float largest = std::numeric_limits<float>::infinity();  // a gradient beyond it overflows, as in F16

private:
    float limited(float g) const { return std::fabs(g) > largest ? std::numeric_limits<float>::infinity() : g; }

    FamilyInfo info_;
    std::vector<NetworkTensor> parameters_;
    std::vector<std::vector<float>> gradients_;
};

// The session owns its learner; the tests look into it.
struct Run {
    Toy* toy;
    std::unique_ptr<TrainSession> session;
};

Run begin(const SessionSettings& settings) {
    auto toy = std::make_unique<Toy>();
    Toy* raw = toy.get();
    return {raw, std::make_unique<TrainSession>(std::move(toy), settings)};
}

TrainItem item_of(uint32_t id) {
    TrainItem item;
    item.id = id;
    item.latent.width = 4, item.latent.height = 2, item.latent.channels = 2;
    for (size_t i = 0; i < 16; i++) {
        item.latent.mean.push_back(static_cast<float>((i * (id + 3)) % 7) / 4 - 0.75f);
    }
    return item;
}

StepRequest request_of(uint32_t step, const std::vector<std::vector<uint32_t>>& batches) {
    StepRequest request;
    request.learning_rate = request.text_learning_rate = 0.05;
    request.key = {11, step};
    for (const auto& ids : batches) {
        request.batches.emplace_back();
        for (const uint32_t id : ids) {
            request.batches.back().push_back(item_of(id));
        }
    }
    return request;
}

const Between nothing = [](int, int) {};

std::string refusal(const std::function<void()>& act, std::string* message = nullptr) {
    try {
        act();
    } catch (const EngineError& error) {
        if (message != nullptr) {
            *message = error.what();
        }
        return error.code();
    }
    return "none";
}

bool same(const TrainState& a, const TrainState& b) {
    const auto same_tensor = [](const NamedTensor& x, const NamedTensor& y) { return x.name == y.name && x.shape == y.shape && x.values == y.values; };
    return a.optimizer == b.optimizer && a.numbers == b.numbers &&
           std::equal(a.tensors.begin(), a.tensors.end(), b.tensors.begin(), b.tensors.end(), same_tensor);
}

double largest_difference(const Run& a, const Run& b) {
    double worst = 0;
    for (size_t p = 0; p < a.toy->values.size(); p++) {
        for (size_t i = 0; i < a.toy->values[p].size(); i++) {
            worst = std::max(worst, std::fabs(static_cast<double>(a.toy->values[p][i]) - static_cast<double>(b.toy->values[p][i])));
        }
    }
    return worst;
}

void steps() {
    Run run = begin({});
    double first = 0, last = 0;
    StepResult result;
    for (int i = 0; i < 200; i++) {
        StepRequest request = request_of(0, {{1, 2}});
        result = run.session->step(request, nothing);
        (i == 0 ? first : last) = result.loss;
    }
    check(last < 0.8 * first, "steps lower the loss of one batch", std::to_string(first) + " to " + std::to_string(last));
    check(result.losses.size() == 2 && std::fabs((result.losses[0] + result.losses[1]) / 2 - static_cast<float>(result.loss)) < 1e-6f, "the loss is the mean of the items'");
    check(result.loss_scale == 32, "the loss scale is the number of values of a batch", std::to_string(result.loss_scale));

    // Four items at once, and one after the other: the same step, whatever the sizes of the micro-batches.
    Run together = begin({}), apart = begin({});
    std::vector<int> heard;
    const StepResult a = together.session->step(request_of(0, {{1, 2, 3, 4}}), nothing);
    const StepResult b = apart.session->step(request_of(0, {{1, 2, 3}, {4}}), [&](int done, int total) { heard.push_back(done * 10 + total); });
    check(std::fabs(a.loss - b.loss) < 1e-6 && std::fabs(a.gradient_norm - b.gradient_norm) < 1e-6 && largest_difference(together, apart) < 1e-6,
          "accumulation over micro-batches is one batch", std::to_string(largest_difference(together, apart)));
    check(heard == std::vector<int>{2, 12, 22}, "each micro-batch is announced");
    check(a.timesteps == b.timesteps && a.timesteps.size() == 4, "the drawn timesteps are told");

    SessionSettings clipped;
    clipped.optimizer = LionSettings();
    clipped.clip_norm = 0.01;
    check(begin(clipped).session->step(request_of(0, {{1}}), nothing).gradient_norm > 0.01, "the norm is told from before clipping");

    Run resting = begin({});
    StepRequest request = request_of(0, {{1}});
    request.text_learning_rate = 0;
    const auto before = resting.toy->values;
    resting.session->step(request, nothing);
    check(resting.toy->values[0] != before[0] && resting.toy->values[1] == before[1], "text encoders have their own learning rate");
}

void loss_scale() {
    SessionSettings settings;
    settings.loss_scale = 1024;
    Run free = begin(settings), narrow = begin(settings);
    narrow.toy->largest = 30;
    const StepResult expected = free.session->step(request_of(0, {{1}}), nothing), result = narrow.session->step(request_of(0, {{1}}), nothing);
    check(result.loss_scale < 1024 && std::fabs(result.gradient_norm - expected.gradient_norm) < 1e-5, "an overflow halves the scale and repeats the pass",
          std::to_string(result.loss_scale));
    check(largest_difference(free, narrow) < 1e-6, "the step is the same at another scale");
    const size_t passes = narrow.toy->scales.size();
    check(passes > 1 && narrow.toy->scales[0] == 1024 && narrow.toy->scales[1] == 512, "the scale is halved each time");
    narrow.session->step(request_of(1, {{1}}), nothing);
    check(narrow.toy->scales.size() == passes + 1, "the next step begins at the scale that worked");
    narrow.toy->largest = std::numeric_limits<float>::infinity();
    for (uint32_t i = 2; i < 200; i++) {
        narrow.session->step(request_of(i, {{1}}), nothing);
    }
    check(narrow.session->step(request_of(200, {{1}}), nothing).loss_scale == 2 * result.loss_scale, "two hundred steps without overflow double it again");
}

void failures() {
    Run run = begin({});
    run.session->step(request_of(0, {{1}, {2}}), nothing);
    const TrainState before = run.session->state();
    const auto values = run.toy->values;
    const auto untouched = [&] { return same(run.session->state(), before) && run.toy->values == values; };
    std::string message;

    run.toy->nan_loss_at = run.toy->passes + 2;
    check(refusal([&] { run.session->step(request_of(7, {{1}, {2}}), nothing); }, &message) == "ERR_TRAIN_DIVERGED" && untouched() && message.find("step 7: the loss") == 0,
          "a loss that is NaN fails and changes nothing", message);
    run.toy->largest = 0;
    check(refusal([&] { run.session->step(request_of(8, {{1}}), nothing); }, &message) == "ERR_TRAIN_DIVERGED" && untouched() && message.find("step 8: the gradient") == 0,
          "a gradient that overflows at each scale fails and changes nothing", message);
    check(run.toy->scales.size() < 24, "the number of repetitions is limited", std::to_string(run.toy->scales.size()));
    run.toy->largest = std::numeric_limits<float>::infinity();
    run.toy->fail_at = run.toy->passes + 2;
    check(refusal([&] { run.session->step(request_of(9, {{1}, {2}}), nothing); }) == "ERR_OUT_OF_MEMORY" && untouched(), "a failure of the model changes nothing");
    run.toy->fail_at = 0;
    check(refusal([&] { run.session->step(request_of(9, {{1}, {2}}), [](int done, int) { if (done == 2) throw Aborted(); }); }) == "ERR_ABORTED" && untouched(),
          "a cancel after the last micro-batch changes nothing");
    Run other = begin({});
    other.session->restore(before);
    run.session->step(request_of(1, {{1}, {2}}), nothing);
    other.session->step(request_of(1, {{1}, {2}}), nothing);
    check(same(run.session->state(), other.session->state()), "after failures it goes on as if there had been none");

    StepRequest wild = request_of(2, {{1}});
    wild.learning_rate = 1e39;
    check(refusal([&] { run.session->step(wild, nothing); }) == "ERR_TRAIN_DIVERGED", "an update that makes a parameter infinite fails");
    check(refusal([&] { run.session->state(); }) == "ERR_TRAIN_DIVERGED" && refusal([&] { run.session->network(false); }) == "ERR_TRAIN_DIVERGED",
          "and nothing is exported after it");
    run.session->restore(before);
    check(untouched(), "an earlier state makes it sound again");
}

void states() {
    for (const OptimizerSettings& optimizer : {OptimizerSettings(AdamwSettings()), OptimizerSettings(LionSettings()), OptimizerSettings(AdafactorSettings()), OptimizerSettings(ProdigySettings())}) {
        const std::string name = optimizer_name(optimizer);
        SessionSettings settings;
        settings.optimizer = optimizer;
        settings.ema = 0.9;
        Run whole = begin(settings), first = begin(settings), second = begin(settings);
        for (uint32_t i = 0; i < 12; i++) {
            whole.session->step(request_of(i, {{1, i}, {2}}), nothing);
            (i < 5 ? first : second).session->step(request_of(i, {{1, i}, {2}}), nothing);
            if (i == 4) {
                second.session->restore(first.session->state());
            }
        }
        check(same(whole.session->state(), second.session->state()) && whole.toy->values == second.toy->values, "a restored state continues bit by bit: " + name);
    }

    SessionSettings settings;
    settings.ema = 0.9;
    Run run = begin(settings);
    run.session->step(request_of(0, {{1}}), nothing);
    const TrainState good = run.session->state();
    const auto refused = [&](const char* what, const std::function<void(TrainState&)>& damage) {
        TrainState state = good;
        damage(state);
        check(refusal([&] { run.session->restore(state); }) == "ERR_INVALID_ARGUMENT" && same(run.session->state(), good), std::string("refused: a state with ") + what);
    };
    refused("another optimizer", [](TrainState& s) { s.optimizer = "lion"; });
    refused("a tensor missing", [](TrainState& s) { s.tensors.pop_back(); });
    refused("a tensor too many", [](TrainState& s) { s.tensors.push_back({"parameter/c", {1}, {0}}); });
    refused("a tensor too short", [](TrainState& s) { s.tensors[0].values.pop_back(); });
    refused("a value that is NaN", [](TrainState& s) { s.tensors[1].values[0] = std::nanf(""); });
    refused("a number missing", [](TrainState& s) { s.numbers.erase("optimizer/steps"); });
    refused("a number too many", [](TrainState& s) { s.numbers["more"] = 1; });
    refused("a loss scale of 0", [](TrainState& s) { s.numbers["loss_scale/factor"] = 0; });
}

void averages() {
    SessionSettings settings;
    settings.ema = 0.9;
    Run run = begin(settings);
    for (uint32_t i = 0; i < 5; i++) {
        run.session->step(request_of(i, {{1}}), nothing);
    }
    const auto values = run.toy->values;
    EvaluateRequest request;
    request.items = {item_of(1), item_of(2)};
    request.timesteps = {0.2, 0.5, 0.8};
    request.seed = 3;
    const std::vector<float> plain = run.session->evaluate(request, nothing), again = run.session->evaluate(request, nothing);
    check(plain == again && plain.size() == 2, "evaluation gives the same each time");
    std::swap(request.items[0], request.items[1]);
    const std::vector<float> turned = run.session->evaluate(request, nothing);
    check(turned[0] == plain[1] && turned[1] == plain[0], "and does not depend on the order of items");
    request.items[0].weight = 3;
    request.items[0].mask.assign(8, 0.f);
    check(run.session->evaluate(request, nothing) == turned, "or on masks and weights");
    request.ema = true;
    check(run.session->evaluate(request, nothing) != turned && run.toy->values == values, "averages are used and the parameters put back");
    check(refusal([&] { run.session->evaluate(request, [](int done, int) { if (done == 1) throw Aborted(); }); }) == "ERR_ABORTED" && run.toy->values == values,
          "also when it is cancelled");
    check(run.session->network(true)[0].values != values[0] && run.session->network(false)[0].values == values[0], "a network is exported with parameters or averages");
    TrainBatch batch;
    batch.x.assign(16, 1.f);
    check(run.session->predict(batch, true) != run.session->predict(batch, false), "predictions are made with either");
    Run without = begin({});
    check(refusal([&] { without.session->network(true); }) == "ERR_INVALID_ARGUMENT" && refusal([&] { without.session->evaluate(request, nothing); }) == "ERR_INVALID_ARGUMENT",
          "without an average there is none to use");
}

}  // namespace

int main() {
    steps();
    loss_scale();
    failures();
    states();
    averages();
    return result();
}
