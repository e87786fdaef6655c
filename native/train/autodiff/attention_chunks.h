#pragma once

#include <functional>
#include <vector>

#include "ggml.h"

namespace ai_artist {

// Rewrites softmax attention, mixed = v softmax(scale k q + mask), whose scores [keys, queries, heads] take more than `bytes`. It is
// computed in chunks: as many heads as fit or, if one head does not fit, as many queries of one head; then the results are concatenated.
// Heads and queries are independent, so the forward pass gives the same values. Returns the nodes inside the chunks. If the backward pass
// computes them again, only the scores of one chunk are alive at a time.
// The graph is rebuilt in place; new nodes are made in `context()`. Attention of another form stays as it is. If the graph has no room for
// that many nodes, chunks are larger.
std::vector<ggml_tensor*> chunk_attention(ggml_cgraph* graph, size_t bytes, const std::function<ggml_context*()>& context);

}  // namespace ai_artist
