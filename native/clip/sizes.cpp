#include "clip/sizes.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "engine/engine_error.h"

namespace ai_artist {
namespace {

[[noreturn]] void bad_format(const std::string& message) { throw EngineError("ERR_MODEL_FORMAT", message); }

const TensorStorage& need_matrix(const String2TensorStorage& tensors, const std::string& name) {
    const TensorStorage& tensor = need_tensor(tensors, name);
    if (tensor.ne[2] != 1 || tensor.ne[3] != 1 || tensor.ne[0] < 1 || tensor.ne[1] < 1) {
        bad_format(name + ": expected a matrix, got " + shape_text(tensor.ne, 4));
    }
    return tensor;
}

int layer_number(const std::string& name, size_t at, const String2TensorStorage& tensors) {
    try {
        return block_number(name.substr(at), tensors);
    } catch (const std::runtime_error& error) {
        bad_format(name.substr(0, 200) + ": " + error.what());
    }
}

void fill_common(TowerSizes& sizes, const String2TensorStorage& tensors, const TowerNames& names, const TowerSettings& settings) {
    sizes.layers = count_layers(tensors, names.layers);
    const TensorStorage& inner = need_matrix(tensors, names.layer(0, names.layout->fc1) + ".weight");
    sizes.hidden = inner.ne[0];
    sizes.inner = inner.ne[1];
    sizes.positions = need_matrix(tensors, names.positions).ne[1];
    sizes.projection = need_matrix(tensors, names.projection).ne[names.layout->transposed_projection ? 0 : 1];
    sizes.heads = head_count(sizes.hidden, names.tower, settings);
}

}  // namespace

std::string shape_text(const int64_t* ne, int dims) {
    int last = dims;
    while (last > 1 && ne[last - 1] == 1) {
        last--;
    }
    std::string text;
    for (int i = last - 1; i >= 0; i--) {
        text += (text.empty() ? "" : "x") + std::to_string(ne[i]);
    }
    return text;
}

const TensorStorage& need_tensor(const String2TensorStorage& tensors, const std::string& name) {
    const auto found = tensors.find(name);
    if (found == tensors.end()) {
        bad_format(name + ": this tensor is missing");
    }
    // ggml aborts the process on a product with integers.
    const ggml_type type = found->second.type;
    if (found->second.is_i64 || (type != GGML_TYPE_F32 && type != GGML_TYPE_F16 && type != GGML_TYPE_BF16 && !ggml_is_quantized(type))) {
        bad_format(name + ": expected numbers with fractions, got the type " + ggml_type_name(type));
    }
    return found->second;
}

const TensorStorage& need_shape(const String2TensorStorage& tensors, const std::string& name, std::vector<int64_t> ne) {
    const TensorStorage& stored = need_tensor(tensors, name);
    ne.resize(4, 1);
    if (!std::equal(ne.begin(), ne.end(), stored.ne)) {
        bad_format(name + ": expected the shape " + shape_text(ne.data(), 4) + ", got " + shape_text(stored.ne, 4));
    }
    return stored;
}

int64_t count_layers(const String2TensorStorage& tensors, const std::string& prefix) {
    int64_t layers = 0;
    for (const auto& entry : tensors) {
        if (entry.first.compare(0, prefix.size(), prefix) == 0) {
            layers = std::max<int64_t>(layers, layer_number(entry.first, prefix.size(), tensors) + 1);
        }
    }
    // Each layer costs about 30 graph nodes; the largest published tower has 48.
    if (layers > 256) {
        bad_format(prefix + std::to_string(layers - 1) + ": expected at most 256 layers");
    }
    return layers;
}

int64_t head_count(int64_t hidden, const std::string& tower, const TowerSettings& settings) {
    const int64_t heads = settings.heads > 0 ? settings.heads : std::max<int64_t>(1, hidden / 64);
    if (hidden % heads != 0) {
        bad_format(tower + ": expected a number of heads that divides " + std::to_string(hidden) + ", got " + std::to_string(heads) +
                   ". Check num_attention_heads in config.json, or width and head_width in open_clip_config.json");
    }
    return heads;
}

int64_t grid_of(int64_t positions, const std::string& name) {
    const auto grid = static_cast<int64_t>(std::lround(std::sqrt(static_cast<double>(positions - 1))));
    if (grid < 1 || grid * grid != positions - 1) {
        bad_format(name + ": expected a square number of patches and one, got " + std::to_string(positions));
    }
    return grid;
}

int64_t checked_edge(int64_t edge, const std::string& name) {
    if (edge > 4096) {
        bad_format(name + ": expected pictures of at most 4096 pixels an edge, got " + std::to_string(edge));
    }
    return edge;
}

TowerSizes text_sizes(const String2TensorStorage& tensors, const TowerNames& names, const TowerSettings& settings) {
    TowerSizes sizes;
    fill_common(sizes, tensors, names, settings);
    sizes.rows = need_matrix(tensors, names.tower + names.layout->table).ne[1];
    if (sizes.positions < 2) {
        bad_format(names.positions + ": expected at least 2 positions, got " + std::to_string(sizes.positions));
    }
    return sizes;
}

TowerSizes image_sizes(const String2TensorStorage& tensors, const TowerNames& names, const TowerSettings& settings) {
    TowerSizes sizes;
    fill_common(sizes, tensors, names, settings);
    const std::string kernel_name = names.tower + names.layout->kernel;
    const TensorStorage& kernel = need_tensor(tensors, kernel_name);
    sizes.patch = kernel.ne[0];
    if (kernel.ne[0] != kernel.ne[1] || kernel.ne[2] != 3) {
        bad_format(kernel_name + ": expected a square kernel of 3 channels, got " + shape_text(kernel.ne, 4));
    }
    sizes.edge = checked_edge(grid_of(sizes.positions, names.positions) * sizes.patch, kernel_name);
    return sizes;
}

}  // namespace ai_artist
