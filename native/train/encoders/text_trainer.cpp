#include "train/encoders/text_trainer.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "core/util.h"
#include "engine/engine_error.h"
#include "train/autodiff/autodiff.h"
#include "train/encoders/clip_text.h"
#include "train/network/adapter.h"

namespace ai_artist {
namespace {

// Graphs to keep. Text graphs are small, and the pooled vector needs one for each caption length.
constexpr size_t most_graphs = 24;

}  // namespace

struct TextTrainer::Key {
    int encoder = 0;
    int pooled_at = -1;  // position of the end token whose projected state is the output; -1: the states of all tokens
    bool backward = false;
    bool adapted = false;

    bool operator==(const Key& other) const {
        return encoder == other.encoder && pooled_at == other.pooled_at && backward == other.backward && adapted == other.adapted;
    }
};

struct TextTrainer::TextGraph {
    Key key;
    ForwardGraph forward;
    Constant* ids = nullptr;  // rows of the token table
    GgmlContext loss_context;
    ggml_tensor* vector = nullptr;  // backward starts from sum(output * vector)
    std::optional<TrainAllocation> allocation;
    std::vector<float> output;
};

TextTrainer::TextTrainer(ClipText& clip, SDVersion version, ggml_backend_t backend, int threads)
    : clip_(clip), version_(version), backend_(backend), threads_(threads) {}

TextTrainer::~TextTrainer() = default;

void TextTrainer::release_graphs() { graphs_.clear(); }

// SDXL's second encoder was trained with another padding.
std::vector<int> TextTrainer::encoder_tokens(const std::vector<int>& chunk, int encoder) const {
    std::vector<int> tokens = chunk;
    if (encoder == 1) {
        const auto end = std::find(tokens.begin(), tokens.end(), clip_.tokenizer.EOS_TOKEN_ID);
        if (end != tokens.end()) {
            std::fill(std::next(end), tokens.end(), 0);
        }
    }
    return tokens;
}

namespace {

// The layer before the last one, except in Stable Diffusion 1.
int clip_skip(SDVersion version) { return sd_version_is_sd2(version) || sd_version_is_sdxl(version) ? 2 : 1; }

ForwardGraph build(ClipProbe& probe, SDVersion version, int pooled_at, size_t length, std::shared_ptr<WeightAdapter> adapter) {
    const sd::Tensor<int32_t> ids = sd::full<int32_t>({static_cast<int64_t>(length)}, 0);
    probe.set_weight_adapter(adapter);
    ForwardGraph forward;
    try {
        forward = probe.build(
            [&] {
                return probe.build_graph(ids, 0, nullptr, static_cast<size_t>(std::max(pooled_at, 0)), pooled_at >= 0, clip_skip(version));
            },
            {});
    } catch (...) {
        probe.set_weight_adapter(nullptr);
        throw;
    }
    probe.set_weight_adapter(nullptr);
    return forward;
}

}  // namespace

std::vector<AdaptableLayer> TextTrainer::layers() {
    std::vector<AdaptableLayer> layers;
    for (int encoder = 0; encoder < 2; encoder++) {
        ClipProbe* probe = clip_.probe(encoder);
        if (probe == nullptr) {
            continue;
        }
        const auto recorder = std::make_shared<LayerRecorder>(true);
        // The pooled vector of the second encoder uses all layers; a context stops before the last one.
        build(*probe, version_, encoder == 1 ? 0 : -1, clip_.chunk(), recorder);
        for (const AdaptableLayer& layer : recorder->layers()) {
            layers.push_back(layer);
        }
    }
    return layers;
}

TextTrainer::TextGraph& TextTrainer::graph(Network* network, const Key& key) {
    const auto found = std::find_if(graphs_.begin(), graphs_.end(), [&key](const auto& graph) { return graph->key == key; });
    if (found != graphs_.end()) {
        graphs_.splice(graphs_.begin(), graphs_, found);
        return *graphs_.front();
    }
    auto made = std::make_unique<TextGraph>();
    made->key = key;
    std::shared_ptr<WeightAdapter> adapter;
    if (key.adapted) {
        adapter = std::make_shared<NetworkAdapter>(*network, 1, false);
    }
    made->forward = build(*clip_.probe(key.encoder), version_, key.pooled_at, clip_.chunk(), adapter);
    made->forward.flag();
    for (Constant& constant : made->forward.constants) {
        if (constant.tensor->type == GGML_TYPE_I32 && constant.tensor->ne[0] == static_cast<int64_t>(clip_.chunk())) {
            made->ids = &constant;
        }
    }
    if (made->ids == nullptr) {
        throw EngineError("ERR_INTERNAL", "The engine's text encoder reads no tokens");
    }
    TrainGraph train;
    train.graph = made->forward.graph;
    if (key.backward) {
        made->loss_context.reset(ggml_init({ggml_tensor_overhead() * 8, nullptr, true}));
        if (!made->loss_context) {
            throw std::bad_alloc();
        }
        ggml_context* c = made->loss_context.get();
        made->vector = ggml_new_tensor(c, GGML_TYPE_F32, 4, made->forward.output->ne);
        ggml_set_input(made->vector);
        ggml_tensor* loss = ggml_sum(c, ggml_mul(c, made->forward.output, made->vector));
        ggml_build_forward_expand(made->forward.graph, loss);
        AutodiffOptions options;
        options.backend = backend_;
        train = differentiate(made->forward.graph, loss, network->trainable(true), options, true);
    }
    made->allocation.emplace(backend_, std::move(train));
    graphs_.push_front(std::move(made));
    if (graphs_.size() > most_graphs) {
        graphs_.pop_back();
    }
    return *graphs_.front();
}

const std::vector<float>& TextTrainer::run(TextGraph& graph, const std::vector<int>& tokens, const std::vector<float>* gradient) {
    const sd::Tensor<int32_t> ids({static_cast<int64_t>(tokens.size())}, std::vector<int32_t>(tokens.begin(), tokens.end()));
    const sd::Tensor<int32_t> rows = clip_.probe(graph.key.encoder)->model.rows_of(ids, 0);
    std::memcpy(graph.ids->bytes.data(), rows.data(), graph.ids->bytes.size());
    graph.forward.upload();
    if (gradient != nullptr) {
        set_leaf(graph.vector, gradient->data());
    }
    compute_graph(*graph.allocation, backend_, threads_);
    graph.output = values_of(graph.forward.output);
    return graph.output;
}

void TextTrainer::encode(Network* network, TextCondition& condition) {
    const std::vector<int> all = clip_.tokens(condition.text);
    const size_t length = clip_.chunk(), chunks = all.size() / length;
    const bool two = clip_.probe(1) != nullptr;
    condition.context.clear();
    condition.tokens = static_cast<int64_t>(all.size());
    for (size_t chunk = 0; chunk < chunks; chunk++) {
        const std::vector<int> tokens(all.begin() + static_cast<std::ptrdiff_t>(chunk * length),
                                      all.begin() + static_cast<std::ptrdiff_t>((chunk + 1) * length));
        std::vector<float> states[2];
        for (int encoder = 0; encoder < (two ? 2 : 1); encoder++) {
            states[encoder] = run(graph(network, {encoder, -1, false, network != nullptr}), encoder_tokens(tokens, encoder), nullptr);
        }
        const size_t width = states[0].size() / length, second = states[1].size() / length;
        condition.width = static_cast<int64_t>(width + second);
        for (size_t token = 0; token < length; token++) {
            const auto at = [&](int encoder, size_t size) { return states[encoder].begin() + static_cast<std::ptrdiff_t>(token * size); };
            condition.context.insert(condition.context.end(), at(0, width), at(0, width) + static_cast<std::ptrdiff_t>(width));
            if (two) {
                condition.context.insert(condition.context.end(), at(1, second), at(1, second) + static_cast<std::ptrdiff_t>(second));
            }
        }
        if (two && chunk == 0) {
            const auto end = std::find(tokens.begin(), tokens.end(), clip_.tokenizer.EOS_TOKEN_ID);
            const int position = static_cast<int>(std::min<std::ptrdiff_t>(end - tokens.begin(), static_cast<std::ptrdiff_t>(length) - 1));
            const std::vector<float>& pooled =
                run(graph(network, {1, position, false, network != nullptr}), encoder_tokens(tokens, 1), nullptr);
            std::copy(pooled.begin(), pooled.end(), condition.vector.begin());
        }
    }
}

void TextTrainer::backward(Network& network, const TextCondition& condition, const std::vector<float>& context,
                           const std::vector<float>& vector) {
    const std::vector<int> all = clip_.tokens(condition.text);
    const size_t length = clip_.chunk(), chunks = all.size() / length;
    const bool two = clip_.probe(1) != nullptr;
    const auto width = static_cast<size_t>(condition.width);
    for (size_t chunk = 0; chunk < chunks; chunk++) {
        const std::vector<int> tokens(all.begin() + static_cast<std::ptrdiff_t>(chunk * length),
                                      all.begin() + static_cast<std::ptrdiff_t>((chunk + 1) * length));
        size_t begin = 0;
        for (int encoder = 0; encoder < (two ? 2 : 1); encoder++) {
            const auto size = static_cast<size_t>(clip_.probe(encoder)->model.hidden_size);
            std::vector<float> part;
            for (size_t token = chunk * length; token < (chunk + 1) * length; token++) {
                const auto from = context.begin() + static_cast<std::ptrdiff_t>(token * width + begin);
                part.insert(part.end(), from, from + static_cast<std::ptrdiff_t>(size));
            }
            begin += size;
            run(graph(&network, {encoder, -1, true, true}), encoder_tokens(tokens, encoder), &part);
        }
        if (two && chunk == 0) {
            const auto end = std::find(tokens.begin(), tokens.end(), clip_.tokenizer.EOS_TOKEN_ID);
            const int position = static_cast<int>(std::min<std::ptrdiff_t>(end - tokens.begin(), static_cast<std::ptrdiff_t>(length) - 1));
            const std::vector<float> pooled(vector.begin(), vector.begin() + clip_.probe(1)->model.projection_dim);
            run(graph(&network, {1, position, true, true}), encoder_tokens(tokens, 1), &pooled);
        }
    }
}

}  // namespace ai_artist
