#pragma once
// Includes the engine's core/ggml_extend.hpp.

#include <memory>

#include "train/families/graph_probe.h"
// after ggml_extend.hpp
#include "conditioning/conditioner.hpp"

namespace ai_artist {

using ClipProbe = GraphProbe<CLIPTextModelRunner>;

// The engine's CLIP conditioner for UNets, with encoders whose graphs can be built without being run.
class ClipText final : public FrozenCLIPEmbedderWithCustomWords {
public:
    ClipText(ggml_backend_t backend, const String2TensorStorage& tensors, SDVersion version, std::shared_ptr<ModelManager> manager);

    // 0: the text encoder; 1: SDXL's second one, nullptr for other models.
    ClipProbe* probe(int encoder) const { return probes_[encoder].get(); }

    // Token ids of a caption taken literally (brackets are not weights): begin, text, end, padding. The length is a multiple of `chunk`.
    std::vector<int> tokens(const std::string& caption);
    size_t chunk() const { return static_cast<size_t>(text_model->model.n_token); }

private:
    std::shared_ptr<ClipProbe> probes_[2];
};

}  // namespace ai_artist
