#include "train/attention_chunks.h"

#include <algorithm>
#include <cstring>
#include <unordered_map>
#include <unordered_set>

#include "engine/engine_error.h"
#include "train/graph_tools.h"

namespace ai_artist {
namespace {

using Counts = std::unordered_map<const ggml_tensor*, int>;

struct Attention {
    ggml_tensor* mixed;               // [size, queries, heads]: product of v and the last of `chain`
    std::vector<ggml_tensor*> chain;  // from the scores, a product of k and q, by scale and mask to softmax
};

Counts count_readers(ggml_cgraph* graph) {
    Counts readers;
    for (int i = 0; i < ggml_graph_n_nodes(graph); i++) {
        const ggml_tensor* node = ggml_graph_node(graph, i);
        for (const ggml_tensor* source : node->src) {
            if (source != nullptr && source != node) {
                readers[source]++;
            }
        }
    }
    return readers;
}

// Whether `mixed` is the end of attention over more than `rows` queries of which nothing else reads the scores.
bool match(ggml_tensor* mixed, int64_t rows, const Counts& readers, Attention& found) {
    if (mixed->op != GGML_OP_MUL_MAT || mixed->src[1]->op != GGML_OP_SOFT_MAX || mixed->src[1]->src[2] != nullptr || mixed->ne[1] <= rows) {
        return false;
    }
    found = {mixed, {}};
    for (ggml_tensor* node = mixed->src[1];; node = node->src[0]) {
        const bool links = node->op == GGML_OP_SOFT_MAX || node->op == GGML_OP_SCALE || node->op == GGML_OP_ADD;
        if ((!links && node->op != GGML_OP_MUL_MAT) || readers.at(node) != 1 || (node->flags & GGML_TENSOR_FLAG_OUTPUT) != 0) {
            return false;
        }
        found.chain.insert(found.chain.begin(), node);
        if (!links) {
            return true;
        }
    }
}

// The same rows of a mask that has a row for each query, or the one row for all.
ggml_tensor* mask_rows(ggml_context* c, ggml_tensor* mask, int64_t from, int64_t count) {
    if (mask == nullptr || mask->ne[1] == 1) {
        return mask;
    }
    return ggml_cont(c, ggml_view_4d(c, mask, mask->ne[0], count, mask->ne[2], mask->ne[3], mask->nb[1], mask->nb[2], mask->nb[3],
                                     static_cast<size_t>(from) * mask->nb[1]));
}

// What `chain` computes for the queries from .. from + count - 1.
ggml_tensor* probabilities(ggml_context* c, const std::vector<ggml_tensor*>& chain, int64_t from, int64_t count) {
    const ggml_tensor* scores = chain.front();
    ggml_tensor* y = ggml_mul_mat(c, scores->src[0], mask_rows(c, scores->src[1], from, count));
    std::memcpy(y->op_params, scores->op_params, sizeof(y->op_params));
    for (auto node = chain.begin() + 1; node != chain.end(); ++node) {
        const float first = float_parameter(*node, 0), second = float_parameter(*node, 1);
        if ((*node)->op == GGML_OP_SCALE) {
            y = ggml_scale_bias(c, y, first, second);
        } else if ((*node)->op == GGML_OP_ADD) {
            y = ggml_add(c, y, mask_rows(c, (*node)->src[1], from, count));
        } else {
            y = ggml_soft_max_ext(c, y, mask_rows(c, (*node)->src[1], from, count), first, second);
        }
    }
    return y;
}

// One behind the other along the queries; halves, so that nothing is copied more than a few times.
ggml_tensor* join(const std::function<ggml_context*()>& context, const std::vector<ggml_tensor*>& parts, size_t from, size_t to) {
    if (to - from == 1) {
        return parts[from];
    }
    const size_t middle = (from + to) / 2;
    ggml_tensor* first = join(context, parts, from, middle);
    ggml_tensor* second = join(context, parts, middle, to);
    return ggml_concat(context(), first, second, 1);
}

// Turns `mixed` into the concatenation of its chunks; adds the nodes inside of the chunks to `inside`.
void rewrite(const Attention& attention, int64_t rows, const std::function<ggml_context*()>& context, std::vector<ggml_tensor*>& inside) {
    ggml_tensor* mixed = attention.mixed;
    std::vector<ggml_tensor*> parts;
    for (int64_t from = 0; from < mixed->ne[1]; from += rows) {
        ggml_context* c = context();
        ggml_tensor* p = probabilities(c, attention.chain, from, std::min(rows, mixed->ne[1] - from));
        ggml_tensor* part = ggml_mul_mat(c, mixed->src[0], p);
        std::memcpy(part->op_params, mixed->op_params, sizeof(part->op_params));
        parts.push_back(part);
        for (ggml_tensor* node = p;; node = node->src[0]) {
            inside.push_back(node);
            if (node->op == GGML_OP_MUL_MAT) {
                inside.push_back(node->src[1]);          // a copy of the queries
                inside.push_back(node->src[1]->src[0]);  // the view that was copied
                break;
            }
        }
    }
    const ggml_tensor* whole = join(context, parts, 0, parts.size());
    mixed->op = whole->op;
    std::memcpy(mixed->op_params, whole->op_params, sizeof(mixed->op_params));
    std::memcpy(mixed->src, whole->src, sizeof(mixed->src));
}

}  // namespace

std::vector<ggml_tensor*> chunk_attention(ggml_cgraph* graph, int64_t rows, const std::function<ggml_context*()>& context) {
    const Counts readers = count_readers(graph);
    std::vector<ggml_tensor*> nodes(ggml_graph_nodes(graph), ggml_graph_nodes(graph) + ggml_graph_n_nodes(graph));
    std::vector<ggml_tensor*> inside;
    std::unordered_set<const ggml_tensor*> replaced;
    size_t added = 0;
    for (ggml_tensor* node : nodes) {
        Attention attention;
        if (match(node, rows, readers, attention)) {
            rewrite(attention, rows, context, inside);
            replaced.insert(attention.chain.begin(), attention.chain.end());
            const size_t chunks = static_cast<size_t>((node->ne[1] + rows - 1) / rows);
            // per chunk: queries and their view, each link with its mask and the view of that, the product, a concatenation
            added += chunks * (3 * attention.chain.size() + 4);
        }
    }
    if (replaced.empty()) {
        return inside;
    }
    if (static_cast<size_t>(ggml_graph_size(graph)) < nodes.size() + added + leaves_of(graph).size()) {
        throw EngineError("ERR_INTERNAL", "train: expected a forward graph with room for attention in chunks, got one of " +
                                              std::to_string(ggml_graph_size(graph)) + " nodes");
    }
    ggml_graph_clear(graph);
    for (ggml_tensor* node : nodes) {
        if (replaced.count(node) == 0) {
            ggml_build_forward_expand(graph, node);
        }
    }
    return inside;
}

}  // namespace ai_artist
