#include "binding/objects/trainer.h"

#include "binding/objects/trainer_to_js.h"
#include "binding/requests/arguments.h"
#include "binding/requests/read_trainer_request.h"

namespace ai_artist {
namespace {

// Result of work without a result.
struct Done {};

Napi::Value done_to_js(Napi::Env env, const Done&) { return env.Undefined(); }

bool read_ema(const Napi::Value& value) {
    const Arguments in(value, "request");
    bool ema = false;
    in.optional_bool("ema", ema);
    return ema;
}

}  // namespace

Napi::Function TrainerObject::define(Napi::Env env) {
    return DefineClass(
        env, "NativeTrainer",
        {InstanceMethod<&TrainerObject::get_info>("info"), InstanceMethod<&TrainerObject::encode_texts>("encodeTexts"),
         InstanceMethod<&TrainerObject::encode_image>("encodeImage"), InstanceMethod<&TrainerObject::release_encoders>("releaseEncoders"),
         InstanceMethod<&TrainerObject::create_network>("createNetwork"), InstanceMethod<&TrainerObject::plan>("plan"),
         InstanceMethod<&TrainerObject::begin>("begin"), InstanceMethod<&TrainerObject::step>("step"),
         InstanceMethod<&TrainerObject::evaluate>("evaluate"), InstanceMethod<&TrainerObject::predict>("predict"),
         InstanceMethod<&TrainerObject::export_network>("exportNetwork"), InstanceMethod<&TrainerObject::export_state>("exportState"),
         InstanceMethod<&TrainerObject::import_state>("importState"), InstanceMethod("dispose", &TrainerObject::dispose)});
}

Napi::Value TrainerObject::load(const Napi::CallbackInfo& info) {
    const auto job = std::make_shared<LoadTrainerJob>(read_trainer_request(info[0]));
    return Task::start(info.Env(), job, info[1],
                       [job](Napi::Env env) { return wrap(env, Environment::of(env).trainer_class, std::move(job->trainer)); });
}

Napi::Value TrainerObject::check_gradients(const Napi::CallbackInfo& info) {
    const auto job = std::make_shared<CheckGradientsJob>(read_gradient_check_request(info[0]));
    return Task::start(info.Env(), job, info[1], [job](Napi::Env env) { return reports_to_js(env, job->reports); });
}

TrainerObject::TrainerObject(const Napi::CallbackInfo& info)
    : EngineObject(info, "NativeTrainer: use loadTrainer()", "The trainer was disposed") {}

template <typename Work, typename ToJs>
Napi::Value TrainerObject::start(const Napi::CallbackInfo& info, Napi::Value listener, const char* phase, Work work, ToJs to_js) {
    using Result = decltype(work(std::declval<Trainer&>(), std::declval<const Between&>()));
    const auto job = std::make_shared<TrainerJob<Result>>(live(info.Env()), phase, std::move(work));
    return Task::start(info.Env(), job, listener, [job, to_js](Napi::Env env) { return to_js(env, *job->result); });
}

Napi::Value TrainerObject::get_info(const Napi::CallbackInfo& info) { return family_to_js(info.Env(), live(info.Env())->info()); }

Napi::Value TrainerObject::encode_texts(const Napi::CallbackInfo& info) {
    CaptionsRequest request = read_captions(info[0], live(info.Env())->info());
    return start(
        info, info[1], "encode",
        [request = std::move(request)](Trainer& trainer, const Between& between) {
            return trainer.encode_text(request.texts, request.width, request.height, between);
        },
        texts_to_js);
}

Napi::Value TrainerObject::encode_image(const Napi::CallbackInfo& info) {
    Image image = read_training_image(info[0], live(info.Env())->info());
    return start(
        info, info[1], "encode-image", [image = std::move(image)](Trainer& trainer, const Between&) { return trainer.encode_image(image); },
        latent_to_js);
}

Napi::Value TrainerObject::release_encoders(const Napi::CallbackInfo& info) {
    return start(
        info, info.Env().Undefined(), "train",
        [](Trainer& trainer, const Between&) {
            trainer.release_encoders();
            return Done();
        },
        done_to_js);
}

Napi::Value TrainerObject::create_network(const Napi::CallbackInfo& info) {
    NetworkRequest request = read_network_request(info[0]);
    return start(
        info, info[1], "train",
        [request = std::move(request)](Trainer& trainer, const Between&) { return trainer.create_network(request); }, modules_to_js);
}

Napi::Value TrainerObject::plan(const Napi::CallbackInfo& info) {
    PlanRequest request = read_plan_request(info[0], live(info.Env())->info());
    return start(
        info, info[1], "train",
        [request = std::move(request)](Trainer& trainer, const Between&) {
            return trainer.plan(request.width, request.height, request.batch, request.checkpointing);
        },
        plan_to_js);
}

Napi::Value TrainerObject::begin(const Napi::CallbackInfo& info) {
    BeginRequest request = read_begin_request(info[0], live(info.Env())->info());
    return start(
        info, info.Env().Undefined(), "train",
        [request = std::move(request)](Trainer& trainer, const Between&) {
            trainer.begin(request.settings, request.checkpointing);
            return Done();
        },
        done_to_js);
}

Napi::Value TrainerObject::step(const Napi::CallbackInfo& info) {
    StepRequest request = read_step_request(info[0], live(info.Env())->info());
    return start(
        info, info[1], "train",
        [request = std::move(request)](Trainer& trainer, const Between& between) { return trainer.step(request, between); }, step_to_js);
}

Napi::Value TrainerObject::evaluate(const Napi::CallbackInfo& info) {
    EvaluateRequest request = read_evaluate_request(info[0], live(info.Env())->info());
    return start(
        info, info[1], "train",
        [request = std::move(request)](Trainer& trainer, const Between& between) { return trainer.evaluate(request, between); },
        floats_to_js);
}

Napi::Value TrainerObject::predict(const Napi::CallbackInfo& info) {
    PredictRequest request = read_predict_request(info[0], live(info.Env())->info());
    return start(
        info, info[1], "train",
        [request = std::move(request)](Trainer& trainer, const Between&) { return trainer.predict(request.batch, request.ema); },
        floats_to_js);
}

Napi::Value TrainerObject::export_network(const Napi::CallbackInfo& info) {
    const bool ema = read_ema(info[0]);
    return start(
        info, info.Env().Undefined(), "train", [ema](Trainer& trainer, const Between&) { return trainer.network(ema); }, tensors_to_js);
}

Napi::Value TrainerObject::export_state(const Napi::CallbackInfo& info) {
    return start(info, info.Env().Undefined(), "train", [](Trainer& trainer, const Between&) { return trainer.state(); }, state_to_js);
}

Napi::Value TrainerObject::import_state(const Napi::CallbackInfo& info) {
    TrainState state = read_train_state(info[0]);
    return start(
        info, info.Env().Undefined(), "train",
        [state = std::move(state)](Trainer& trainer, const Between&) {
            trainer.restore(state);
            return Done();
        },
        done_to_js);
}

}  // namespace ai_artist
