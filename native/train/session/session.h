#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "train/optimizers/ema.h"
#include "train/optimizers/optimizer.h"
#include "train/session/learner.h"
#include "train/session/objective.h"

namespace ai_artist {

struct SessionSettings {
    OptimizerSettings optimizer;
    ObjectiveSettings objective;
    double ema = 0;         // decay per step; 0: no average is kept
    double clip_norm = 1;   // of all gradients together; 0: no limit
    double loss_scale = 0;  // 0: the number of the network's output values in the largest micro-batch
};

struct StepRequest {
    std::vector<std::vector<TrainItem>> batches;  // micro-batches: items of one size each
    double learning_rate = 0;
    double text_learning_rate = 0;
    DrawKey key;
};

struct StepResult {
    double loss = 0;               // mean over the items
    std::vector<float> losses;     // per item, in order
    std::vector<float> timesteps;  // per item
    double gradient_norm = 0;      // before clipping
    double loss_scale = 0;         // the one without overflow
    double step_size = 1;          // the optimizer's factor on the learning rate
};

struct EvaluateRequest {
    std::vector<TrainItem> items;
    std::vector<double> timesteps;
    uint64_t seed = 0;
    bool ema = false;
};

struct NamedTensor {
    std::string name;
    std::vector<int64_t> shape;  // slowest dimension first
    std::vector<float> values;
};

struct TrainState {
    std::string optimizer;
    std::vector<NamedTensor> tensors;
    std::map<std::string, double> numbers;
};

// Called before each micro-batch with the numbers of done and of all micro-batches. May throw to end the work.
using Between = std::function<void(int done, int total)>;

// The steps of one training run. Only the session may change the learner's parameters.
class TrainSession {
public:
    TrainSession(std::unique_ptr<Learner> learner, const SessionSettings& settings);

    // One optimizer step over all micro-batches. The loss is scaled up for the backward pass, because devices round gradients to F16. While
    // a gradient overflows, the scale is halved and the pass repeated. Throws EngineError ERR_TRAIN_DIVERGED if the loss is not finite or
    // every scale overflows, and every error of the learner and `between`. After an error, parameters, optimizer, average and scale are
    // unchanged.
    StepResult step(const StepRequest& request, const Between& between);

    // Squared error per item, averaged over the timesteps. The noise depends on (seed, index of the timestep, item).
    std::vector<float> evaluate(const EvaluateRequest& request, const Between& between);

    std::vector<float> predict(const TrainBatch& batch, bool ema);

    // The parameters or their averages.
    std::vector<NamedTensor> network(bool ema) const;

    // Everything needed to continue with bit-identical results.
    TrainState state() const;
    // Throws EngineError ERR_INVALID_ARGUMENT, and changes nothing, if the state belongs to another kind of session.
    void restore(const TrainState& state);

private:
    class Averaged;
    struct Pass;

    Pass forward_backward(const std::vector<TrainBatch>& batches, double scale, const Between& between);
    void check_sound() const;
    void check_average() const;
    void upload(const std::vector<std::vector<float>>& values);
    double base_scale(const std::vector<TrainBatch>& batches) const;

    const std::unique_ptr<Learner> learner_;
    const SessionSettings settings_;
    const std::unique_ptr<Optimizer> optimizer_;
    Ema ema_;
    std::vector<std::vector<float>> values_;     // the parameters; the learner has copies
    std::vector<std::vector<float>> gradients_;  // of the last pass
    double scale_factor_ = 1;                    // of the loss scale, a power of two up to 1
    double steps_at_factor_ = 0;
    bool sound_ = true;  // false once an update made a parameter infinite or NaN
};

}  // namespace ai_artist
