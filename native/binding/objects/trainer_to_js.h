#pragma once

#include <napi.h>

#include "train/model/check_gradients.h"
#include "train/model/train_model.h"
#include "train/session/session.h"

// Turns results of training into the types of lib/engine/addon/trainer-types.ts. JS thread.
namespace ai_artist {

Napi::Value floats_to_js(Napi::Env env, const std::vector<float>& values);
Napi::Value family_to_js(Napi::Env env, const FamilyInfo& family);
Napi::Value texts_to_js(Napi::Env env, const std::vector<TextCondition>& texts);
Napi::Value latent_to_js(Napi::Env env, const Latent& latent);
Napi::Value modules_to_js(Napi::Env env, const std::vector<NetworkModule>& modules);
Napi::Value plan_to_js(Napi::Env env, const PlanResult& plan);
Napi::Value step_to_js(Napi::Env env, const StepResult& step);
Napi::Value tensors_to_js(Napi::Env env, const std::vector<NamedTensor>& tensors);
Napi::Value state_to_js(Napi::Env env, const TrainState& state);
Napi::Value reports_to_js(Napi::Env env, const std::vector<GradientReport>& reports);

}  // namespace ai_artist
