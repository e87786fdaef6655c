#pragma once

#include <functional>
#include <vector>

#include "ggml.h"

namespace ai_artist {

// Rewrites softmax attention, mixed = v softmax(scale k q + mask), that asks with more than `rows` queries: so many queries at a time, and
// the results one behind the other. A query does not see the others, so forward gives the same values. The scores of one chunk,
// [keys, rows, heads], are all that is alive at a time if they are computed again in backward; those nodes are returned.
// The graph is rebuilt in place; new nodes are made in `context()`. Attention of another form stays as it is.
// Throws EngineError ERR_INTERNAL if the graph was made with too little room.
std::vector<ggml_tensor*> chunk_attention(ggml_cgraph* graph, int64_t rows, const std::function<ggml_context*()>& context);

}  // namespace ai_artist
