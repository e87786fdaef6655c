#pragma once

#include <vector>

#include "train/graph/train_graph.h"

namespace ai_artist {

// Extends `forward` by reverse-mode differentiation.
//   forward     built and not allocated; contains `loss`. Its in-place nodes are made out-of-place. Leaves flagged by ggml_set_input
//               are inputs; the others, unless trainable, are frozen weights.
//   loss        one F32 element
//   accumulate  false: each gradient is copied to TrainableTensor::gradient; true: it is added. A tensor that the loss does not depend
//               on gets zeros, or nothing added.
// Each gradient is written as soon as it is complete. For a vector-Jacobian product, use loss = sum(output * vector).
// Throws EngineError ERR_UNSUPPORTED, naming the operation and its shapes, if an operation has no rule.
TrainGraph differentiate(ggml_cgraph* forward, ggml_tensor* loss, const std::vector<TrainableTensor>& trainable,
                         const AutodiffOptions& options, bool accumulate);

}  // namespace ai_artist
