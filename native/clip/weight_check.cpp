#include "clip/weight_check.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "engine/engine_error.h"
#include "ggml-backend.h"
#include "ggml.h"

namespace ai_artist {
namespace {

// Exponent bits of F16 and F32: all set means NaN or infinity. The loop has no branch, so it compiles to vector instructions.
template <typename Bits>
bool all_finite(const uint8_t* data, size_t bytes, Bits exponent) {
    const auto* values = reinterpret_cast<const Bits*>(data);
    bool found = false;
    for (size_t i = 0; i < bytes / sizeof(Bits); i++) {
        found |= (values[i] & exponent) == exponent;
    }
    return !found;
}

bool all_finite_quantised(ggml_type type, const uint8_t* data, size_t bytes, std::vector<float>& values) {
    values.resize(bytes / ggml_type_size(type) * static_cast<size_t>(ggml_blck_size(type)));
    ggml_get_type_traits(type)->to_float(data, values.data(), static_cast<int64_t>(values.size()));
    return all_finite<uint32_t>(reinterpret_cast<const uint8_t*>(values.data()), values.size() * sizeof(float), 0x7f800000u);
}

bool is_finite(const ggml_tensor* tensor, std::vector<uint8_t>& buffer, std::vector<float>& values) {
    const size_t total = ggml_nbytes(tensor);
    // Holds whole blocks of every type, whose sizes are multiples of 2, 4, 18, 34, …
    const size_t step = ggml_type_size(tensor->type) * (size_t{1} << 15);
    for (size_t at = 0; at < total; at += step) {
        const size_t bytes = std::min(step, total - at);
        buffer.resize(step);
        ggml_backend_tensor_get(tensor, buffer.data(), at, bytes);
        const bool finite = tensor->type == GGML_TYPE_F32   ? all_finite<uint32_t>(buffer.data(), bytes, 0x7f800000u)
                            : tensor->type == GGML_TYPE_F16 ? all_finite<uint16_t>(buffer.data(), bytes, uint16_t{0x7c00})
                                                            : all_finite_quantised(tensor->type, buffer.data(), bytes, values);
        if (!finite) {
            return false;
        }
    }
    return true;
}

}  // namespace

void check_finite(const std::map<std::string, ggml_tensor*>& weights) {
    std::vector<uint8_t> buffer;
    std::vector<float> values;
    for (const auto& [name, tensor] : weights) {
        if (!is_finite(tensor, buffer, values)) {
            throw EngineError("ERR_MODEL_FORMAT",
                              name + ": it holds NaN or infinite values. The file is damaged, or its weights do not fit into " +
                                  ggml_type_name(tensor->type));
        }
    }
}

}  // namespace ai_artist
