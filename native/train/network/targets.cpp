#include "train/network/targets.h"

#include <algorithm>
#include <stdexcept>

#include "engine/engine_error.h"
#include "engine/extensions/pattern.h"

namespace ai_artist {
namespace {

bool contains(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

bool ends_with(const std::string& text, const std::string& end) {
    return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

bool contains_any(const std::string& text, std::initializer_list<const char*> parts) {
    return std::any_of(parts.begin(), parts.end(), [&text](const char* part) { return contains(text, part); });
}

// Each star takes as few characters as possible. On a mismatch only the last star has to take one more, so this never backtracks further.
bool glob(const char* pattern, const char* text) {
    const char* star = nullptr;
    const char* taken = nullptr;
    while (*text != '\0') {
        if (*pattern == '*') {
            star = pattern++;
            taken = text;
        } else if (*pattern == *text || *pattern == '?') {
            pattern++;
            text++;
        } else if (star != nullptr) {
            pattern = star + 1;
            text = ++taken;
        } else {
            return false;
        }
    }
    while (*pattern == '*') {
        pattern++;
    }
    return *pattern == '\0';
}

// kohya's sets: linear layers of the transformers with their 1 x 1 projections; "conv" adds the layers of the residual, downsampling and
// upsampling blocks.
bool unet_has(const std::string& set, const std::string& layer) {
    if (set == "attention") {
        return contains(layer, ".transformer_blocks.") && contains_any(layer, {".attn1.", ".attn2."});
    }
    const bool transformer = contains(layer, ".transformer_blocks.") || ends_with(layer, ".proj_in") || ends_with(layer, ".proj_out");
    if (set == "default" || transformer) {
        return transformer;
    }
    const bool in_blocks = contains_any(layer, {".input_blocks.", ".middle_block.", ".output_blocks."});
    return in_blocks && !ends_with(layer, ".input_blocks.0.0");
}

bool transformer_has(const std::string& set, const std::string& layer) {
    if (!contains_any(layer,
                      {".joint_blocks.", ".double_blocks.", ".single_blocks.", ".layers.", ".noise_refiner.", ".context_refiner."})) {
        return false;
    }
    const bool attention =
        contains_any(layer, {".attn.", ".attn2.", "_attn.", ".attention."}) || ends_with(layer, ".linear1") || ends_with(layer, ".linear2");
    if (set == "attention" || attention) {
        return attention;
    }
    return set == "full" || contains_any(layer, {".mlp.", "_mlp.", ".feed_forward."});
}

}  // namespace

bool matches(const std::string& pattern, const std::string& text) {
    if (pattern.size() >= 2 && pattern.front() == '/' && pattern.back() == '/') {
        try {
            return Pattern(pattern.substr(1, pattern.size() - 2)).found_in(text);
        } catch (const std::invalid_argument& error) {
            throw EngineError("ERR_INVALID_ARGUMENT", "targets: " + pattern + " is no regular expression: " + error.what());
        }
    }
    return glob(pattern.c_str(), text.c_str());
}

Targets::Targets(const NetworkRequest& request, SDVersion version) : request_(request), version_(version) {
    const std::string& set = request.targets;
    if (set != "default" && set != "attention" && set != "conv" && set != "full") {
        throw EngineError("ERR_INVALID_ARGUMENT", "targets: expected default, attention, conv or full, got " + set);
    }
    if (set == "conv" && !sd_version_is_unet(version)) {
        throw EngineError("ERR_UNSUPPORTED", "targets: conv is for UNets, and this model is a transformer. Use default or full");
    }
    for (const auto* patterns : {&request.include, &request.exclude}) {
        for (const std::string& pattern : *patterns) {
            matches(pattern, "");
        }
    }
}

bool Targets::in_set(const AdaptableLayer& layer) const {
    if (layer.text_encoder) {
        return request_.targets != "attention" || contains(layer.name, ".self_attn.");
    }
    return sd_version_is_unet(version_) ? unet_has(request_.targets, layer.name) : transformer_has(request_.targets, layer.name);
}

bool Targets::has(const AdaptableLayer& layer, const std::string& file) const {
    const auto any = [&](const std::vector<std::string>& patterns) {
        return std::any_of(patterns.begin(), patterns.end(),
                           [&](const std::string& pattern) { return matches(pattern, file) || matches(pattern, layer.name); });
    };
    return (request_.include.empty() ? in_set(layer) : any(request_.include)) && !any(request_.exclude);
}

}  // namespace ai_artist
