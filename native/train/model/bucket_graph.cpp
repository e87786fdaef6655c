#include "train/model/bucket_graph.h"

#include <algorithm>
#include <cmath>
#include <new>

#include "engine/engine_error.h"
#include "train/autodiff/autodiff.h"

namespace ai_artist {
namespace {

constexpr size_t loss_tensors = 24;

// A number in [0, 1) that depends on all four arguments: splitmix64's finaliser over a running sum.
double uniform(uint64_t seed, uint64_t layer, uint64_t item, uint64_t rank) {
    uint64_t z = seed;
    for (const uint64_t part : {layer, item, rank}) {
        z += 0x9e3779b97f4a7c15ull + part;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
        z ^= z >> 31;
    }
    return static_cast<double>(z >> 40) / 16777216.0;
}

// Copies `count` values of each chosen item from one array of items to another.
void gather(const std::vector<float>& from, const std::vector<size_t>& items, size_t count, float* to) {
    for (const size_t item : items) {
        std::copy_n(from.data() + item * count, count, to);
        to += count;
    }
}

}  // namespace

BucketGraph::BucketGraph(LoadedNetwork& model, Network* network, const BucketKey& key, const AutodiffOptions& options)
    : model_(model), key_(key), dropout_(network != nullptr && key.backward ? network->dropout() : 0) {
    inputs_ = model.inputs(key.width, key.height, key.items, key.tokens);
    build(network, options);
}

void BucketGraph::build(Network* network, const AutodiffOptions& options) {
    std::shared_ptr<NetworkAdapter> adapter;
    if (network != nullptr) {
        adapter = std::make_shared<NetworkAdapter>(*network, key_.items, dropout_ > 0);
    }
    forward_ = model_.build(inputs_, adapter);
    if (adapter) {
        masks_ = adapter->masks();
    }
    forward_.flag();
    add_loss();
    if (!key_.backward) {
        graph_.graph = forward_.graph;
        return;
    }
    std::vector<TrainableTensor> trainable = network->trainable(false);
    if (key_.context_gradient) {
        make_context_gradients(trainable);
    }
    graph_ = differentiate(forward_.graph, loss_, trainable, options, true);
}

// item loss = mean of weight * error over the item's values; loss = scale * sum over the items
void BucketGraph::add_loss() {
    loss_context_.reset(ggml_init({ggml_tensor_overhead() * loss_tensors, nullptr, true}));
    if (!loss_context_) {
        throw std::bad_alloc();
    }
    ggml_context* c = loss_context_.get();
    ggml_tensor* out = forward_.output;
    const int64_t values = ggml_nelements(out) / key_.items;
    target_ = ggml_new_tensor(c, GGML_TYPE_F32, 4, out->ne);
    weight_ = ggml_new_tensor_4d(c, GGML_TYPE_F32, key_.width, key_.height, 1, key_.items);
    scale_ = ggml_new_tensor_1d(c, GGML_TYPE_F32, 1);
    for (ggml_tensor* leaf : {target_, weight_, scale_}) {
        ggml_set_input(leaf);
    }
    ggml_tensor* error = ggml_sqr(c, ggml_sub(c, out, target_));
    if (key_.huber > 0) {
        const float h = key_.huber;
        error = ggml_scale_bias(c, ggml_sqrt(c, ggml_scale_bias(c, error, 1.f, h * h)), 2.f * h, -2.f * h * h);
    }
    error = ggml_mul(c, error, weight_);
    item_losses_ = ggml_scale(c, ggml_sum_rows(c, ggml_reshape_2d(c, error, values, key_.items)), 1.f / static_cast<float>(values));
    ggml_set_output(item_losses_);
    ggml_build_forward_expand(forward_.graph, item_losses_);
    if (key_.backward) {
        loss_ = ggml_mul(c, ggml_sum(c, error), scale_);
        ggml_set_output(loss_);
        ggml_build_forward_expand(forward_.graph, loss_);
    }
}

void BucketGraph::make_context_gradients(std::vector<TrainableTensor>& trainable) {
    gradient_context_.reset(ggml_init({ggml_tensor_overhead() * 2, nullptr, true}));
    if (!gradient_context_) {
        throw std::bad_alloc();
    }
    const auto add = [&](const sd::Tensor<float>& input) -> ggml_tensor* {
        ggml_tensor* leaf = input.empty() ? nullptr : forward_.input(input.data());
        if (leaf == nullptr) {
            return nullptr;
        }
        ggml_tensor* gradient = ggml_new_tensor(gradient_context_.get(), GGML_TYPE_F32, 4, leaf->ne);
        trainable.push_back({leaf, gradient});
        return gradient;
    };
    context_gradient_ = add(inputs_.context);
    vector_gradient_ = add(inputs_.vector);
    gradient_buffer_.reset(ggml_backend_alloc_ctx_tensors(gradient_context_.get(), model_.backend()));
    if (!gradient_buffer_) {
        throw EngineError("ERR_OUT_OF_MEMORY", "Not enough memory on the device for the gradients of the text");
    }
}

void BucketGraph::upload_masks(uint64_t seed, const std::vector<size_t>& items) {
    uint64_t index = 0;
    for (const auto& [layer, masks] : masks_) {
        for (const DropoutMask& mask : masks) {
            std::vector<float> values;
            for (int64_t i = 0; i < mask.items; i++) {
                for (int64_t r = 0; r < mask.rank; r++) {
                    const bool kept = uniform(seed, index, items[static_cast<size_t>(i)], static_cast<uint64_t>(r)) >= dropout_;
                    values.push_back(kept ? static_cast<float>(1.0 / (1.0 - dropout_)) : 0.f);
                }
            }
            set_leaf(mask.tensor, values.data());
            index++;
        }
    }
}

void BucketGraph::upload(const BucketItems& bucket) {
    const TrainBatch& batch = *bucket.batch;
    const std::vector<size_t>& items = bucket.items;
    const auto pixels = static_cast<size_t>(key_.width * key_.height);
    const size_t values = pixels * static_cast<size_t>(model_.info().latent_channels);
    gather(batch.x, items, values, inputs_.x.data());
    for (size_t i = 0; i < items.size(); i++) {
        const TextCondition& text = batch.text[items[i]];
        inputs_.timesteps.data()[i] = model_.family().timestep(batch.timesteps[items[i]]);
        std::copy(text.context.begin(), text.context.end(), inputs_.context.data() + i * text.context.size());
        if (!inputs_.vector.empty()) {
            std::copy(text.vector.begin(), text.vector.end(), inputs_.vector.data() + i * text.vector.size());
        }
    }
    forward_.upload();
    std::vector<float> buffer(values * items.size(), 0.f);
    if (!batch.target.empty()) {
        gather(batch.target, items, values, buffer.data());
    }
    set_leaf(target_, buffer.data());
    buffer.assign(pixels * items.size(), 1.f);
    if (!batch.weight.empty()) {
        gather(batch.weight, items, pixels, buffer.data());
    }
    set_leaf(weight_, buffer.data());
    const float scale = bucket.gradient_scale / static_cast<float>(values);
    set_leaf(scale_, &scale);
    upload_masks(batch.dropout_seed, items);
}

std::vector<float> BucketGraph::run(const BucketItems& items) {
    if (!allocation_) {
        allocation_.emplace(model_.backend(), std::move(graph_));
    }
    if (gradient_buffer_) {
        ggml_backend_buffer_clear(gradient_buffer_.get(), 0);
    }
    upload(items);
    model_.compute(*allocation_);
    return values_of(item_losses_);
}

std::vector<float> BucketGraph::prediction() const { return values_of(forward_.output); }
std::vector<float> BucketGraph::context_gradient() const { return context_gradient_ ? values_of(context_gradient_) : std::vector<float>(); }
std::vector<float> BucketGraph::vector_gradient() const { return vector_gradient_ ? values_of(vector_gradient_) : std::vector<float>(); }

}  // namespace ai_artist
