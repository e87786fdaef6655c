#pragma once

#include <list>
#include <memory>
#include <string>
#include <vector>

#include "train/encoders/conditions.h"
#include "train/loading/loaded_network.h"

namespace ai_artist {

class ClipText;

// Runs the CLIP encoders of a UNet with the trained network in them. Turns captions into contexts, and gradients of contexts into
// gradients of parameters.
class TextTrainer {
public:
    // The encoders' weights must be on `backend`.
    TextTrainer(ClipText& clip, SDVersion version, ggml_backend_t backend, int threads);
    ~TextTrainer();
    TextTrainer(const TextTrainer&) = delete;
    TextTrainer& operator=(const TextTrainer&) = delete;

    // Layers that an adapter can reach, of both encoders.
    std::vector<AdaptableLayer> layers();

    // Sets context and vector of a condition from its text; the sizes at the end of SDXL's vector stay. `network` may be nullptr.
    void encode(Network* network, TextCondition& condition);

    // Backpropagates the gradients of a condition's context [width, tokens] and vector; adds the result to the parameters' gradients.
    void backward(Network& network, const TextCondition& condition, const std::vector<float>& context, const std::vector<float>& vector);

    void release_graphs();

private:
    struct Key;
    struct TextGraph;
    TextGraph& graph(Network* network, const Key& key);
    const std::vector<float>& run(TextGraph& graph, const std::vector<int>& tokens, const std::vector<float>* gradient);
    std::vector<int> encoder_tokens(const std::vector<int>& chunk, int encoder) const;

    ClipText& clip_;
    const SDVersion version_;
    ggml_backend_t backend_;
    const int threads_;
    std::list<std::unique_ptr<TextGraph>> graphs_;  // most recently used first
};

}  // namespace ai_artist
