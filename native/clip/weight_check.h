#pragma once

#include <map>
#include <string>

struct ggml_tensor;

namespace ai_artist {

// Throws EngineError ERR_MODEL_FORMAT naming the first tensor that holds a NaN or an infinity: one such value makes every embedding NaN.
void check_finite(const std::map<std::string, ggml_tensor*>& weights);

}  // namespace ai_artist
