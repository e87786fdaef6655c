#pragma once

#include <napi.h>

#include "train/model/check_gradients.h"
#include "train/model/train_model.h"
#include "train/session/session.h"

// Requests of lib/engine/addon/trainer-types.ts, every field checked; arrays are copied. JS thread.
namespace ai_artist {

TrainModelRequest read_trainer_request(const Napi::Value& value);

struct CaptionsRequest {
    std::vector<std::string> texts;
    int width = 0;  // pixels
    int height = 0;
};
CaptionsRequest read_captions(const Napi::Value& value, const FamilyInfo& family);

Image read_training_image(const Napi::Value& value, const FamilyInfo& family);

NetworkRequest read_network_request(const Napi::Value& value);

struct PlanRequest {
    int64_t width = 0;  // pixels
    int64_t height = 0;
    int64_t batch = 1;
    Checkpointing checkpointing = Checkpointing::none;
};
PlanRequest read_plan_request(const Napi::Value& value, const FamilyInfo& family);

struct BeginRequest {
    SessionSettings settings;
    Checkpointing checkpointing = Checkpointing::none;
};
BeginRequest read_begin_request(const Napi::Value& value, const FamilyInfo& family);

StepRequest read_step_request(const Napi::Value& value, const FamilyInfo& family);
EvaluateRequest read_evaluate_request(const Napi::Value& value, const FamilyInfo& family);

struct PredictRequest {
    TrainBatch batch;
    bool ema = false;
};
PredictRequest read_predict_request(const Napi::Value& value, const FamilyInfo& family);

TrainState read_train_state(const Napi::Value& value);
GradientCheckRequest read_gradient_check_request(const Napi::Value& value);

}  // namespace ai_artist
