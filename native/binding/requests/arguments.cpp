#include "binding/requests/arguments.h"

#include <algorithm>
#include <cmath>
#include <new>
#include <sstream>
#include <stdexcept>

#include "binding/runtime/task.h"
#include "engine/extensions/pattern.h"

namespace ai_artist {
namespace {

constexpr uint32_t max_edge = 16384;
constexpr double max_safe_integer = 9007199254740991.0;

[[noreturn]] void throw_invalid(Napi::Env env, const std::string& name, const std::string& expected, const std::string& got) {
    const Napi::TypeError error = Napi::TypeError::New(env, name + ": expected " + expected + ", got " + got);
    error.Set("code", "ERR_INVALID_ARGUMENT");
    throw error;
}

std::string describe(const Napi::Value& value) {
    if (value.IsUndefined()) {
        return "undefined";
    }
    if (value.IsNull()) {
        return "null";
    }
    if (value.IsNumber() || value.IsBoolean()) {
        return value.ToString().Utf8Value();
    }
    if (value.IsString()) {
        std::string text = value.As<Napi::String>().Utf8Value();
        if (text.size() > 60) {
            text.resize(57);
            text += "...";
        }
        return "\"" + text + "\"";
    }
    return value.IsFunction() ? "a function" : "an object";
}

std::string range_text(const char* kind, double min, double max) {
    std::ostringstream text;
    text.precision(16);
    text << kind << " " << min << ".." << max;
    return text.str();
}

uint32_t read_edge(const Napi::Object& object, const char* key, const std::string& name) {
    const Napi::Value value = object.Get(key);
    const double edge = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : -1;
    if (!(edge >= 1 && edge <= max_edge) || edge != std::floor(edge)) {
        throw_invalid(object.Env(), name + "." + key, range_text("integer", 1, max_edge), describe(value));
    }
    return static_cast<uint32_t>(edge);
}

}  // namespace

Image read_image(Napi::Value value, const std::string& name, uint32_t channels) {
    if (!value.IsObject()) {
        throw_invalid(value.Env(), name, "an image { width, height, channels, data }", describe(value));
    }
    const Napi::Object object = value.As<Napi::Object>();
    Image image;
    image.width = read_edge(object, "width", name);
    image.height = read_edge(object, "height", name);
    const Napi::Value count = object.Get("channels");
    image.channels = count.IsNumber() ? count.As<Napi::Number>().Uint32Value() : 0;
    if (channels == 0 ? (image.channels != 1 && image.channels != 3) : image.channels != channels) {
        throw_invalid(value.Env(), name + ".channels", channels == 0 ? "1 or 3" : std::to_string(channels), describe(count));
    }
    const Napi::Value data = object.Get("data");
    if (!data.IsTypedArray() || data.As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array) {
        throw_invalid(value.Env(), name + ".data", "a Uint8Array", describe(data));
    }
    const Napi::Uint8Array pixels = data.As<Napi::Uint8Array>();
    const size_t expected = static_cast<size_t>(image.width) * image.height * image.channels;
    if (pixels.ByteLength() != expected) {
        throw_invalid(value.Env(), name + ".data", std::to_string(expected) + " bytes", std::to_string(pixels.ByteLength()));
    }
    try {
        image.data.assign(pixels.Data(), pixels.Data() + expected);
    } catch (const std::bad_alloc&) {
        throw coded_error(value.Env(), "ERR_OUT_OF_MEMORY",
                          name + ": not enough memory for a copy of " + std::to_string(expected) + " bytes");
    }
    return image;
}

Arguments::Arguments(Napi::Value value, const char* name) : name_(name) {
    if (!value.IsObject() || value.IsFunction()) {
        throw_invalid(value.Env(), name_, "an object", describe(value));
    }
    object_ = value.As<Napi::Object>();
}

void Arguments::fail(const char* key, const std::string& expected, const std::string& got) const {
    throw_invalid(object_.Env(), key, expected, got);
}

bool Arguments::optional_type_rules(const char* key, std::string& out, size_t max_bytes) const {
    if (!optional_string(key, out, max_bytes)) {
        return false;
    }
    std::istringstream rules(out);
    for (std::string rule; std::getline(rules, rule, ',');) {
        const std::string pattern = rule.substr(0, rule.find('='));
        try {
            Pattern{pattern};
        } catch (const std::invalid_argument& error) {
            const Napi::TypeError refused = Napi::TypeError::New(object_.Env(), std::string(key) + ": " + error.what());
            refused.Set("code", "ERR_INVALID_ARGUMENT");
            throw refused;
        }
    }
    return true;
}

bool Arguments::has(const char* key) const { return !object_.Get(key).IsUndefined(); }

std::string Arguments::string(const char* key, size_t max_bytes) const {
    std::string text;
    if (!optional_string(key, text, max_bytes)) {
        fail(key, "a string", "undefined");
    }
    return text;
}

bool Arguments::optional_string(const char* key, std::string& out, size_t max_bytes) const {
    const Napi::Value value = object_.Get(key);
    if (value.IsUndefined()) {
        return false;
    }
    out = text(key, value, max_bytes);
    return true;
}

std::string Arguments::text(const char* key, const Napi::Value& value, size_t max_bytes) const {
    if (!value.IsString()) {
        fail(key, "a string", describe(value));
    }
    std::string text = value.As<Napi::String>().Utf8Value();
    if (text.size() > max_bytes) {
        fail(key, "at most " + std::to_string(max_bytes) + " bytes", std::to_string(text.size()));
    }
    if (text.find('\0') != std::string::npos) {
        fail(key, "text without null characters", "one with them");
    }
    return text;
}

double Arguments::finite(const char* key, const Napi::Value& value) const {
    const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : std::nan("");
    if (!std::isfinite(number)) {
        fail(key, "a finite number", describe(value));
    }
    return number;
}

double Arguments::number(const char* key, double min, double max) const {
    const Napi::Value value = object_.Get(key);
    const double result = finite(key, value);
    if (result < min || result > max) {
        fail(key, range_text("number", min, max), describe(value));
    }
    return result;
}

int Arguments::integer(const char* key, int64_t min, int64_t max) const {
    const Napi::Value value = object_.Get(key);
    const double result = finite(key, value);
    if (result != std::floor(result) || result < static_cast<double>(min) || result > static_cast<double>(max)) {
        fail(key, range_text("integer", static_cast<double>(min), static_cast<double>(max)), describe(value));
    }
    return static_cast<int>(result);
}

int64_t Arguments::safe_integer(const char* key) const {
    const Napi::Value value = object_.Get(key);
    const double result = finite(key, value);
    if (result != std::floor(result) || result < 0 || result > max_safe_integer) {
        fail(key, range_text("integer", 0, max_safe_integer), describe(value));
    }
    return static_cast<int64_t>(result);
}

void Arguments::optional_int(const char* key, int& out, int64_t min, int64_t max) const {
    if (has(key)) {
        out = integer(key, min, max);
    }
}

void Arguments::optional_float(const char* key, float& out, double min, double max) const {
    if (has(key)) {
        out = static_cast<float>(number(key, min, max));
    }
}

void Arguments::optional_double(const char* key, double& out, double min, double max) const {
    if (has(key)) {
        out = number(key, min, max);
    }
}

bool Arguments::optional_bool(const char* key, bool& out) const {
    const Napi::Value value = object_.Get(key);
    if (value.IsUndefined()) {
        return false;
    }
    if (!value.IsBoolean()) {
        fail(key, "a boolean", describe(value));
    }
    out = value.As<Napi::Boolean>().Value();
    return true;
}

Napi::Array Arguments::array(const char* key, const Napi::Value& value, size_t max_count) const {
    if (!value.IsArray()) {
        fail(key, "an array", describe(value));
    }
    const Napi::Array list = value.As<Napi::Array>();
    if (list.Length() > max_count) {
        fail(key, "at most " + std::to_string(max_count) + " items", std::to_string(list.Length()));
    }
    return list;
}

void Arguments::optional_floats(const char* key, std::vector<float>& out, size_t max_count) const {
    if (!has(key)) {
        return;
    }
    const Napi::Array list = array(key, object_.Get(key), max_count);
    out.clear();
    for (uint32_t i = 0; i < list.Length(); i++) {
        out.push_back(static_cast<float>(finite(key, list.Get(i))));
    }
}

void Arguments::optional_ints(const char* key, std::vector<int>& out, size_t max_count) const {
    std::vector<float> numbers;
    optional_floats(key, numbers, max_count);
    for (const float number : numbers) {
        if (number != std::floor(number) || std::fabs(number) > 1e6f) {
            fail(key, "integers", std::to_string(number));
        }
        out.push_back(static_cast<int>(number));
    }
}

void Arguments::optional_int(const char* key, int& out, const Bounds& bounds) const {
    optional_int(key, out, static_cast<int64_t>(bounds.min), static_cast<int64_t>(bounds.max));
}

void Arguments::check_count(const char* key, size_t length, const Bounds& count) const {
    if (has(key) && static_cast<double>(length) < count.min) {
        fail(key, "at least " + std::to_string(static_cast<size_t>(count.min)) + " values", std::to_string(length));
    }
}

void Arguments::optional_floats(const char* key, std::vector<float>& out, const Bounds& count) const {
    optional_floats(key, out, static_cast<size_t>(count.max));
    check_count(key, out.size(), count);
}

void Arguments::optional_ints(const char* key, std::vector<int>& out, const Bounds& count) const {
    optional_ints(key, out, static_cast<size_t>(count.max));
    check_count(key, out.size(), count);
}

std::vector<std::string> Arguments::strings(const char* key, size_t min_count, size_t max_count, size_t max_bytes) const {
    const Napi::Array list = array(key, object_.Get(key), max_count);
    if (list.Length() < min_count) {
        fail(key, "at least " + std::to_string(min_count) + " items", std::to_string(list.Length()));
    }
    std::vector<std::string> texts;
    for (uint32_t i = 0; i < list.Length(); i++) {
        texts.push_back(text(key, list.Get(i), max_bytes));
    }
    return texts;
}

size_t Arguments::choice(const char* key, const std::vector<const char*>& names, size_t fallback) const {
    std::string name;
    if (!optional_string(key, name, 64)) {
        return fallback;
    }
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) {
        std::string expected = "one of";
        for (const char* known : names) {
            expected += std::string(known == names.front() ? " " : ", ") + known;
        }
        fail(key, expected, "\"" + name + "\"");
    }
    return static_cast<size_t>(found - names.begin());
}

std::vector<float> Arguments::float32s(const char* key, size_t count) const {
    const Napi::Value value = object_.Get(key);
    if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_float32_array) {
        fail(key, "a Float32Array", describe(value));
    }
    const Napi::Float32Array numbers = value.As<Napi::Float32Array>();
    if (numbers.ElementLength() != count) {
        fail(key, std::to_string(count) + " values", std::to_string(numbers.ElementLength()));
    }
    std::vector<float> copied(numbers.Data(), numbers.Data() + count);
    const auto bad = std::find_if(copied.begin(), copied.end(), [](float number) { return !std::isfinite(number); });
    if (bad != copied.end()) {
        fail(key, "finite numbers", std::to_string(*bad) + " at " + std::to_string(bad - copied.begin()));
    }
    return copied;
}

void Arguments::optional_float32s(const char* key, std::vector<float>& out, size_t count) const {
    if (has(key)) {
        out = float32s(key, count);
    }
}

bool Arguments::optional_image(const char* key, Image& out, uint32_t channels) const {
    const Napi::Value value = object_.Get(key);
    if (value.IsUndefined()) {
        return false;
    }
    out = read_image(value, key, channels);
    return true;
}

std::vector<Image> Arguments::optional_images(const char* key, uint32_t channels, size_t max_count) const {
    std::vector<Image> images;
    if (has(key)) {
        const Napi::Array list = array(key, object_.Get(key), max_count);
        for (uint32_t i = 0; i < list.Length(); i++) {
            images.push_back(read_image(list.Get(i), std::string(key) + "." + std::to_string(i), channels));
        }
    }
    return images;
}

std::vector<Arguments> Arguments::objects(const char* key, size_t min_count, size_t max_count) const {
    const Napi::Array list = array(key, object_.Get(key), max_count);
    if (list.Length() < min_count) {
        fail(key, "at least " + std::to_string(min_count) + " items", std::to_string(list.Length()));
    }
    std::vector<Arguments> objects;
    for (uint32_t i = 0; i < list.Length(); i++) {
        objects.emplace_back(list.Get(i), (std::string(key) + "." + std::to_string(i)).c_str());
    }
    return objects;
}

std::vector<Arguments> Arguments::optional_objects(const char* key, size_t max_count) const {
    return has(key) ? objects(key, 0, max_count) : std::vector<Arguments>();
}

}  // namespace ai_artist
