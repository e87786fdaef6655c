#include <napi.h>

#include <string>

#include "binding/generated/bounds.h"
#include "binding/objects/clip.h"
#include "binding/objects/model.h"
#include "binding/objects/trainer.h"
#include "binding/objects/upscale.h"
#include "binding/requests/arguments.h"
#include "binding/requests/engine_names.h"
#include "binding/runtime/environment.h"
#include "binding/runtime/process.h"
#include "binding/runtime/task.h"
#include "engine/devices.h"
#include "engine/extensions/vocabulary.h"
#include "engine/jobs/canny.h"
#include "engine/jobs/convert.h"
#include "engine/jobs/model.h"
#include "engine/jobs/products.h"
#include "engine/operations.h"
#include "engine/thread/callbacks.h"
#include "engine/thread/engine_thread.h"
#include "ggml.h"

// The exports of NativeAddon in lib/engine/addon/native.ts.
namespace ai_artist {
namespace {

Napi::Value configure(const Napi::CallbackInfo& info) {
    const Arguments in(info[0], "options");
    set_vocabulary_dir(in.string("vocabularyDir"));
    load_backend_modules(in.string("backendDir"));
    return info.Env().Undefined();
}

Napi::Value set_log_level_by_name(const Napi::CallbackInfo& info) {
    const std::string name = info[0].IsString() ? info[0].As<Napi::String>().Utf8Value() : "";
    const char* names[] = {"debug", "info", "warn", "error", "off"};
    for (int level = 0; level < 5; level++) {
        if (name == names[level]) {
            set_log_level(level);
            return info.Env().Undefined();
        }
    }
    throw Napi::TypeError::New(info.Env(), "level: expected one of debug, info, warn, error, off, got \"" + name + "\"");
}

std::string compiler() {
#if defined(__clang__)
    return "clang " __clang_version__;
#elif defined(__GNUC__)
    return "gcc " __VERSION__;
#elif defined(_MSC_VER)
    return "msvc " + std::to_string(_MSC_VER);
#else
    return "unknown";
#endif
}

Napi::Value versions(const Napi::CallbackInfo& info) {
    Napi::Object object = Napi::Object::New(info.Env());
    object.Set("addon", AI_ARTIST_VERSION);
    object.Set("engine", AI_ARTIST_ENGINE);
    object.Set("ggml", ggml_version());
    object.Set("gpu", AI_ARTIST_GPU_BUILD);
#ifdef AI_ARTIST_PORTABLE
    object.Set("portable", true);
#else
    object.Set("portable", false);
#endif
    object.Set("compiler", compiler());
    return object;
}

Napi::Value system_info(const Napi::CallbackInfo& info) { return Napi::String::New(info.Env(), sd_get_system_info()); }

Napi::Value physical_cores(const Napi::CallbackInfo& info) { return Napi::Number::New(info.Env(), sd_get_num_physical_cores()); }

Napi::Array to_array(Napi::Env env, const std::vector<std::string>& names) {
    Napi::Array array = Napi::Array::New(env, names.size());
    for (size_t i = 0; i < names.size(); i++) {
        array.Set(static_cast<uint32_t>(i), names[i]);
    }
    return array;
}

template <typename Enum>
Napi::Array enum_names(Napi::Env env, const char* (*name)(Enum), int count) {
    std::vector<std::string> names;
    for (int value = 0; value < count; value++) {
        names.emplace_back(name(static_cast<Enum>(value)));
    }
    return to_array(env, names);
}

// Types a weight can be stored in. The engine's numbering has gaps where types were removed.
Napi::Array weight_type_names(Napi::Env env) {
    std::vector<std::string> names;
    for (int value = 0; value < SD_TYPE_COUNT; value++) {
        const auto type = static_cast<ggml_type>(value);
        const char* name = ggml_type_name(type);
        if (name != nullptr && ggml_type_size(type) > 0 && std::string(name) != "none") {
            names.emplace_back(name);
        }
    }
    return to_array(env, names);
}

Napi::Value enums(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    Napi::Object object = Napi::Object::New(env);
    object.Set("sampler", enum_names(env, sd_sample_method_name, SAMPLE_METHOD_COUNT));
    object.Set("scheduler", enum_names(env, sd_scheduler_name, SCHEDULER_COUNT));
    object.Set("rng", enum_names(env, sd_rng_type_name, RNG_TYPE_COUNT));
    object.Set("prediction", enum_names(env, sd_prediction_name, PREDICTION_COUNT));
    object.Set("preview", enum_names(env, sd_preview_name, PREVIEW_COUNT));
    object.Set("loraApplyMode", enum_names(env, sd_lora_apply_mode_name, LORA_APPLY_MODE_COUNT));
    object.Set("hiresUpscaler", enum_names(env, sd_hires_upscaler_name, SD_HIRES_UPSCALER_COUNT));
    object.Set("weightType", weight_type_names(env));
    object.Set("cacheMode", to_array(env, cache_mode_names()));
    object.Set("vaeFormat", to_array(env, vae_format_names()));
    return object;
}

Napi::Value devices(const Napi::CallbackInfo& info) {
    const std::vector<Device> found = list_devices();
    Napi::Array array = Napi::Array::New(info.Env(), found.size());
    for (size_t i = 0; i < found.size(); i++) {
        Napi::Object object = Napi::Object::New(info.Env());
        object.Set("name", found[i].name);
        object.Set("description", found[i].description);
        object.Set("type", found[i].type);
        object.Set("totalBytes", static_cast<double>(found[i].total_bytes));
        object.Set("freeBytes", static_cast<double>(found[i].free_bytes));
        array.Set(static_cast<uint32_t>(i), object);
    }
    return array;
}

Napi::Value convert_model(const Napi::CallbackInfo& info) {
    const Arguments in(info[0], "request");
    ConvertRequest request;
    request.input = in.string("input");
    in.optional_string("vae", request.vae);
    request.output = in.string("output");
    in.optional_enum("type", request.type, str_to_sd_type, SD_TYPE_COUNT);
    in.optional_type_rules("tensorTypeRules", request.tensor_type_rules, 65536);
    in.optional_bool("convertNames", request.convert_names);
    const auto job = std::make_shared<ConvertJob>(std::move(request));
    return Task::start(info.Env(), job, info[1], [](Napi::Env env) { return env.Undefined(); });
}

Napi::Value canny_edges(const Napi::CallbackInfo& info) {
    const Arguments in(info[1], "request");
    CannyRequest request;
    in.optional_float("highThreshold", request.high_threshold, bounds::canny_edges::high_threshold);
    in.optional_float("lowThreshold", request.low_threshold, bounds::canny_edges::low_threshold);
    in.optional_float("weak", request.weak, bounds::canny_edges::weak);
    in.optional_float("strong", request.strong, bounds::canny_edges::strong);
    in.optional_bool("inverse", request.inverse);
    const auto job = std::make_shared<CannyJob>(read_image(info[0], "image", 3), request);
    return Task::start(info.Env(), job, info[2], [job](Napi::Env env) { return image_to_js(env, std::move(job->image)); });
}

Napi::Value measure_products(const Napi::CallbackInfo& info) {
    const Arguments in(info[0], "request");
    ProductsRequest request;
    in.optional_string("backend", request.backend);
    in.optional_int("threads", request.threads, 1, 512);
    in.optional_enum("type", request.type, str_to_sd_type, SD_TYPE_COUNT);
    request.size = 32 * in.integer("blocks", 1, 256);
    in.optional_double("seconds", request.seconds, 0, 60);
    request.threads = in.has("threads") ? request.threads : default_threads();
    const auto job = std::make_shared<ProductsJob>(std::move(request));
    return Task::start(info.Env(), job, info[1], [job](Napi::Env env) {
        Napi::Object object = Napi::Object::New(env);
        object.Set("operations", job->operations);
        object.Set("seconds", job->best_seconds);
        object.Set("device", job->device);
        return object;
    });
}

Napi::Value operations(const Napi::CallbackInfo& info) { return Napi::Number::New(info.Env(), static_cast<double>(counted_operations())); }

Napi::Value counters(const Napi::CallbackInfo& info) {
    const EngineThread::Counters now = EngineThread::instance().counters();
    Napi::Object object = Napi::Object::New(info.Env());
    object.Set("queued", static_cast<double>(now.queued));
    object.Set("running", static_cast<double>(now.running));
    return object;
}

Napi::Value shutdown(const Napi::CallbackInfo& info) {
    const int milliseconds = info[0].IsNumber() ? info[0].As<Napi::Number>().Int32Value() : 0;
    return Napi::Boolean::New(info.Env(), Environment::of(info.Env()).shutdown(milliseconds));
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
    prepare_process();
    install_callbacks();
    observe_graphs();
    env.SetInstanceData(new Environment(env));  // owned by the environment
    Environment& environment = Environment::of(env);
    environment.model_class = Napi::Persistent(ModelObject::define(env));
    environment.upscaler_class = Napi::Persistent(UpscalerObject::define(env));
    environment.clip_class = Napi::Persistent(ClipObject::define(env));
    environment.trainer_class = Napi::Persistent(TrainerObject::define(env));

    const auto export_function = [&](const char* name, Napi::Value (*function)(const Napi::CallbackInfo&)) {
        exports.Set(name, Napi::Function::New(env, function, name));
    };
    export_function("configure", configure);
    export_function("setLogLevel", set_log_level_by_name);
    export_function("versions", versions);
    export_function("systemInfo", system_info);
    export_function("physicalCores", physical_cores);
    export_function("enums", enums);
    export_function("listDevices", devices);
    export_function("loadModel", ModelObject::load);
    export_function("loadUpscaler", UpscalerObject::load);
    export_function("loadClip", ClipObject::load);
    export_function("loadTrainer", TrainerObject::load);
    export_function("checkGradients", TrainerObject::check_gradients);
    export_function("convertModel", convert_model);
    export_function("cannyEdges", canny_edges);
    export_function("measureProducts", measure_products);
    export_function("operations", operations);
    export_function("counters", counters);
    export_function("shutdown", shutdown);
    return exports;
}

}  // namespace

NODE_API_MODULE(ai_artist, init)

}  // namespace ai_artist
