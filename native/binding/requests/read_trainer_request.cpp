#include "binding/requests/read_trainer_request.h"

#include <limits>

#include "binding/requests/arguments.h"
#include "binding/requests/read_train_items.h"
#include "engine/jobs/model.h"

namespace ai_artist {
namespace {

constexpr size_t max_path_bytes = 4096;
constexpr size_t max_rules_bytes = 65536;
constexpr size_t max_patterns = 4096;
constexpr size_t max_tensors = 1 << 20;
constexpr size_t max_captions = 65536;
constexpr size_t max_micro_batches = 4096;
constexpr size_t max_timesteps = 1000;
// A schedule takes the learning rate down to 0.
constexpr Bounds learning_rate{0, bounds::train::learning_rate.max};
constexpr Bounds text_learning_rate{0, bounds::train::text_learning_rate.max};

namespace network = bounds::train::network;
namespace noise = bounds::train::noise;
namespace optimizer = bounds::train::optimizer;

Checkpointing read_checkpointing(const Arguments& in) {
    static const std::vector<const char*> names = {"none", "blocks", "fine"};
    static constexpr Checkpointing values[] = {Checkpointing::none, Checkpointing::blocks, Checkpointing::fine};
    return values[in.choice("checkpointing", names, 0)];
}

int read_edge(const Arguments& in, const char* key, const FamilyInfo& family) {
    const int edge = in.integer(key, family.size_multiple, max_edge);
    if (edge % family.size_multiple != 0) {
        in.fail(key, "a multiple of " + std::to_string(family.size_multiple), std::to_string(edge));
    }
    return edge;
}

size_t count_of(const std::vector<int>& shape) {
    size_t count = 1;
    for (const int edge : shape) {
        count *= static_cast<size_t>(edge);
    }
    return count;
}

OptimizerSettings read_adamw(const Arguments& in) {
    AdamwSettings adamw;
    in.optional_double("beta1", adamw.beta1, optimizer::beta1);
    in.optional_double("beta2", adamw.beta2, optimizer::beta2);
    in.optional_double("epsilon", adamw.epsilon, optimizer::epsilon);
    in.optional_double("weightDecay", adamw.weight_decay, optimizer::weight_decay);
    return adamw;
}

OptimizerSettings read_lion(const Arguments& in) {
    LionSettings lion;
    in.optional_double("beta1", lion.beta1, optimizer::beta1);
    in.optional_double("beta2", lion.beta2, optimizer::beta2);
    in.optional_double("weightDecay", lion.weight_decay, optimizer::weight_decay);
    return lion;
}

OptimizerSettings read_adafactor(const Arguments& in) {
    AdafactorSettings adafactor;
    in.optional_bool("relativeStep", adafactor.relative_step);
    in.optional_bool("scaleParameter", adafactor.scale_parameter);
    in.optional_bool("warmupInit", adafactor.warmup_init);
    in.optional_double("clipThreshold", adafactor.clip_threshold, 1e-6, 1e6);
    in.optional_double("decayRate", adafactor.decay_rate, -10, 0);
    in.optional_double("beta1", adafactor.beta1, optimizer::beta1);
    in.optional_double("epsilon1", adafactor.epsilon1, 1e-37, 1);
    in.optional_double("epsilon2", adafactor.epsilon2, 0, 1);
    in.optional_double("weightDecay", adafactor.weight_decay, optimizer::weight_decay);
    if (adafactor.warmup_init && !adafactor.relative_step) {
        in.fail("warmupInit", "false without relativeStep", "true");
    }
    return adafactor;
}

OptimizerSettings read_prodigy(const Arguments& in) {
    ProdigySettings prodigy;
    in.optional_double("beta1", prodigy.beta1, optimizer::beta1);
    in.optional_double("beta2", prodigy.beta2, optimizer::beta2);
    in.optional_double("beta3", prodigy.beta3, 0, 0.9999999);
    in.optional_double("epsilon", prodigy.epsilon, optimizer::epsilon);
    in.optional_double("weightDecay", prodigy.weight_decay, optimizer::weight_decay);
    in.optional_bool("decouple", prodigy.decouple);
    in.optional_bool("biasCorrection", prodigy.bias_correction);
    in.optional_bool("safeguardWarmup", prodigy.safeguard_warmup);
    in.optional_double("d0", prodigy.d0, 1e-12, 1);
    in.optional_double("dCoefficient", prodigy.d_coefficient, 1e-6, 1e6);
    in.optional_double("growthRate", prodigy.growth_rate, 0, 1e6);
    if (prodigy.growth_rate != 0 && prodigy.growth_rate < 1) {
        in.fail("growthRate", "0 (no limit) or at least 1", std::to_string(prodigy.growth_rate));
    }
    return prodigy;
}

OptimizerSettings read_optimizer(const Arguments& in) {
    static const std::vector<const char*> names = {"adamw", "lion", "adafactor", "prodigy"};
    in.string("kind", 64);
    using Read = OptimizerSettings (*)(const Arguments&);
    static constexpr Read readers[] = {read_adamw, read_lion, read_adafactor, read_prodigy};
    return readers[in.choice("kind", names, 0)](in);
}

ObjectiveSettings read_objective(const Arguments& in, const FamilyInfo& family) {
    static const std::vector<const char*> names = {"uniform", "logit-normal"};
    ObjectiveSettings objective;
    objective.sampling = in.choice("sampling", names, 0) == 0 ? TimestepSampling::uniform : TimestepSampling::logit_normal;
    in.optional_double("mean", objective.mean, noise::mean);
    in.optional_double("deviation", objective.deviation, noise::deviation);
    in.optional_double("min", objective.min, noise::min);
    in.optional_double("max", objective.max, noise::max);
    if (objective.min >= objective.max) {
        in.fail("max", "more than min", std::to_string(objective.max));
    }
    in.optional_double("shift", objective.shift, noise::shift);
    in.optional_double("noiseOffset", objective.noise_offset, noise::offset);
    in.optional_double("inputPerturbation", objective.input_perturbation, noise::input_perturbation);
    in.optional_double("minSnr", objective.min_snr, noise::min_snr);
    if (objective.min_snr > 0 && family.objective == Objective::flow) {
        in.fail("minSnr", "0 for a flow model, which has no such weighting", std::to_string(objective.min_snr));
    }
    in.optional_float("huber", objective.huber, noise::huber);
    return objective;
}

}  // namespace

TrainModelRequest read_trainer_request(const Napi::Value& value) {
    const Arguments in(value, "request");
    TrainModelRequest request;
    in.optional_string("model", request.model, max_path_bytes);
    in.optional_string("diffusionModel", request.diffusion_model, max_path_bytes);
    in.optional_string("clipL", request.clip_l, max_path_bytes);
    in.optional_string("clipG", request.clip_g, max_path_bytes);
    in.optional_string("t5xxl", request.t5xxl, max_path_bytes);
    in.optional_string("llm", request.llm, max_path_bytes);
    in.optional_string("vae", request.vae, max_path_bytes);
    in.optional_string("tae", request.tae, max_path_bytes);
    in.optional_enum("weightType", request.weight_type, str_to_sd_type, SD_TYPE_COUNT);
    in.optional_type_rules("tensorTypeRules", request.tensor_type_rules, max_rules_bytes);
    in.optional_enum("prediction", request.prediction, str_to_prediction, PREDICTION_COUNT);
    in.optional_string("backend", request.backend, max_path_bytes);
    in.optional_string("paramsBackend", request.params_backend, max_path_bytes);
    request.threads = default_threads();
    in.optional_int("threads", request.threads, 1, 512);
    if (request.model.empty() && request.diffusion_model.empty()) {
        in.fail("model", "a path here or in diffusionModel", "neither");
    }
    return request;
}

CaptionsRequest read_captions(const Napi::Value& value, const FamilyInfo& family) {
    const Arguments in(value, "request");
    return {in.strings("texts", 1, max_captions, max_caption_bytes), read_edge(in, "width", family), read_edge(in, "height", family)};
}

Image read_training_image(const Napi::Value& value, const FamilyInfo& family) {
    Image image = read_image(value, "image", 3);
    const Arguments in(value, "image");
    read_edge(in, "width", family);
    read_edge(in, "height", family);
    return image;
}

NetworkRequest read_network_request(const Napi::Value& value) {
    static const std::vector<const char*> kinds = {"lora", "loha", "lokr"};
    static constexpr NetworkKind kind_values[] = {NetworkKind::lora, NetworkKind::loha, NetworkKind::lokr};
    static const std::vector<const char*> targets = {"default", "attention", "conv", "full"};
    const Arguments in(value, "request");
    NetworkRequest request;
    in.string("kind", 64);
    request.kind = kind_values[in.choice("kind", kinds, 0)];
    request.rank = in.integer("rank", network::rank);
    request.alpha = static_cast<float>(in.number("alpha", network::alpha));
    in.optional_int("convRank", request.conv_rank, network::conv_rank);
    in.optional_float("convAlpha", request.conv_alpha, network::conv_alpha);
    in.optional_int("factor", request.factor, network::factor);
    request.targets = targets[in.choice("targets", targets, 0)];
    if (in.has("include")) {
        request.include = in.strings("include", 0, max_patterns, max_path_bytes);
    }
    if (in.has("exclude")) {
        request.exclude = in.strings("exclude", 0, max_patterns, max_path_bytes);
    }
    in.optional_float("dropout", request.dropout, network::dropout);
    in.optional_bool("unet", request.unet);
    in.optional_bool("textEncoder", request.text_encoder);
    if (!request.unet && !request.text_encoder) {
        in.fail("unet", "true, or textEncoder", "neither");
    }
    request.seed = static_cast<uint64_t>(in.safe_integer("seed"));
    for (const Arguments& entry : in.optional_objects("values", max_tensors)) {
        const Napi::Value data = entry.raw("data");
        const size_t count = data.IsTypedArray() ? data.As<Napi::TypedArray>().ElementLength() : 0;
        request.values.push_back({entry.string("name", max_path_bytes), entry.float32s("data", count)});
    }
    return request;
}

PlanRequest read_plan_request(const Napi::Value& value, const FamilyInfo& family) {
    const Arguments in(value, "request");
    PlanRequest request;
    request.width = read_edge(in, "width", family);
    request.height = read_edge(in, "height", family);
    request.batch = in.integer("batch", 1, family.max_batch > 0 ? family.max_batch : static_cast<int64_t>(max_batch_items));
    request.checkpointing = read_checkpointing(in);
    return request;
}

BeginRequest read_begin_request(const Napi::Value& value, const FamilyInfo& family) {
    const Arguments in(value, "request");
    BeginRequest request;
    SessionSettings& settings = request.settings;
    settings.optimizer = read_optimizer(Arguments(in.raw("optimizer"), "optimizer"));
    if (in.has("objective")) {
        settings.objective = read_objective(Arguments(in.raw("objective"), "objective"), family);
    }
    in.optional_double("ema", settings.ema, bounds::train::ema);
    in.optional_double("clipNorm", settings.clip_norm, bounds::train::clip_norm);
    in.optional_double("lossScale", settings.loss_scale, 0, 1e9);
    request.checkpointing = read_checkpointing(in);
    return request;
}

StepRequest read_step_request(const Napi::Value& value, const FamilyInfo& family) {
    const Arguments in(value, "request");
    StepRequest request;
    for (const Arguments& batch : in.objects("batches", 1, max_micro_batches)) {
        request.batches.push_back(read_batch(batch, family));
    }
    request.learning_rate = in.number("learningRate", learning_rate);
    request.text_learning_rate = request.learning_rate;
    in.optional_double("textLearningRate", request.text_learning_rate, text_learning_rate);
    request.key = {static_cast<uint64_t>(in.safe_integer("seed")), read_word(in, "step")};
    return request;
}

EvaluateRequest read_evaluate_request(const Napi::Value& value, const FamilyInfo& family) {
    const Arguments in(value, "request");
    EvaluateRequest request;
    request.items = read_batch(Arguments(in.raw("batch"), "batch"), family);
    request.seed = static_cast<uint64_t>(in.safe_integer("seed"));
    request.timesteps = read_timesteps(in, family, 1, max_timesteps);
    in.optional_bool("ema", request.ema);
    return request;
}

PredictRequest read_predict_request(const Napi::Value& value, const FamilyInfo& family) {
    const Arguments in(value, "request");
    PredictRequest request;
    TrainBatch& batch = request.batch;
    const size_t most = family.max_batch > 0 ? static_cast<size_t>(family.max_batch) : max_batch_items;
    for (const Arguments& entry : in.objects("text", 1, most)) {
        batch.text.push_back(read_text(entry, family));
    }
    for (const double timestep : read_timesteps(in, family, batch.text.size(), batch.text.size())) {
        batch.timesteps.push_back(static_cast<float>(timestep));
    }
    const auto factor = static_cast<int>(family.latent_factor);
    batch.width = in.integer("width", 1, max_edge / factor);
    batch.height = in.integer("height", 1, max_edge / factor);
    batch.x = in.float32s("x", static_cast<size_t>(batch.width * batch.height * family.latent_channels) * batch.text.size());
    in.optional_bool("ema", request.ema);
    return request;
}

TrainState read_train_state(const Napi::Value& value) {
    const Arguments in(value, "state");
    TrainState state;
    state.optimizer = in.string("optimizer", 64);
    for (const Arguments& entry : in.objects("tensors", 1, max_tensors)) {
        NamedTensor tensor;
        tensor.name = entry.string("name", max_path_bytes);
        std::vector<int> shape;
        entry.optional_ints("shape", shape, 8);
        tensor.shape.assign(shape.begin(), shape.end());
        tensor.values = entry.float32s("data", count_of(shape));
        state.tensors.push_back(std::move(tensor));
    }
    const Arguments numbers(in.raw("numbers"), "numbers");
    const Napi::Array names = in.raw("numbers").As<Napi::Object>().GetPropertyNames();
    for (uint32_t i = 0; i < names.Length(); i++) {
        const std::string name = names.Get(i).ToString().Utf8Value();
        constexpr double largest = std::numeric_limits<double>::max();
        state.numbers[name] = numbers.number(name.c_str(), -largest, largest);
    }
    return state;
}

GradientCheckRequest read_gradient_check_request(const Napi::Value& value) {
    const Arguments in(value, "request");
    GradientCheckRequest request;
    in.optional_string("backend", request.backend, max_path_bytes);
    std::string family;
    if (in.optional_string("family", family, 64)) {
        request.families.push_back(std::move(family));
    }
    request.threads = default_threads();
    in.optional_int("threads", request.threads, 1, 512);
    return request;
}

}  // namespace ai_artist
