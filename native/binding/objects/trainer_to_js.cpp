#include "binding/objects/trainer_to_js.h"

#include <algorithm>

namespace ai_artist {
namespace {

template <typename Item, typename ToJs>
Napi::Array list_to_js(Napi::Env env, const std::vector<Item>& items, ToJs to_js) {
    Napi::Array list = Napi::Array::New(env, items.size());
    for (size_t i = 0; i < items.size(); i++) {
        list.Set(static_cast<uint32_t>(i), to_js(items[i]));
    }
    return list;
}

Napi::Array strings_to_js(Napi::Env env, const std::vector<std::string>& texts) {
    return list_to_js(env, texts, [env](const std::string& text) { return Napi::String::New(env, text); });
}

const char* objective_name(Objective objective) {
    switch (objective) {
        case Objective::eps:
            return "eps";
        case Objective::v:
            return "v";
        case Objective::flow:
            return "flow";
    }
    return "eps";
}

}  // namespace

Napi::Value floats_to_js(Napi::Env env, const std::vector<float>& values) {
    Napi::Float32Array array = Napi::Float32Array::New(env, values.size());
    std::copy(values.begin(), values.end(), array.Data());
    return array;
}

Napi::Value family_to_js(Napi::Env env, const FamilyInfo& family) {
    Napi::Object object = Napi::Object::New(env);
    object.Set("family", family.family);
    object.Set("engineFamily", family.engine_family);
    object.Set("objective", objective_name(family.objective));
    object.Set("latentChannels", static_cast<double>(family.latent_channels));
    object.Set("latentFactor", static_cast<double>(family.latent_factor));
    object.Set("sizeMultiple", static_cast<double>(family.size_multiple));
    object.Set("maxBatch", family.max_batch);
    object.Set("contextWidth", static_cast<double>(family.context_width));
    object.Set("vectorWidth", static_cast<double>(family.vector_width));
    object.Set("sizeConditions", family.size_conditions);
    object.Set("latentsAreSampled", family.latents_are_sampled);
    object.Set("textEncoderLora", family.text_encoder_lora);
    object.Set("flowShift", family.flow_shift);
    object.Set("weightType", family.weight_type);
    object.Set("device", family.device);
    object.Set("threads", family.threads);
    object.Set("weightBytes", static_cast<double>(family.weight_bytes));
    return object;
}

Napi::Value texts_to_js(Napi::Env env, const std::vector<TextCondition>& texts) {
    return list_to_js(env, texts, [env](const TextCondition& text) {
        Napi::Object object = Napi::Object::New(env);
        object.Set("context", floats_to_js(env, text.context));
        object.Set("width", static_cast<double>(text.width));
        object.Set("tokens", static_cast<double>(text.tokens));
        if (!text.vector.empty()) {
            object.Set("vector", floats_to_js(env, text.vector));
        }
        object.Set("text", text.text);
        return object;
    });
}

Napi::Value latent_to_js(Napi::Env env, const Latent& latent) {
    Napi::Object object = Napi::Object::New(env);
    object.Set("width", static_cast<double>(latent.width));
    object.Set("height", static_cast<double>(latent.height));
    object.Set("channels", static_cast<double>(latent.channels));
    object.Set("mean", floats_to_js(env, latent.mean));
    if (!latent.deviation.empty()) {
        object.Set("deviation", floats_to_js(env, latent.deviation));
    }
    return object;
}

Napi::Value modules_to_js(Napi::Env env, const std::vector<NetworkModule>& modules) {
    double parameters = 0;
    Napi::Object result = Napi::Object::New(env);
    result.Set("modules", list_to_js(env, modules, [&](const NetworkModule& module) {
                   parameters += static_cast<double>(module.parameters);
                   Napi::Object object = Napi::Object::New(env);
                   object.Set("name", module.name);
                   object.Set("layer", module.layer);
                   object.Set("kind", module.kind);
                   object.Set("group", module.group);
                   object.Set("in", static_cast<double>(module.in));
                   object.Set("out", static_cast<double>(module.out));
                   object.Set("rank", module.rank);
                   object.Set("alpha", module.alpha);
                   object.Set("parameters", static_cast<double>(module.parameters));
                   return object;
               }));
    result.Set("parameters", parameters);
    return result;
}

Napi::Value plan_to_js(Napi::Env env, const PlanResult& plan) {
    Napi::Object object = Napi::Object::New(env);
    object.Set("computeBytes", static_cast<double>(plan.compute_bytes));
    object.Set("weightBytes", static_cast<double>(plan.weight_bytes));
    object.Set("networkBytes", static_cast<double>(plan.network_bytes));
    object.Set("freeBytes", static_cast<double>(plan.free_bytes));
    object.Set("nodes", static_cast<double>(plan.nodes));
    object.Set("unsupported", strings_to_js(env, plan.unsupported));
    return object;
}

Napi::Value step_to_js(Napi::Env env, const StepResult& step) {
    Napi::Object object = Napi::Object::New(env);
    object.Set("loss", step.loss);
    object.Set("losses", floats_to_js(env, step.losses));
    object.Set("timesteps", floats_to_js(env, step.timesteps));
    object.Set("gradientNorm", step.gradient_norm);
    object.Set("lossScale", step.loss_scale);
    object.Set("stepSize", step.step_size);
    return object;
}

Napi::Value tensors_to_js(Napi::Env env, const std::vector<NamedTensor>& tensors) {
    return list_to_js(env, tensors, [env](const NamedTensor& tensor) {
        Napi::Object object = Napi::Object::New(env);
        object.Set("name", tensor.name);
        object.Set("shape",
                   list_to_js(env, tensor.shape, [env](int64_t edge) { return Napi::Number::New(env, static_cast<double>(edge)); }));
        object.Set("data", floats_to_js(env, tensor.values));
        return object;
    });
}

Napi::Value state_to_js(Napi::Env env, const TrainState& state) {
    Napi::Object object = Napi::Object::New(env);
    object.Set("optimizer", state.optimizer);
    object.Set("tensors", tensors_to_js(env, state.tensors));
    Napi::Object numbers = Napi::Object::New(env);
    for (const auto& [name, value] : state.numbers) {
        numbers.Set(name, value);
    }
    object.Set("numbers", numbers);
    return object;
}

Napi::Value reports_to_js(Napi::Env env, const std::vector<GradientReport>& reports) {
    return list_to_js(env, reports, [env](const GradientReport& report) {
        Napi::Object object = Napi::Object::New(env);
        object.Set("family", report.family);
        object.Set("device", report.device);
        object.Set("cosine", report.cosine);
        object.Set("relative", report.relative);
        object.Set("directional", report.directional);
        object.Set("nodes", static_cast<double>(report.nodes));
        object.Set("unsupported", strings_to_js(env, report.unsupported));
        return object;
    });
}

}  // namespace ai_artist
