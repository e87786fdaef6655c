#include "binding/objects/clip.h"

#include "binding/requests/arguments.h"
#include "engine/jobs/model.h"

namespace ai_artist {
namespace {

constexpr uint32_t max_files = 1024;
// The most in one job; lib/clip sends fewer at a time.
constexpr size_t max_items = 65536;

std::vector<std::string> read_files(const Arguments& in) {
    const Napi::Value value = in.raw("files");
    const uint32_t count = value.IsArray() ? value.As<Napi::Array>().Length() : 0;
    if (count < 1 || count > max_files) {
        in.fail("files", "1 to 1024 paths", value.IsArray() ? std::to_string(count) : "no array");
    }
    std::vector<std::string> files;
    for (uint32_t i = 0; i < count; i++) {
        const Napi::Value file = value.As<Napi::Array>().Get(i);
        if (!file.IsString() || file.As<Napi::String>().Utf8Value().empty()) {
            in.fail("files", "paths", "something else");
        }
        files.push_back(file.As<Napi::String>().Utf8Value());
    }
    return files;
}

ClipTowerRequest read_tower(const Arguments& in, const char* key) {
    const Arguments tower(in.raw(key), key);
    ClipTowerRequest request;
    tower.optional_int("heads", request.heads, 0, 1024);
    tower.optional_bool("quickGelu", request.quick_gelu);
    tower.optional_float("epsilon", request.epsilon, 0, 1);
    return request;
}

ClipRequest read_clip_request(const Napi::Value& value) {
    const Arguments in(value, "request");
    ClipRequest request;
    request.files = read_files(in);
    request.text = read_tower(in, "text");
    request.image = read_tower(in, "image");
    request.threads = default_threads();
    in.optional_int("endToken", request.end_token, -1, INT32_MAX);
    in.optional_enum("weightType", request.type, str_to_sd_type, SD_TYPE_COUNT);
    in.optional_int("threads", request.threads, 1, 512);
    in.optional_string("backend", request.backend);
    in.optional_string("paramsBackend", request.params_backend);
    return request;
}

template <typename Array>
Array typed_array(const Arguments& in, const char* key, napi_typedarray_type type, const char* expected) {
    const Napi::Value value = in.raw(key);
    if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != type) {
        in.fail(key, expected, "something else");
    }
    return value.As<Array>();
}

std::vector<std::vector<int32_t>> read_texts(const Napi::Value& value, const ClipInfo& model) {
    const Arguments in(value, "request");
    const auto ids = typed_array<Napi::Int32Array>(in, "ids", napi_int32_array, "an Int32Array");
    const auto lengths = typed_array<Napi::Int32Array>(in, "lengths", napi_int32_array, "an Int32Array");
    if (lengths.ElementLength() < 1 || lengths.ElementLength() > max_items) {
        in.fail("lengths", "1 to 65536 texts", std::to_string(lengths.ElementLength()));
    }
    std::vector<std::vector<int32_t>> texts;
    size_t at = 0;
    for (size_t i = 0; i < lengths.ElementLength(); i++) {
        const int32_t length = lengths[i];
        if (length < 1 || length > model.positions || static_cast<size_t>(length) > ids.ElementLength() - at) {
            in.fail("lengths", "1 to " + std::to_string(model.positions) + " tokens per text, all of them in ids", std::to_string(length));
        }
        const int32_t* begin = ids.Data() + at;
        for (const int32_t* id = begin; id < begin + length; id++) {
            if (*id < 0 || *id >= model.vocabulary) {
                in.fail("ids", "token ids 0.." + std::to_string(model.vocabulary - 1), std::to_string(*id));
            }
        }
        texts.emplace_back(begin, begin + length);
        at += static_cast<size_t>(length);
    }
    if (at != ids.ElementLength()) {
        in.fail("ids", std::to_string(at) + " ids, as lengths says", std::to_string(ids.ElementLength()));
    }
    return texts;
}

std::vector<float> read_pixels(const Napi::Value& value, const ClipInfo& model) {
    const Arguments in(value, "request");
    const auto pixels = typed_array<Napi::Float32Array>(in, "pixels", napi_float32_array, "a Float32Array");
    const auto per_image = static_cast<size_t>(3 * model.edge * model.edge);
    const size_t values = pixels.ElementLength();
    if (values < per_image || values % per_image != 0 || values / per_image > max_items) {
        in.fail("pixels", "a multiple of " + std::to_string(per_image) + " values", std::to_string(values));
    }
    return {pixels.Data(), pixels.Data() + values};
}

Napi::Value embeddings_to_js(Napi::Env env, const std::vector<float>& embeddings) {
    Napi::Float32Array array = Napi::Float32Array::New(env, embeddings.size());
    std::copy(embeddings.begin(), embeddings.end(), array.Data());
    return array;
}

Napi::Object tower_to_js(Napi::Env env, const ClipTowerInfo& tower) {
    Napi::Object object = Napi::Object::New(env);
    object.Set("hidden", static_cast<double>(tower.hidden));
    object.Set("layers", static_cast<double>(tower.layers));
    object.Set("heads", static_cast<double>(tower.heads));
    return object;
}

}  // namespace

Napi::Function ClipObject::define(Napi::Env env) {
    return DefineClass(env, "NativeClip",
                       {InstanceMethod<&ClipObject::get_info>("info"), InstanceMethod<&ClipObject::embed_texts>("embedTexts"),
                        InstanceMethod<&ClipObject::embed_images>("embedImages"), InstanceMethod("dispose", &ClipObject::dispose)});
}

Napi::Value ClipObject::load(const Napi::CallbackInfo& info) {
    const auto job = std::make_shared<LoadClipJob>(read_clip_request(info[0]));
    return Task::start(info.Env(), job, info[1],
                       [job](Napi::Env env) { return wrap(env, Environment::of(env).clip_class, std::move(job->clip)); });
}

ClipObject::ClipObject(const Napi::CallbackInfo& info) : EngineObject(info, "NativeClip: use loadClip()", "The CLIP model was disposed") {}

Napi::Value ClipObject::get_info(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    const ClipInfo& known = live(env)->info();
    Napi::Object object = Napi::Object::New(env);
    object.Set("dimensions", static_cast<double>(known.dimensions));
    object.Set("text", tower_to_js(env, known.text));
    object.Set("image", tower_to_js(env, known.image));
    object.Set("vocabulary", static_cast<double>(known.vocabulary));
    object.Set("positions", static_cast<double>(known.positions));
    object.Set("edge", static_cast<double>(known.edge));
    object.Set("patch", static_cast<double>(known.patch));
    object.Set("logitScale", known.logit_scale);
    object.Set("weightType", known.weight_type);
    object.Set("device", known.device);
    object.Set("weightBytes", static_cast<double>(known.weight_bytes));
    object.Set("threads", known.threads);
    return object;
}

Napi::Value ClipObject::embed_texts(const Napi::CallbackInfo& info) {
    const std::shared_ptr<Clip>& clip = live(info.Env());
    const auto job = std::make_shared<EmbedTextsJob>(clip, read_texts(info[0], clip->info()));
    return Task::start(info.Env(), job, info[1], [job](Napi::Env env) { return embeddings_to_js(env, job->embeddings); });
}

Napi::Value ClipObject::embed_images(const Napi::CallbackInfo& info) {
    const std::shared_ptr<Clip>& clip = live(info.Env());
    const auto job = std::make_shared<EmbedImagesJob>(clip, read_pixels(info[0], clip->info()));
    return Task::start(info.Env(), job, info[1], [job](Napi::Env env) { return embeddings_to_js(env, job->embeddings); });
}

}  // namespace ai_artist
