#pragma once

#include <vector>

#include "train/model/train_model.h"

namespace ai_artist {

// The interface of a model to a session: named parameters and their gradients. Values and gradients are F32, one per element.
class Learner {
public:
    virtual ~Learner() = default;

    virtual const FamilyInfo& info() const = 0;
    virtual const std::vector<NetworkTensor>& parameters() const = 0;

    virtual void get_value(size_t parameter, std::vector<float>& out) const = 0;
    virtual void set_value(size_t parameter, const std::vector<float>& values) = 0;
    virtual void get_gradient(size_t parameter, std::vector<float>& out) const = 0;

    // As TrainModel.
    virtual std::vector<float> forward_backward(const TrainBatch& batch, float loss_scale, bool accumulate) = 0;
    virtual std::vector<float> losses(const TrainBatch& batch) = 0;
    virtual std::vector<float> predict(const TrainBatch& batch) = 0;
};

// A model's network. Values and gradients are on the model's device.
class ModelLearner final : public Learner {
public:
    explicit ModelLearner(TrainModel& model) : model_(model) {}

    const FamilyInfo& info() const override { return model_.info(); }
    const std::vector<NetworkTensor>& parameters() const override { return model_.parameters(); }
    void get_value(size_t parameter, std::vector<float>& out) const override;
    void set_value(size_t parameter, const std::vector<float>& values) override;
    void get_gradient(size_t parameter, std::vector<float>& out) const override;
    std::vector<float> forward_backward(const TrainBatch& batch, float loss_scale, bool accumulate) override {
        return model_.forward_backward(batch, loss_scale, accumulate);
    }
    std::vector<float> losses(const TrainBatch& batch) override { return model_.losses(batch); }
    std::vector<float> predict(const TrainBatch& batch) override { return model_.predict(batch); }

private:
    TrainModel& model_;
};

}  // namespace ai_artist
