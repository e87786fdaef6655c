#include "train/session/trainer.h"

#include "engine/engine_error.h"

namespace ai_artist {
namespace {

[[noreturn]] void out_of_order(const char* missing, const char* call) {
    throw EngineError("ERR_INVALID_ARGUMENT", std::string("trainer: expected ") + missing + ", got none. Call " + call + " first");
}

}  // namespace

Trainer::Trainer(const TrainModelRequest& request) : model_(std::make_unique<TrainModel>(request)), info_(model_->info()) {}

Trainer::~Trainer() { free(); }

void Trainer::free() {
    session_.reset();
    model_.reset();
}

TrainModel& Trainer::model() const {
    if (!model_) {
        throw EngineError("ERR_DISPOSED", "The trainer was disposed before this job began");
    }
    return *model_;
}

TrainSession& Trainer::session() const {
    model();
    if (!session_) {
        out_of_order("a session", "begin");
    }
    return *session_;
}

std::vector<TextCondition> Trainer::encode_text(const std::vector<std::string>& captions, int width, int height, const Between& between) {
    std::vector<TextCondition> conditions;
    const auto total = static_cast<int>(captions.size());
    for (int i = 0; i < total; i++) {
        between(i, total);
        std::vector<TextCondition> encoded = model().encode_text({captions[static_cast<size_t>(i)]}, width, height);
        conditions.push_back(std::move(encoded.front()));
    }
    between(total, total);
    return conditions;
}

Latent Trainer::encode_image(const Image& image) { return model().encode_image(image); }

void Trainer::release_encoders() { model().release_encoders(); }

TrainModel& Trainer::model_with_network() const {
    if (!has_network_) {
        model();
        out_of_order("a network", "createNetwork");
    }
    return model();
}

PlanResult Trainer::plan(int64_t width, int64_t height, int64_t batch, Checkpointing checkpointing) {
    return model_with_network().plan(width / info_.latent_factor, height / info_.latent_factor, batch, checkpointing);
}

std::vector<NetworkModule> Trainer::create_network(const NetworkRequest& request) {
    session_.reset();
    has_network_ = false;
    model().create_network(request);
    has_network_ = true;
    return model().modules();
}

void Trainer::begin(const SessionSettings& settings, Checkpointing checkpointing) {
    TrainModel& model = model_with_network();
    session_.reset();
    model.set_checkpointing(checkpointing);
    session_ = std::make_unique<TrainSession>(std::make_unique<ModelLearner>(model), settings);
}

StepResult Trainer::step(const StepRequest& request, const Between& between) { return session().step(request, between); }

std::vector<float> Trainer::evaluate(const EvaluateRequest& request, const Between& between) {
    return session().evaluate(request, between);
}

std::vector<float> Trainer::predict(const TrainBatch& batch, bool ema) { return session().predict(batch, ema); }

TrainState Trainer::state() { return session().state(); }

void Trainer::restore(const TrainState& state) { session().restore(state); }

std::vector<NamedTensor> Trainer::network(bool ema) {
    std::vector<NamedTensor> tensors = session().network(ema);
    for (const auto& [name, alpha] : model().alphas()) {
        tensors.push_back({name, {}, {alpha}});
    }
    return tensors;
}

void LoadTrainerJob::run() {
    listener->on_progress({"load", 0, 0, 0, 0, 1});
    request_.threads = usable_threads(request_.threads);
    try {
        trainer = std::make_shared<Trainer>(request_);
    } catch (const EngineError& error) {
        if (error.code() == "ERR_MODEL_LOAD") {
            fail("ERR_MODEL_LOAD", error.what());  // adds the engine's last error line
        }
        throw;
    }
    stop_if_cancelled();
}

void CheckGradientsJob::run() {
    const size_t families = request_.families.empty() ? RandomNetwork::families().size() : request_.families.size();
    const auto total = static_cast<int>(families);
    int done = 0;
    request_.threads = usable_threads(request_.threads);
    listener->on_progress({"train", done, total, 0, 0, 1});
    reports = check_gradients(request_, [&](const GradientReport&) {
        stop_if_cancelled();
        listener->on_progress({"train", ++done, total, 0, 0, 1});
    });
}

}  // namespace ai_artist
