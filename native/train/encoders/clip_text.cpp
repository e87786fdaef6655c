#include "train/encoders/clip_text.h"

namespace ai_artist {

ClipText::ClipText(ggml_backend_t backend, const String2TensorStorage& tensors, SDVersion asked, std::shared_ptr<ModelManager> manager)
    : FrozenCLIPEmbedderWithCustomWords(backend, tensors, {}, asked, manager) {
    // Replaces the base class's encoders by probes of the same sizes.
    const bool two = sd_version_is_sdxl(asked);
    probes_[0] = std::make_shared<ClipProbe>(backend, tensors, "cond_stage_model.transformer.text_model",
                                             sd_version_is_sd2(asked) ? OPEN_CLIP_VIT_H_14 : OPENAI_CLIP_VIT_L_14, !two, false, manager);
    text_model = probes_[0];
    if (two) {
        probes_[1] = std::make_shared<ClipProbe>(backend, tensors, "cond_stage_model.1.transformer.text_model", OPEN_CLIP_VIT_BIGG_14,
                                                 false, false, manager);
        text_model2 = probes_[1];
    }
}

std::vector<int> ClipText::tokens(const std::string& caption) {
    std::vector<int> ids = tokenizer.encode(caption);
    tokenizer.pad_tokens(ids, nullptr, nullptr, chunk(), chunk(), true);
    return ids;
}

}  // namespace ai_artist
