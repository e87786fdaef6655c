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
    double loss_scale = 0;  // 0: the number of values the network puts out in the largest micro-batch
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
    double loss_scale = 0;         // that worked
    double step_size = 1;          // what the optimizer multiplied the learning rate with
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

// Called before each micro-batch with how many are done and how many there are; may throw, which ends the work.
using Between = std::function<void(int done, int total)>;

// The steps of one training run. Between its calls the learner's parameters are the session's own.
class TrainSession {
public:
    TrainSession(std::unique_ptr<Learner> learner, const SessionSettings& settings);

    // One optimizer step over all micro-batches. The loss is scaled up for the backward pass, because devices round gradients to F16; the
    // scale is halved and the pass repeated while a gradient overflows. Throws EngineError ERR_TRAIN_DIVERGED when the loss is not finite
    // or no scale helps, and whatever the learner and `between` throw: then parameters, optimizer, average and scale are as before.
    StepResult step(const StepRequest& request, const Between& between);

    // Squared error per item, averaged over the timesteps; noise by (seed, place of the timestep, item).
    std::vector<float> evaluate(const EvaluateRequest& request, const Between& between);

    std::vector<float> predict(const TrainBatch& batch, bool ema);

    // The parameters or their averages.
    std::vector<NamedTensor> network(bool ema) const;

    // All that a continuation needs to be identical bit by bit.
    TrainState state() const;
    // Throws EngineError ERR_INVALID_ARGUMENT if it is not the state of such a session; then nothing has changed.
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
