#include "train/network/file_names.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "name_conversion.h"
#include "train/families/family.h"

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

// Diffusers' names for the layers of a residual block.
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

// "input_blocks.4.1.proj_in" -> "down_blocks.1.attentions.0.proj_in". Three entries of the original lists are one block in diffusers.
// Empty if the path has another form.
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
    if (parts[1].empty() || parts[1].size() > 3 || parts[1].find_first_not_of("0123456789") != std::string::npos) {
        return "";
    }
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

struct Renamed {
    const char* original;
    const char* diffusers;
};

// Layers of a block. A fused matrix of query, key and value has three lines, in this order.
constexpr Renamed sd3_picture[] = {{"attn.qkv", "attn.to_q"},
                                   {"attn.qkv", "attn.to_k"},
                                   {"attn.qkv", "attn.to_v"},
                                   {"attn.proj", "attn.to_out.0"},
                                   {"attn2.qkv", "attn2.to_q"},
                                   {"attn2.qkv", "attn2.to_k"},
                                   {"attn2.qkv", "attn2.to_v"},
                                   {"attn2.proj", "attn2.to_out.0"},
                                   {"mlp.fc1", "ff.net.0.proj"},
                                   {"mlp.fc2", "ff.net.2"},
                                   {"adaLN_modulation.1", "norm1.linear"}};
constexpr Renamed sd3_text[] = {{"attn.qkv", "attn.add_q_proj"},
                                {"attn.qkv", "attn.add_k_proj"},
                                {"attn.qkv", "attn.add_v_proj"},
                                {"attn.proj", "attn.to_add_out"},
                                {"mlp.fc1", "ff_context.net.0.proj"},
                                {"mlp.fc2", "ff_context.net.2"},
                                {"adaLN_modulation.1", "norm1_context.linear"}};
constexpr Renamed sd3_around[] = {{"x_embedder.proj", "pos_embed.proj"},
                                  {"context_embedder", "context_embedder"},
                                  {"t_embedder.mlp.0", "time_text_embed.timestep_embedder.linear_1"},
                                  {"t_embedder.mlp.2", "time_text_embed.timestep_embedder.linear_2"},
                                  {"y_embedder.mlp.0", "time_text_embed.text_embedder.linear_1"},
                                  {"y_embedder.mlp.2", "time_text_embed.text_embedder.linear_2"},
                                  {"final_layer.linear", "proj_out"}};
constexpr Renamed z_image_attention[] = {{"qkv", "to_q"}, {"qkv", "to_k"}, {"qkv", "to_v"}, {"out", "to_out.0"}};
constexpr Renamed z_image_around[] = {{"x_embedder", "all_x_embedder.2-1"},
                                      {"final_layer.linear", "all_final_layer.2-1.linear"},
                                      {"final_layer.adaLN_modulation.1", "all_final_layer.2-1.adaLN_modulation.1"}};

template <size_t count>
std::vector<std::string> renamed(const Renamed (&table)[count], const std::string& layer, const std::string& start = "") {
    std::vector<std::string> names;
    for (const Renamed& line : table) {
        if (layer == line.original) {
            names.push_back(start + line.diffusers);
        }
    }
    return names;
}

// "joint_blocks.7.x_block.attn.proj" -> "transformer_blocks.7.attn.to_out.0"
std::vector<std::string> sd3_diffusers_paths(const std::string& path, int64_t in, int64_t out) {
    const std::vector<std::string> parts = parts_of(path);
    if (parts.size() < 4 || parts[0] != "joint_blocks") {
        return renamed(sd3_around, path);
    }
    const std::string block = "transformer_blocks." + parts[1] + ".";
    const std::string layer = path.substr(parts[0].size() + parts[1].size() + parts[2].size() + 3);
    if (parts[2] == "x_block") {
        return renamed(sd3_picture, layer, block);
    }
    // In the last block, text modulation has only shift and scale, and diffusers stores them in the other order.
    return out == 2 * in ? std::vector<std::string>() : renamed(sd3_text, layer, block);
}

// "layers.3.attention.out" -> "layers.3.attention.to_out.0"
std::vector<std::string> z_image_diffusers_paths(const std::string& path) {
    static const std::string attention = ".attention.";
    const size_t at = path.find(attention);
    if (at != std::string::npos) {
        return renamed(z_image_attention, path.substr(at + attention.size()), path.substr(0, at + attention.size()));
    }
    const std::vector<std::string> around = renamed(z_image_around, path);
    return around.empty() ? std::vector<std::string>{path} : around;
}

// `part`: 1 and 2 for key and value of a fused matrix.
bool engine_finds(const FileName& file, const std::string& layer, SDVersion version, size_t part = 0) {
    const std::string read = convert_tensor_name("lora." + tensor_name(file, "lora_down"), version);
    return read == "lora." + layer + ".weight" + (part > 0 ? "." + std::to_string(part) : "") + ".lora_down";
}

// Diffusers reads SD3 with the prefix "transformer.", and Z-Image with "diffusion_model." if the file has alphas.
std::vector<FileName> diffusers_names(const std::string& layer, int64_t in, int64_t out, SDVersion version) {
    const bool sd3 = sd_version_is_sd3(version);
    const std::string path = layer.substr(std::string(network_prefix).size() + 1);
    std::vector<FileName> names;
    for (const std::string& name : sd3 ? sd3_diffusers_paths(path, in, out) : z_image_diffusers_paths(path)) {
        names.push_back({(sd3 ? "transformer." : "diffusion_model.") + name, true, !sd3});
        if (!engine_finds(names.back(), layer, version, names.size() - 1)) {
            return {};
        }
    }
    return names;
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

std::optional<FileName> first_found(const std::string& layer, SDVersion version) {
    for (const FileName& name : spellings(layer, version)) {
        if (engine_finds(name, layer, version)) {
            return name;
        }
    }
    return std::nullopt;
}

}  // namespace

std::vector<FileName> file_names(const std::string& layer, int64_t in, int64_t out, NetworkKind kind, SDVersion version) {
    const bool lora = kind == NetworkKind::lora;
    if (lora && (sd_version_is_sd3(version) || sd_version_is_z_image(version)) && starts_with(layer, std::string(network_prefix) + ".")) {
        return diffusers_names(layer, in, out, version);
    }
    // OpenCLIP's encoders have query, key and value in one matrix. The engine joins the three parts of a LoRA, but not of LoHa or LoKr.
    static const std::string fused = ".self_attn.in_proj";
    if (layer.size() > fused.size() && layer.compare(layer.size() - fused.size(), fused.size(), fused) == 0) {
        std::vector<FileName> names;
        for (const char* third : {"q_proj", "k_proj", "v_proj"}) {
            const std::string named = layer.substr(0, layer.size() - fused.size()) + ".self_attn." + third;
            const std::optional<FileName> name = lora ? first_found(named, version) : std::nullopt;
            if (!name) {
                return {};
            }
            names.push_back(*name);
        }
        return names;
    }
    const std::optional<FileName> name = first_found(layer, version);
    return name ? std::vector<FileName>{*name} : std::vector<FileName>();
}

std::string tensor_name(const FileName& file, const std::string& tensor) {
    if (tensor == "lora_down" || tensor == "lora_up") {
        return file.name + (file.dotted ? (tensor == "lora_down" ? ".lora_A.weight" : ".lora_B.weight") : "." + tensor + ".weight");
    }
    return file.name + "." + tensor;
}

}  // namespace ai_artist
