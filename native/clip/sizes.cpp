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
    const std::string& layers = names.layers;
    for (const auto& entry : tensors) {
        if (entry.first.compare(0, layers.size(), layers) == 0) {
            sizes.layers = std::max<int64_t>(sizes.layers, layer_number(entry.first, layers.size(), tensors) + 1);
        }
    }
    // Each layer costs about 30 graph nodes; the largest published tower has 48.
    if (sizes.layers > 256) {
        bad_format(layers + std::to_string(sizes.layers - 1) + ": expected at most 256 layers");
    }
    const TensorStorage& inner = need_matrix(tensors, names.layer(0, names.layout->fc1) + ".weight");
    sizes.hidden = inner.ne[0];
    sizes.inner = inner.ne[1];
    sizes.positions = need_matrix(tensors, names.positions).ne[1];
    sizes.projection = need_matrix(tensors, names.projection).ne[names.layout->transposed_projection ? 0 : 1];
    sizes.heads = settings.heads > 0 ? settings.heads : std::max<int64_t>(1, sizes.hidden / 64);
    if (sizes.hidden % sizes.heads != 0) {
        bad_format(names.tower + ": expected a number of heads that divides " + std::to_string(sizes.hidden) + ", got " +
                   std::to_string(sizes.heads) + ". Check num_attention_heads in config.json");
    }
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
    const auto grid = static_cast<int64_t>(std::lround(std::sqrt(static_cast<double>(sizes.positions - 1))));
    if (kernel.ne[0] != kernel.ne[1] || kernel.ne[2] != 3) {
        bad_format(kernel_name + ": expected a square kernel of 3 channels, got " + shape_text(kernel.ne, 4));
    }
    if (grid < 1 || grid * grid != sizes.positions - 1) {
        bad_format(names.positions + ": expected a square number of patches and one, got " + std::to_string(sizes.positions));
    }
    sizes.edge = grid * sizes.patch;
    if (sizes.edge > 4096) {
        bad_format(kernel_name + ": expected pictures of at most 4096 pixels an edge, got " + std::to_string(sizes.edge));
    }
    return sizes;
}

}  // namespace ai_artist
