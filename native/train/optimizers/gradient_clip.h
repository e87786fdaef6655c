#pragma once

#include <vector>

namespace ai_artist {

// The L2 norm of all gradients together, times `factor`; infinite or NaN if one of them is.
double gradient_norm(const std::vector<std::vector<float>>& gradients, double factor);

// Multiplies every gradient by `factor`, and by limit / norm if `norm` (which includes the factor) exceeds `limit`. limit 0: no limit.
void scale_and_clip(std::vector<std::vector<float>>& gradients, double factor, double norm, double limit);

}  // namespace ai_artist
