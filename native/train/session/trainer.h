#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/thread/job.h"
#include "train/model/check_gradients.h"
#include "train/model/train_model.h"
#include "train/session/session.h"

namespace ai_artist {

// A model opened for training, its network and its session. Made, used and destroyed on the engine thread; info() may be read anywhere.
class Trainer {
public:
    // Throws every error of TrainModel's constructor.
    explicit Trainer(const TrainModelRequest& request);
    ~Trainer();
    Trainer(const Trainer&) = delete;
    Trainer& operator=(const Trainer&) = delete;

    const FamilyInfo& info() const { return info_; }
    void free();

    // As TrainModel. Each throws ERR_DISPOSED after free().
    std::vector<TextCondition> encode_text(const std::vector<std::string>& captions, int width, int height, const Between& between);
    Latent encode_image(const Image& image);
    void release_encoders();
    PlanResult plan(int64_t width, int64_t height, int64_t batch, Checkpointing checkpointing);

    // Replaces the network and ends the session on the old one.
    std::vector<NetworkModule> create_network(const NetworkRequest& request);

    // Starts a new session on the current network. Throws ERR_INVALID_ARGUMENT without a network.
    void begin(const SessionSettings& settings, Checkpointing checkpointing);

    // As TrainSession. Each throws ERR_INVALID_ARGUMENT without a session.
    StepResult step(const StepRequest& request, const Between& between);
    std::vector<float> evaluate(const EvaluateRequest& request, const Between& between);
    std::vector<float> predict(const TrainBatch& batch, bool ema);
    TrainState state();
    void restore(const TrainState& state);

    // The tensors of the network's file: parameters (or averages) and alphas.
    std::vector<NamedTensor> network(bool ema);

private:
    TrainModel& model() const;
    TrainModel& model_with_network() const;
    TrainSession& session() const;

    std::unique_ptr<TrainModel> model_;
    const FamilyInfo info_;
    bool has_network_ = false;
    std::unique_ptr<TrainSession> session_;  // its learner refers to the model
};

class LoadTrainerJob final : public Job {
public:
    explicit LoadTrainerJob(TrainModelRequest request) : request_(std::move(request)) {}
    void run() override;
    std::shared_ptr<Trainer> trainer;

private:
    TrainModelRequest request_;
};

// One call on a Trainer, with its result. `phase` names its progress.
template <typename Result>
class TrainerJob final : public Job {
public:
    using Work = std::function<Result(Trainer& trainer, const Between& between)>;
    TrainerJob(std::shared_ptr<Trainer> trainer, const char* phase, Work work)
        : trainer_(std::move(trainer)), phase_(phase), work_(std::move(work)) {}

    void run() override {
        result = work_(*trainer_, [this](int done, int total) {
            stop_if_cancelled();
            listener->on_progress({phase_, done, total, 0, 0, 1});
        });
    }

    std::optional<Result> result;

private:
    const std::shared_ptr<Trainer> trainer_;
    const char* const phase_;
    const Work work_;
};

// check_gradients as a job.
class CheckGradientsJob final : public Job {
public:
    explicit CheckGradientsJob(GradientCheckRequest request) : request_(std::move(request)) {}
    void run() override;
    std::vector<GradientReport> reports;

private:
    GradientCheckRequest request_;
};

}  // namespace ai_artist
