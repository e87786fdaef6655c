#include "train/names.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "name_conversion.h"
#include "train/family.h"

namespace ai_artist {
namespace {

bool starts_with(const std::string& text, const std::string& prefix) { return text.compare(0, prefix.size(), prefix) == 0; }

std::string with_underscores(std::string text) {
    std::replace(text.begin(), text.end(), '.', '_');
    return text;
}

std::vector<std::string> parts_of(const std::string& path) {
    std::vector<std::string> parts;
    size_t at = 0;
    while (at <= path.size()) {
        const size_t dot = std::min(path.find('.', at), path.size());
        parts.push_back(path.substr(at, dot - at));
        at = dot + 1;
    }
    return parts;
}

// Diffusers' names of the layers in a residual block.
std::string resnet_layer(const std::string& path) {
    static constexpr std::array<std::pair<const char*, const char*>, 4> layers = {
        {{"in_layers.2", "conv1"}, {"out_layers.3", "conv2"}, {"emb_layers.1", "time_emb_proj"}, {"skip_connection", "conv_shortcut"}}};
    for (const auto& [original, diffusers] : layers) {
        if (path == original) {
            return diffusers;
        }
    }
    return path;
}

// "input_blocks.4.1.proj_in" -> "down_blocks.1.attentions.0.proj_in". Three entries of the original lists make one block of diffusers'.
// Empty where the path is of another form.
std::string diffusers_path(const std::string& path) {
    const std::vector<std::string> parts = parts_of(path);
    if (parts.size() < 3 || (parts[0] != "input_blocks" && parts[0] != "output_blocks" && parts[0] != "middle_block")) {
        return "";
    }
    const bool middle = parts[0] == "middle_block";
    const size_t head = middle ? 2 : 3;
    const std::string rest = path.substr(path.find('.', path.find(parts[1], parts[0].size())) + 1);
    if (middle) {
        return parts[1] == "1" ? "mid_block.attentions.0." + rest
                               : "mid_block.resnets." + std::string(parts[1] == "0" ? "0." : "1.") + resnet_layer(rest);
    }
    if (parts.size() <= head) {
        return "";
    }
    const bool down = parts[0] == "input_blocks";
    const int entry = std::stoi(parts[1]) - (down ? 1 : 0);
    if (entry < 0) {
        return "";
    }
    const std::string block = (down ? "down_blocks." : "up_blocks.") + std::to_string(entry / 3) + ".";
    const std::string index = std::to_string(entry % 3) + ".";
    std::string inner = rest.substr(rest.find('.') + 1);
    if (inner == "op") {
        return block + "downsamplers.0.conv";
    }
    if (inner == "conv") {
        return block + "upsamplers.0.conv";
    }
    return parts[2] == "0" ? block + "resnets." + index + resnet_layer(inner) : block + "attentions." + index + inner;
}

bool engine_finds(const FileName& file, const std::string& layer, SDVersion version) {
    const std::string read = convert_tensor_name("lora." + tensor_name(file, "lora_down"), version);
    return read == "lora." + layer + ".weight.lora_down";
}

std::vector<FileName> spellings(const std::string& layer, SDVersion version) {
    std::vector<FileName> names;
    const std::string network = std::string(network_prefix) + ".";
    if (starts_with(layer, network)) {
        const std::string path = layer.substr(network.size());
        const std::string diffusers = sd_version_is_unet(version) ? diffusers_path(path) : "";
        if (!diffusers.empty() && !sd_version_is_sdxl(version)) {
            names.push_back({"lora_unet_" + with_underscores(diffusers)});
        }
        if (sd_version_is_unet(version) || sd_version_is_flux(version)) {
            names.push_back({"lora_unet_" + with_underscores(path)});
        }
        if (!diffusers.empty()) {
            names.push_back({"unet." + diffusers, true});
        }
        names.push_back({"diffusion_model." + path, true});
        return names;
    }
    const std::pair<const char*, std::vector<std::string>> encoders[] = {
        {"cond_stage_model.1.transformer.", {"lora_te2_"}},
        {"cond_stage_model.transformer.",
         sd_version_is_sdxl(version) ? std::vector<std::string>{"lora_te1_", "lora_te_"} : std::vector<std::string>{"lora_te_"}},
        {"text_encoders.clip_l.transformer.", {"lora_te1_", "lora_te_"}},
    };
    for (const auto& [prefix, kohya] : encoders) {
        if (starts_with(layer, prefix)) {
            for (const std::string& start : kohya) {
                names.push_back({start + with_underscores(layer.substr(std::string(prefix).size()))});
            }
            break;
        }
    }
    return names;
}

}  // namespace

std::optional<FileName> file_name(const std::string& layer, SDVersion version) {
    for (const FileName& name : spellings(layer, version)) {
        if (engine_finds(name, layer, version)) {
            return name;
        }
    }
    return std::nullopt;
}

std::string tensor_name(const FileName& file, const std::string& tensor) {
    if (tensor == "lora_down" || tensor == "lora_up") {
        return file.name + (file.dotted ? (tensor == "lora_down" ? ".lora_A.weight" : ".lora_B.weight") : "." + tensor + ".weight");
    }
    return file.name + "." + tensor;
}

}  // namespace ai_artist
