#include "clip/names.h"

#include "engine/engine_error.h"

namespace ai_artist {
namespace {

constexpr ClipLayout hugging_face = {
    "text_model.",
    "vision_model.",
    "embeddings.token_embedding.weight",
    "embeddings.position_embedding.weight",
    "final_layer_norm",
    "embeddings.patch_embedding.weight",
    "embeddings.class_embedding",
    "embeddings.position_embedding.weight",
    "pre_layrnorm",  // Hugging Face's spelling
    "post_layernorm",
    "text_projection.weight",
    "visual_projection.weight",
    false,
    "encoder.layers.",
    "encoder.layers.",
    "layer_norm1",
    nullptr,
    "self_attn.q_proj",
    "self_attn.k_proj",
    "self_attn.v_proj",
    "self_attn.out_proj",
    "layer_norm2",
    "mlp.fc1",
    "mlp.fc2",
};

constexpr ClipLayout open_clip = {
    "",
    "visual.",
    "token_embedding.weight",
    "positional_embedding",
    "ln_final",
    "conv1.weight",
    "class_embedding",
    "positional_embedding",
    "ln_pre",
    "ln_post",
    "text_projection",
    "visual.proj",
    true,
    "transformer.resblocks.",
    "transformer.resblocks.",
    "ln_1",
    "attn.in_proj_",
    nullptr,
    nullptr,
    nullptr,
    "attn.out_proj",
    "ln_2",
    "mlp.c_fc",
    "mlp.c_proj",
};

// ffn_down is the first of the two and ffn_up the second; in language models it is the other way round.
constexpr ClipLayout clip_cpp = {
    "t.",
    "v.",
    "token_embd.weight",
    "position_embd.weight",
    "post_ln",
    "patch_embd.weight",
    "class_embd",
    "position_embd.weight",
    "pre_ln",
    "post_ln",
    "text_projection.weight",
    "visual_projection.weight",
    false,
    "blk.",
    "blk.",
    "ln1",
    nullptr,
    "attn_q",
    "attn_k",
    "attn_v",
    "attn_out",
    "ln2",
    "ffn_down",
    "ffn_up",
};

// OpenCLIP's text tower has no prefix, so its names are suffixes of the other layouts' names: try it last.
constexpr const ClipLayout* layouts[] = {&hugging_face, &clip_cpp, &open_clip};

// The prefix of `name` in the file. The shortest one, because a file may hold a second encoder under a longer prefix.
bool find_prefix(const String2TensorStorage& tensors, const std::string& name, std::string& prefix) {
    bool found = false;
    for (const auto& entry : tensors) {
        const std::string& full = entry.first;
        if (full.size() < name.size() || full.compare(full.size() - name.size(), name.size(), name) != 0) {
            continue;
        }
        const std::string before = full.substr(0, full.size() - name.size());
        if ((before.empty() || before.back() == '.') && (!found || before.size() < prefix.size())) {
            prefix = before;
            found = true;
        }
    }
    return found;
}

// The image tower decides the layout: its names differ between all layouts.
const ClipLayout& layout_of(const String2TensorStorage& tensors) {
    std::string prefix;
    for (const ClipLayout* layout : layouts) {
        if (find_prefix(tensors, std::string(layout->image) + layout->kernel, prefix)) {
            return *layout;
        }
    }
    return hugging_face;
}

// OpenAI's residual networks share the names of the stem with the transformers of OpenCLIP.
constexpr const char* residual_landmark = "visual.layer1.0.conv1.weight";

// Beside a residual network, the text tower may have the names of any layout. OpenCLIP's names are suffixes of the others', hence last.
const ClipLayout& text_layout_of(const String2TensorStorage& tensors) {
    std::string prefix;
    if (!find_prefix(tensors, residual_landmark, prefix)) {
        return layout_of(tensors);
    }
    for (const ClipLayout* layout : layouts) {
        if (find_prefix(tensors, std::string(layout->text) + layout->table, prefix)) {
            return *layout;
        }
    }
    return open_clip;
}

TowerNames names_of(const String2TensorStorage& tensors, const char* what, const ClipLayout& layout, const std::string& tower,
                    const char* landmark, const char* positions, const char* layers, const std::string& projection) {
    std::string prefix;
    if (!find_prefix(tensors, tower + landmark, prefix)) {
        throw EngineError("ERR_MODEL_FORMAT",
                          "no CLIP model: it has no " + std::string(what) + " tower (tensor " + tower + landmark + " is missing)");
    }
    TowerNames names{&layout, prefix + tower, prefix + projection, prefix + tower + positions, prefix + tower + layers};
    if (tensors.find(names.projection) == tensors.end()) {
        names.projection = projection;
    }
    return names;
}

}  // namespace

bool find_residual_tower(const String2TensorStorage& tensors, std::string& prefix) {
    if (!find_prefix(tensors, residual_landmark, prefix)) {
        return false;
    }
    prefix += open_clip.image;
    return true;
}

TowerNames find_text_tower(const String2TensorStorage& tensors) {
    const ClipLayout& layout = text_layout_of(tensors);
    return names_of(tensors, "text", layout, layout.text, layout.table, layout.text_positions, layout.text_layers, layout.text_projection);
}

TowerNames find_image_tower(const String2TensorStorage& tensors) {
    const ClipLayout& layout = layout_of(tensors);
    return names_of(tensors, "image", layout, layout.image, layout.kernel, layout.image_positions, layout.image_layers,
                    layout.image_projection);
}

}  // namespace ai_artist
