#include "train/autodiff/rules/rules.h"

namespace ai_artist {

Rule find_rule(const ggml_tensor* node) {
    for (const auto group : {arithmetic_rule, shape_rule, activation_rule, norm_rule, product_rule}) {
        if (const Rule rule = group(node)) {
            return rule;
        }
    }
    return nullptr;
}

}  // namespace ai_artist
