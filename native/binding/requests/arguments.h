#pragma once

#include <napi.h>

#include <string>
#include <vector>

#include "binding/generated/bounds.h"
#include "engine/image.h"

namespace ai_artist {

// Reads and checks the fields of one options object. Every method throws a TypeError with code ERR_INVALID_ARGUMENT and the sentence
// "<name>: expected <what>, got <value>"; optional fields that are absent leave `out` untouched (the engine's default).
class Arguments {
public:
    Arguments(Napi::Value value, const char* name);

    bool has(const char* key) const;
    Napi::Value raw(const char* key) const { return object_.Get(key); }

    std::string string(const char* key, size_t max_bytes = 4096) const;
    bool optional_string(const char* key, std::string& out, size_t max_bytes = 4096) const;
    int integer(const char* key, int64_t min, int64_t max) const;
    int64_t safe_integer(const char* key) const;  // 0 .. 2^53 - 1
    double number(const char* key, double min, double max) const;

    // Rules "pattern=type,pattern=type"; every pattern must compile.
    bool optional_type_rules(const char* key, std::string& out, size_t max_bytes) const;
    void optional_int(const char* key, int& out, int64_t min, int64_t max) const;
    void optional_float(const char* key, float& out, double min, double max) const;
    bool optional_bool(const char* key, bool& out) const;
    void optional_double(const char* key, double& out, double min, double max) const;
    void optional_floats(const char* key, std::vector<float>& out, size_t max_count) const;
    void optional_ints(const char* key, std::vector<int>& out, size_t max_count) const;

    // The same with the bounds of the options of lib; of a list, they are those of its length.
    void optional_int(const char* key, int& out, const Bounds& bounds) const;
    void optional_float(const char* key, float& out, const Bounds& bounds) const { optional_float(key, out, bounds.min, bounds.max); }
    void optional_double(const char* key, double& out, const Bounds& bounds) const { optional_double(key, out, bounds.min, bounds.max); }
    int integer(const char* key, const Bounds& bounds) const {
        return integer(key, static_cast<int64_t>(bounds.min), static_cast<int64_t>(bounds.max));
    }
    double number(const char* key, const Bounds& bounds) const { return number(key, bounds.min, bounds.max); }
    void optional_floats(const char* key, std::vector<float>& out, const Bounds& count) const;
    void optional_ints(const char* key, std::vector<int>& out, const Bounds& count) const;

    // Value of one of the engine's enums by its name; `count` is the enum's *_COUNT, which means "unknown name" to the engine.
    template <typename Enum>
    void optional_enum(const char* key, Enum& out, Enum (*parse)(const char*), Enum count) const {
        std::string name;
        if (!optional_string(key, name, 64)) {
            return;
        }
        const Enum value = parse(name.c_str());
        if (value == count) {
            fail(key, "a name the engine knows", "\"" + name + "\"");
        }
        out = value;
    }

    std::vector<std::string> strings(const char* key, size_t min_count, size_t max_count, size_t max_bytes) const;
    // The index in `names` of the field's value; `fallback` if the field is absent.
    size_t choice(const char* key, const std::vector<const char*>& names, size_t fallback) const;
    // A Float32Array of exactly `count` finite numbers, copied; the optional one may be absent, which leaves `out` untouched.
    std::vector<float> float32s(const char* key, size_t count) const;
    void optional_float32s(const char* key, std::vector<float>& out, size_t count) const;

    bool optional_image(const char* key, Image& out, uint32_t channels) const;
    std::vector<Image> optional_images(const char* key, uint32_t channels, size_t max_count) const;
    // Objects of an array field.
    std::vector<Arguments> objects(const char* key, size_t min_count, size_t max_count) const;
    std::vector<Arguments> optional_objects(const char* key, size_t max_count) const;

    [[noreturn]] void fail(const char* key, const std::string& expected, const std::string& got) const;

private:
    double finite(const char* key, const Napi::Value& value) const;
    std::string text(const char* key, const Napi::Value& value, size_t max_bytes) const;
    void check_count(const char* key, size_t length, const Bounds& count) const;
    Napi::Array array(const char* key, const Napi::Value& value, size_t max_count) const;

    std::string name_;
    Napi::Object object_;
};

// Copies the pixels of { width, height, channels, data }. channels 0 accepts 1 or 3.
Image read_image(Napi::Value value, const std::string& name, uint32_t channels);

}  // namespace ai_artist
