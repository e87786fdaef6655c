#include "clip/resnet_tower.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "clip/weight_check.h"
#include "core/conv_2d_kernels.h"
#include "engine/engine_error.h"

namespace ai_artist {
namespace {

// About 20 nodes a block, 12 of which compute.
constexpr size_t nodes_per_block = 40;

// Pixels between two places of the last stage, in each direction: the stem divides by 4, three of the stages by 2.
constexpr int64_t total_stride = 32;

// PyTorch's default, which OpenAI's networks have.
constexpr double batch_norm_epsilon = 1e-5;

constexpr const char* statistics[] = {".weight", ".running_mean", ".running_var"};

std::string stage_name(const std::string& prefix, int stage) { return prefix + "layer" + std::to_string(stage) + "."; }

TowerSizes residual_sizes(const String2TensorStorage& tensors, const std::string& prefix, const TowerSettings& settings) {
    TowerSizes sizes;
    for (int stage = 1; stage <= 4; stage++) {
        sizes.layers += count_layers(tensors, stage_name(prefix, stage));
    }
    const std::string table = prefix + "attnpool.positional_embedding", projection = prefix + "attnpool.c_proj.weight";
    const TensorStorage& positions = need_tensor(tensors, table);
    sizes.hidden = positions.ne[0];
    sizes.positions = positions.ne[1];
    need_shape(tensors, table, {sizes.hidden, sizes.positions});
    sizes.projection = need_tensor(tensors, projection).ne[1];
    sizes.heads = head_count(sizes.hidden, prefix + "attnpool", settings);
    sizes.patch = total_stride;
    sizes.edge = checked_edge(grid_of(sizes.positions, table) * total_stride, table);
    return sizes;
}

// Convolutions take F32 and F16. The matrices of the attention pool are no smaller: its inputs are sums of many positive values, and blocks
// of 8 bits cost 3 % of the cosine.
ggml_type weight_type_of(ggml_type wanted) { return wanted == GGML_TYPE_COUNT || wanted == GGML_TYPE_F32 ? wanted : GGML_TYPE_F16; }

// These tensors as the file has them, in F32.
std::map<std::string, std::vector<float>> read_values(ModelLoader& loader, const std::set<std::string>& names) {
    std::map<std::string, std::vector<float>> values;
    std::map<std::string, ggml_tensor*> targets;
    std::unique_ptr<ggml_context, decltype(&ggml_free)> context(ggml_init({(names.size() + 1) * ggml_tensor_overhead(), nullptr, true}),
                                                                ggml_free);
    if (!context) {
        throw EngineError("ERR_OUT_OF_MEMORY", "There is no memory for the weights of the clip image tower");
    }
    for (const std::string& name : names) {
        const TensorStorage& stored = loader.get_tensor_storage_map().at(name);
        std::vector<float>& place = values[name];
        place.resize(static_cast<size_t>(stored.nelements()));
        ggml_tensor* tensor = ggml_new_tensor(context.get(), GGML_TYPE_F32, 4, stored.ne);
        tensor->data = place.data();
        targets[name] = tensor;
    }
    const auto place = [&targets](const TensorStorage& stored, ggml_tensor** tensor) {
        const auto found = targets.find(stored.name);
        *tensor = found == targets.end() ? nullptr : found->second;
        return true;
    };
    if (!loader.load_tensors(place, false, &names)) {
        throw EngineError("ERR_MODEL_LOAD", "The engine could not read the weights");
    }
    return values;
}

void store(ggml_tensor* tensor, const std::vector<float>& values) {
    if (tensor->type == GGML_TYPE_F32) {
        ggml_backend_tensor_set(tensor, values.data(), 0, values.size() * sizeof(float));
        return;
    }
    std::vector<ggml_fp16_t> halves(values.size());
    ggml_fp32_to_fp16_row(values.data(), halves.data(), static_cast<int64_t>(values.size()));
    ggml_backend_tensor_set(tensor, halves.data(), 0, halves.size() * sizeof(ggml_fp16_t));
}

}  // namespace

ResNetTower::ResNetTower(ggml_backend_t backend, std::shared_ptr<RunnerWeightManager> manager, const String2TensorStorage& tensors,
                         const std::string& prefix, const TowerSettings& settings, ggml_type matrix_type)
    : Tower(backend, std::move(manager), tensors, prefix + "attnpool.c_proj.weight", residual_sizes(tensors, prefix, settings), settings,
            weight_type_of(matrix_type)),
      direct_(sd_backend_has_conv_2d_kernels(backend)) {
    int64_t channels = 3;
    for (const char* number : {"1", "2", "3"}) {
        stem_.push_back(convolution(tensors, prefix + "conv" + number, prefix + "bn" + number, 3, channels));
        channels = stem_.back().bias->ne[0];
    }
    stem_.front().stride = 2;
    for (int stage = 1; stage <= 4; stage++) {
        const std::string name = stage_name(prefix, stage);
        const int64_t count = std::max<int64_t>(1, count_layers(tensors, name));
        for (int64_t i = 0; i < count; i++) {
            blocks_.push_back(block(tensors, name + std::to_string(i) + ".", channels, stage > 1 && i == 0));
            channels = blocks_.back().expand.bias->ne[0];
        }
    }
    const std::string pool = prefix + "attnpool.";
    positions_ = parameter(pool + "positional_embedding", {channels, sizes_.positions});
    attention_.query = linear_parameters(pool + "q_proj", channels, channels);
    attention_.key = linear_parameters(pool + "k_proj", channels, channels);
    attention_.value = linear_parameters(pool + "v_proj", channels, channels);
    attention_.out = linear_parameters(pool + "c_proj", channels, sizes_.projection);
}

ResNetTower::Convolution ResNetTower::convolution(const String2TensorStorage& tensors, const std::string& name, const std::string& norm,
                                                  int64_t edge, int64_t channels) {
    Convolution made;
    made.kernel_name = name + ".weight";
    made.norm_name = norm;
    const TensorStorage& stored = need_tensor(tensors, made.kernel_name);
    const int64_t outputs = stored.ne[3];
    const ggml_type file_type = stored.type == GGML_TYPE_F16 ? GGML_TYPE_F16 : GGML_TYPE_F32;
    made.kernel = parameter(made.kernel_name, {edge, edge, channels, outputs}, matrix_type_ == GGML_TYPE_COUNT ? file_type : matrix_type_);
    made.bias = parameter(norm + ".bias", {outputs});
    for (const char* part : statistics) {
        need_shape(tensors, norm + part, {outputs});
    }
    return made;
}

ResNetTower::Block ResNetTower::block(const String2TensorStorage& tensors, const std::string& name, int64_t channels, bool halves) {
    Block made;
    made.reduce = convolution(tensors, name + "conv1", name + "bn1", 1, channels);
    const int64_t inner = made.reduce.bias->ne[0];
    made.middle = convolution(tensors, name + "conv2", name + "bn2", 3, inner);
    made.expand = convolution(tensors, name + "conv3", name + "bn3", 1, made.middle.bias->ne[0]);
    const int64_t outputs = made.expand.bias->ne[0];
    made.halves = halves;
    made.has_shortcut = halves || channels != outputs;
    if (made.has_shortcut) {
        made.shortcut = convolution(tensors, name + "downsample.0", name + "downsample.1", 1, channels);
        need_shape(tensors, made.shortcut.kernel_name, {1, 1, channels, outputs});
    }
    return made;
}

std::vector<ResNetTower::Convolution*> ResNetTower::convolutions() {
    std::vector<Convolution*> all;
    for (Convolution& one : stem_) {
        all.push_back(&one);
    }
    for (Block& one : blocks_) {
        all.insert(all.end(), {&one.reduce, &one.middle, &one.expand});
        if (one.has_shortcut) {
            all.push_back(&one.shortcut);
        }
    }
    return all;
}

void ResNetTower::prepare_weights(ModelLoader& loader) {
    std::set<std::string> names;
    for (const Convolution* one : convolutions()) {
        for (const char* part : statistics) {
            names.insert(one->norm_name + part);
        }
        // Rounded to half precision once, after folding.
        if (one->kernel->type != GGML_TYPE_F32) {
            names.insert(one->kernel_name);
        }
    }
    const auto values = read_values(loader, names);
    for (Convolution* one : convolutions()) {
        fold(*one, values);
    }
    check_finite(weights());
}

// norm(conv(x)) = (conv(x) - mean) * weight / sqrt(variance + epsilon) + bias
void ResNetTower::fold(Convolution& of, const std::map<std::string, std::vector<float>>& values) {
    const auto checked = [&](const char* part) -> const std::vector<float>& {
        const std::vector<float>& found = values.at(of.norm_name + part);
        const auto bad = std::find_if_not(found.begin(), found.end(), [](float value) { return std::isfinite(value); });
        if (bad != found.end()) {
            throw EngineError("ERR_MODEL_FORMAT", of.norm_name + part + ": it holds NaN or infinite values. The file is damaged");
        }
        return found;
    };
    const std::vector<float>&weight = checked(".weight"), &mean = checked(".running_mean"), &variance = checked(".running_var");
    std::vector<float> bias(weight.size());
    ggml_backend_tensor_get(of.bias, bias.data(), 0, bias.size() * sizeof(float));
    std::vector<float> kernel;
    if (of.kernel->type == GGML_TYPE_F32) {
        kernel.resize(static_cast<size_t>(ggml_nelements(of.kernel)));
        ggml_backend_tensor_get(of.kernel, kernel.data(), 0, kernel.size() * sizeof(float));
    } else {
        kernel = values.at(of.kernel_name);
    }
    const size_t length = kernel.size() / bias.size();
    for (size_t i = 0; i < bias.size(); i++) {
        if (variance[i] < 0) {
            throw EngineError("ERR_MODEL_FORMAT", of.norm_name + ".running_var: expected variances of at least 0, got " +
                                                      std::to_string(variance[i]) + ". The file is damaged");
        }
        const double scale = weight[i] / std::sqrt(static_cast<double>(variance[i]) + batch_norm_epsilon);
        bias[i] = static_cast<float>(bias[i] - mean[i] * scale);
        const auto first = kernel.begin() + static_cast<std::ptrdiff_t>(i * length);
        std::transform(first, first + static_cast<std::ptrdiff_t>(length), first,
                       [scale](float value) { return static_cast<float>(value * scale); });
    }
    store(of.kernel, kernel);
    store(of.bias, bias);
}

// Bias and leaky ReLU follow in place, so that the CPU's kernels do both as they store. A slope of 0 makes it ReLU.
ggml_tensor* ResNetTower::convolve(ggml_tensor* x, const Convolution& by, bool rectify) {
    const auto padding = static_cast<int>(by.kernel->ne[0] / 2);
    x = ggml_ext_conv_2d(compute_ctx, x, by.kernel, by.bias, by.stride, by.stride, padding, padding, 1, 1, direct_);
    return rectify ? ggml_leaky_relu(compute_ctx, x, 0.0f, true) : x;
}

ggml_tensor* ResNetTower::halve(ggml_tensor* x) { return ggml_pool_2d(compute_ctx, x, GGML_OP_POOL_AVG, 2, 2, 2, 2, 0, 0); }

ggml_tensor* ResNetTower::pass(ggml_tensor* x, const Block& through) {
    ggml_tensor* y = convolve(convolve(x, through.reduce, true), through.middle, true);
    if (through.halves) {
        x = halve(x);
        y = halve(y);
    }
    y = convolve(y, through.expand, false);
    if (through.has_shortcut) {
        x = convolve(x, through.shortcut, false);
    }
    return ggml_relu_inplace(compute_ctx, ggml_add_inplace(compute_ctx, y, x));
}

ggml_tensor* ResNetTower::pool(ggml_tensor* x, int64_t count) {
    ggml_context* c = compute_ctx;
    const int64_t width = sizes_.hidden, length = sizes_.positions;
    ggml_tensor* pooled = ggml_new_tensor_1d(c, GGML_TYPE_I32, count);
    ggml_tensor* mask = ggml_new_tensor_2d(c, GGML_TYPE_F32, padded_length(length), 1);
    set_backend_tensor_data(pooled, pooled_.data());
    set_backend_tensor_data(mask, mask_.data());

    x = ggml_reshape_3d(c, x, length - 1, width, count);                        // [L-1, H, N]
    ggml_tensor* mean = ggml_reshape_3d(c, ggml_mean(c, x), width, 1, count);   // [H, 1, N]
    x = ggml_concat(c, mean, ggml_cont(c, ggml_permute(c, x, 1, 0, 2, 3)), 1);  // [H, L, N]
    x = ggml_reshape_2d(c, ggml_add(c, x, positions_), width, length * count);  // [H, L*N]
    attend_to(length, count);
    return attend(ggml_get_rows(c, x, pooled), x, attention_, count, mask);
}

ggml_cgraph* ResNetTower::graph(int64_t count, const float* pixels) {
    ggml_tensor* x = ggml_new_tensor_4d(compute_ctx, GGML_TYPE_F32, sizes_.edge, sizes_.edge, 3, count);
    set_backend_tensor_data(x, pixels);
    for (const Convolution& one : stem_) {
        x = convolve(x, one, true);
    }
    x = halve(x);
    for (const Block& one : blocks_) {
        x = pass(x, one);
    }
    ggml_cgraph* graph = new_graph_custom(nodes_per_block * blocks_.size() + 256);
    ggml_build_forward_expand(graph, pool(x, count));
    return graph;
}

std::vector<float> ResNetTower::embed(const float* pixels, int64_t count, int threads) {
    const int64_t length = sizes_.positions;
    pooled_.clear();
    for (int64_t n = 0; n < count; n++) {
        pooled_.push_back(static_cast<int32_t>(n * length));  // the mean
    }
    mask_.assign(static_cast<size_t>(padded_length(length)), -INFINITY);
    std::fill_n(mask_.begin(), length, 0.0f);
    return run([&] { return graph(count, pixels); }, threads);
}

}  // namespace ai_artist
