#include "train/model/train_model.h"

#include <algorithm>
#include <list>
#include <optional>

#include "engine/engine_error.h"
#include "train/encoders/encoders.h"
#include "train/encoders/text_trainer.h"
#include "train/graph/graph_tools.h"
#include "train/loading/file_network.h"
#include "train/model/bucket_graph.h"
#include "train/network/adapter.h"

namespace ai_artist {
namespace {

// Kept graphs may together take this many times the newest one's memory, or this many bytes if that is more.
constexpr size_t kept_graphs_factor = 2;
constexpr size_t kept_graphs_bytes = size_t{512} << 20;

// The most bytes of transposed weights that a graph keeps from step to step.
constexpr size_t weight_cache_bytes = size_t{512} << 20;
// Bytes of attention scores in one chunk. A CPU always uses chunks that fit its cache: computing them again is faster than reading them
// from memory. Other devices use chunks with Checkpointing::fine only; 128 MiB are two heads of 4096 tokens.
constexpr size_t cpu_attention_bytes = size_t{4} << 20;
constexpr size_t attention_bytes = size_t{128} << 20;

void need(bool ok, const std::string& message) {
    if (!ok) {
        throw EngineError("ERR_INVALID_ARGUMENT", message);
    }
}

}  // namespace

struct TrainModel::Parts {
    explicit Parts(const TrainModelRequest& asked) : request(asked), base(asked) {}

    const TrainModelRequest request;
    FileNetwork base;
    std::unique_ptr<TextEncoders> text_encoders;
    std::unique_ptr<ImageEncoder> image_encoder;
    std::unique_ptr<Network> network;
    std::unique_ptr<TextTrainer> text_trainer;  // while a text encoder is trained
    Checkpointing checkpointing = Checkpointing::none;
    std::list<std::unique_ptr<BucketGraph>> graphs;  // most recently used first

    TextEncoders& texts() {
        if (!text_encoders) {
            text_encoders = std::make_unique<TextEncoders>(request, base.backends());
        }
        return *text_encoders;
    }

    Network& trained() {
        if (!network) {
            throw EngineError("ERR_INTERNAL", "No network was created");
        }
        return *network;
    }

    BucketKey key(const TrainBatch& batch, const std::vector<size_t>& items, bool backward) const {
        BucketKey key;
        key.width = batch.width;
        key.height = batch.height;
        key.items = static_cast<int64_t>(items.size());
        key.tokens = batch.text[items[0]].tokens;
        key.huber = batch.huber;
        key.backward = backward;
        key.context_gradient = backward && text_trainer != nullptr;
        return key;
    }

    AutodiffOptions options_for(Checkpointing wanted) const {
        AutodiffOptions options;
        options.backend = base.backend();
        options.checkpointing = wanted;
        options.weight_cache_bytes = weight_cache_bytes;
        options.attention_bytes = is_cpu(options.backend) ? cpu_attention_bytes : wanted == Checkpointing::fine ? attention_bytes : 0;
        return options;
    }

    BucketGraph& graph(const BucketKey& key) {
        const auto found = std::find_if(graphs.begin(), graphs.end(), [&key](const auto& graph) { return graph->key() == key; });
        if (found != graphs.end()) {
            graphs.splice(graphs.begin(), graphs, found);
        } else {
            graphs.push_front(std::make_unique<BucketGraph>(base, network.get(), key, options_for(checkpointing)));
        }
        return *graphs.front();
    }

    // Frees the least recently used graphs until the rest fits the limit.
    void trim() {
        const size_t allowed = std::max(kept_graphs_bytes, kept_graphs_factor * graphs.front()->bytes());
        size_t bytes = 0;
        for (auto it = graphs.begin(); it != graphs.end();) {
            bytes += (*it)->bytes();
            it = bytes > allowed && it != graphs.begin() ? graphs.erase(it) : std::next(it);
        }
    }

    std::vector<float> run(const BucketKey& key, const BucketItems& items, BucketGraph** used = nullptr) {
        BucketGraph* bucket = &graph(key);
        std::vector<float> losses;
        try {
            losses = bucket->run(items);
        } catch (const EngineError& error) {
            if (error.code() != "ERR_OUT_OF_MEMORY" || graphs.size() < 2) {
                graphs.pop_front();
                throw;
            }
            // Free the buffers of the other sizes and try again.
            graphs.clear();
            bucket = &graph(key);
            losses = bucket->run(items);
        }
        trim();
        if (used != nullptr) {
            *used = bucket;
        }
        return losses;
    }

    void check(const TrainBatch& batch) const {
        const FamilyInfo& info = base.info();
        const auto n = static_cast<size_t>(batch.size());
        const auto pixels = static_cast<size_t>(batch.width * batch.height);
        const size_t values = pixels * static_cast<size_t>(info.latent_channels) * n;
        const int64_t multiple = info.size_multiple / info.latent_factor;
        need(n > 0, "batch: expected at least one item");
        need(batch.width > 0 && batch.height > 0 && batch.width % multiple == 0 && batch.height % multiple == 0,
             "batch: expected sides that are multiples of " + std::to_string(info.size_multiple) + " pixels, got " +
                 std::to_string(batch.width * info.latent_factor) + " x " + std::to_string(batch.height * info.latent_factor));
        need(batch.x.size() == values && (batch.target.empty() || batch.target.size() == values),
             "batch: expected " + std::to_string(values) + " latent values");
        need(batch.weight.empty() || batch.weight.size() == pixels * n, "batch: expected " + std::to_string(pixels * n) + " loss weights");
        need(batch.text.size() == n && (batch.sizes.empty() || batch.sizes.size() == n), "batch: expected a text for each item");
        for (const TextCondition& text : batch.text) {
            need(
                text.width == info.context_width && text.tokens > 0 && text.context.size() == static_cast<size_t>(text.width * text.tokens),
                "batch: expected contexts of tokens with " + std::to_string(info.context_width) + " values");
            need(text.vector.size() == static_cast<size_t>(info.vector_width),
                 "batch: expected vectors of " + std::to_string(info.vector_width) + " values");
        }
    }

    // Groups the positions of items that can share a graph: same number of tokens, at most as many as the family allows.
    std::vector<std::vector<size_t>> groups(const TrainBatch& batch) const {
        const auto limit = static_cast<size_t>(base.info().max_batch);
        std::vector<std::vector<size_t>> groups;
        for (size_t i = 0; i < batch.text.size(); i++) {
            const auto fits = [&](const std::vector<size_t>& group) {
                return batch.text[group[0]].tokens == batch.text[i].tokens && (limit == 0 || group.size() < limit);
            };
            const auto found = std::find_if(groups.begin(), groups.end(), fits);
            if (found == groups.end()) {
                groups.push_back({i});
            } else {
                found->push_back(i);
            }
        }
        return groups;
    }

    // The batch with its sizes written into the vectors.
    TrainBatch with_sizes(TrainBatch batch) const {
        for (size_t i = 0; i < batch.sizes.size() && base.info().size_conditions; i++) {
            const std::vector<float> sizes = size_embeddings(batch.sizes[i]);
            std::vector<float>& vector = batch.text[i].vector;
            std::copy(sizes.begin(), sizes.end(), vector.end() - static_cast<std::ptrdiff_t>(sizes.size()));
        }
        return batch;
    }

    // The batch with contexts from the current text encoders.
    TrainBatch with_contexts(TrainBatch batch) {
        for (TextCondition& text : batch.text) {
            text_trainer->encode(network.get(), text);
        }
        return batch;
    }

    // Backpropagates the gradients of a group's contexts through the text encoders.
    void text_backward(const TrainBatch& batch, const std::vector<size_t>& group, const BucketGraph& bucket) {
        const std::vector<float> contexts = bucket.context_gradient(), vectors = bucket.vector_gradient();
        const size_t context = contexts.size() / group.size(), vector = vectors.size() / group.size();
        for (size_t i = 0; i < group.size(); i++) {
            const auto from = contexts.begin() + static_cast<std::ptrdiff_t>(i * context);
            const auto vector_from = vectors.begin() + static_cast<std::ptrdiff_t>(i * vector);
            text_trainer->backward(*network, batch.text[group[i]], {from, from + static_cast<std::ptrdiff_t>(context)},
                                   {vector_from, vector_from + static_cast<std::ptrdiff_t>(vector)});
        }
    }

    std::vector<float> losses(const TrainBatch& asked, bool backward, float loss_scale, std::vector<float>* predictions) {
        check(asked);
        std::optional<TrainBatch> changed;
        if (!asked.sizes.empty() && base.info().size_conditions) {
            changed = with_sizes(asked);
        }
        if (text_trainer) {
            changed = with_contexts(changed ? std::move(*changed) : asked);
        }
        const TrainBatch& batch = changed ? *changed : asked;
        std::vector<float> losses(batch.text.size());
        for (const std::vector<size_t>& group : groups(batch)) {
            BucketGraph* bucket = nullptr;
            const BucketItems items = {&batch, group, loss_scale / static_cast<float>(batch.text.size())};
            const std::vector<float> of_group = run(key(batch, group, backward), items, &bucket);
            for (size_t i = 0; i < group.size(); i++) {
                losses[group[i]] = of_group[i];
            }
            if (backward && text_trainer) {
                text_backward(batch, group, *bucket);
            }
            if (predictions != nullptr) {
                const std::vector<float> predicted = bucket->prediction();
                const size_t values = predicted.size() / group.size();
                predictions->resize(values * batch.text.size());
                for (size_t i = 0; i < group.size(); i++) {
                    std::copy_n(predicted.begin() + static_cast<std::ptrdiff_t>(i * values), values,
                                predictions->begin() + static_cast<std::ptrdiff_t>(group[i] * values));
                }
            }
        }
        return losses;
    }
};

TrainModel::TrainModel(const TrainModelRequest& request) {
    try {
        parts_ = std::make_unique<Parts>(request);
    } catch (const EngineError&) {
        throw;
    } catch (const std::bad_alloc&) {
        throw;
    } catch (const std::exception& error) {
        // Thrown by the engine's own checks of tensor names and shapes.
        throw EngineError("ERR_MODEL_LOAD", std::string("The engine could not open the model: ") + error.what());
    }
}

TrainModel::~TrainModel() = default;

const FamilyInfo& TrainModel::info() const { return parts_->base.info(); }

std::vector<TextCondition> TrainModel::encode_text(const std::vector<std::string>& captions, int width, int height) {
    std::vector<TextCondition> conditions;
    conditions.reserve(captions.size());
    for (const std::string& caption : captions) {
        conditions.push_back(parts_->texts().encode(caption, width, height));
    }
    return conditions;
}

Latent TrainModel::encode_image(const Image& image) {
    const auto multiple = static_cast<uint32_t>(info().latent_factor);
    need(image.channels == 3 && image.width > 0 && image.height > 0 && image.width % multiple == 0 && image.height % multiple == 0,
         "image: expected an RGB picture whose sides are multiples of " + std::to_string(multiple) + " pixels");
    if (!parts_->image_encoder) {
        parts_->image_encoder = std::make_unique<ImageEncoder>(parts_->request, parts_->base.backends());
    }
    return parts_->image_encoder->encode(image);
}

void TrainModel::release_encoders() {
    if (!parts_->text_trainer) {
        parts_->text_encoders.reset();
    }
    parts_->image_encoder.reset();
}

void TrainModel::create_network(const NetworkRequest& request) {
    release_graphs();
    parts_->text_trainer.reset();
    parts_->network.reset();
    std::vector<AdaptableLayer> layers = parts_->base.layers();
    std::unique_ptr<TextTrainer> text_trainer;
    if (request.text_encoder) {
        TextEncoders& encoders = parts_->texts();
        if (encoders.backend() != parts_->base.backend()) {
            throw EngineError("ERR_UNSUPPORTED", "A text encoder on another device than the image network cannot be trained");
        }
        text_trainer = std::make_unique<TextTrainer>(encoders.clip(), parts_->base.version(), encoders.backend(), info().threads);
        const std::vector<AdaptableLayer> text_layers = text_trainer->layers();
        layers.insert(layers.end(), text_layers.begin(), text_layers.end());
    }
    parts_->network = std::make_unique<Network>(request, layers, parts_->base.version(), parts_->base.backend());
    if (parts_->network->trains_text_encoder()) {
        parts_->text_trainer = std::move(text_trainer);
    }
}

const std::vector<NetworkModule>& TrainModel::modules() const { return parts_->trained().modules(); }
const std::vector<std::string>& TrainModel::left_out() const { return parts_->trained().left_out(); }
std::vector<NetworkTensor>& TrainModel::parameters() { return parts_->trained().parameters(); }
std::vector<std::pair<std::string, float>> TrainModel::alphas() const { return parts_->trained().alphas(); }

void TrainModel::set_checkpointing(Checkpointing checkpointing) {
    if (parts_->checkpointing != checkpointing) {
        release_graphs();
        parts_->checkpointing = checkpointing;
    }
}

PlanResult TrainModel::plan(int64_t width, int64_t height, int64_t batch, Checkpointing checkpointing) {
    const FamilyInfo& info = parts_->base.info();
    BucketKey key;
    key.width = width;
    key.height = height;
    key.items = info.max_batch > 0 ? std::min<int64_t>(batch, info.max_batch) : batch;
    key.tokens = parts_->base.typical_tokens();
    key.backward = true;
    const BucketGraph graph(parts_->base, &parts_->trained(), key, parts_->options_for(checkpointing));
    const MemoryPlan memory = graph.plan();
    PlanResult result;
    result.compute_bytes = memory.compute_bytes + memory.cached_bytes;
    result.weight_bytes = info.weight_bytes;
    result.network_bytes = parts_->trained().bytes();
    result.nodes = memory.nodes;
    result.unsupported = memory.unsupported;
    size_t total = 0;
    ggml_backend_dev_memory(ggml_backend_get_device(parts_->base.backend()), &result.free_bytes, &total);
    return result;
}

std::vector<float> TrainModel::forward_backward(const TrainBatch& batch, float loss_scale, bool accumulate) {
    need(!batch.target.empty(), "batch: expected targets");
    if (!accumulate) {
        parts_->trained().clear_gradients();
    }
    return parts_->losses(batch, true, loss_scale, nullptr);
}

std::vector<float> TrainModel::losses(const TrainBatch& batch) {
    need(!batch.target.empty(), "batch: expected targets");
    return parts_->losses(batch, false, 0, nullptr);
}

std::vector<float> TrainModel::predict(const TrainBatch& batch) {
    std::vector<float> predictions;
    parts_->losses(batch, false, 0, &predictions);
    return predictions;
}

void TrainModel::release_graphs() {
    parts_->graphs.clear();
    if (parts_->text_trainer) {
        parts_->text_trainer->release_graphs();
    }
}

}  // namespace ai_artist
