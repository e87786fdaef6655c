#pragma once

#include <functional>
#include <vector>

#include "ggml.h"

namespace ai_artist {

// Rewrites softmax attention, mixed = v softmax(scale k q + mask), whose scores [keys, queries, heads] take more than `bytes`: as many
// heads at a time as fit or, where one does not, as many queries of one, and the results one behind the other. Neither heads nor queries
// see each other, so forward gives the same values. The scores of one chunk are all that is alive at a time if they are computed again in
// backward; those nodes are returned.
// The graph is rebuilt in place; new nodes are made in `context()`. Attention of another form stays as it is. Where the graph has no room
// for so many nodes, chunks are larger.
std::vector<ggml_tensor*> chunk_attention(ggml_cgraph* graph, size_t bytes, const std::function<ggml_context*()>& context);

}  // namespace ai_artist
