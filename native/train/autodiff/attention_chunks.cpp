#include "train/autodiff/attention_chunks.h"

#include <algorithm>
#include <cstring>
#include <unordered_map>
#include <unordered_set>

#include "train/graph/graph_tools.h"

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

// Whether `mixed` is the result of attention whose scores take more than `bytes` and are read by nothing else.
bool match(ggml_tensor* mixed, size_t bytes, const Counts& readers, Attention& found) {
    if (mixed->op != GGML_OP_MUL_MAT || mixed->src[1]->op != GGML_OP_SOFT_MAX || mixed->src[1]->src[2] != nullptr ||
        ggml_nbytes(mixed->src[1]) <= bytes) {
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

// Whether each head is computed on its own, from its own queries, keys and values.
bool heads_apart(const Attention& attention) {
    const ggml_tensor* scores = attention.chain.front();
    const int64_t heads = scores->ne[2];
    if (scores->ne[3] != 1 || scores->src[0]->ne[2] != heads || attention.mixed->src[0]->ne[2] != heads) {
        return false;
    }
    return std::all_of(attention.chain.begin() + 1, attention.chain.end(), [heads](const ggml_tensor* node) {
        const ggml_tensor* mask = node->src[1];
        const bool slopes = node->op == GGML_OP_SOFT_MAX && float_parameter(node, 1) != 0;  // ALiBi: slopes depend on the head's number
        return !slopes && (mask == nullptr || mask->ne[2] == 1 || mask->ne[2] == heads);
    });
}

// A range of heads and a range of their queries.
struct Chunk {
    int64_t head, heads, row, rows;
};

// Chunks with scores of at most `bytes`: whole heads if one head fits, else parts of one head, which are consecutive.
std::vector<Chunk> chunks_of(const Attention& attention, size_t bytes) {
    const ggml_tensor* scores = attention.chain.front();
    const int64_t queries = scores->ne[1], all = scores->ne[2] * scores->ne[3];
    const auto fitting = [bytes](size_t each, int64_t most) { return std::clamp<int64_t>(static_cast<int64_t>(bytes / each), 1, most); };
    const size_t row_bytes = static_cast<size_t>(scores->ne[0]) * sizeof(float);
    const int64_t heads = heads_apart(attention) ? fitting(row_bytes * static_cast<size_t>(queries), all) : all;
    const int64_t rows = fitting(row_bytes * static_cast<size_t>(heads), queries);
    std::vector<Chunk> chunks;
    for (int64_t head = 0; head < all; head += heads) {
        for (int64_t row = 0; row < queries; row += rows) {
            chunks.push_back({head, std::min(heads, all - head), row, std::min(rows, queries - row)});
        }
    }
    return chunks;
}

// The chunk's part of keys and values (cut by heads only), queries or a mask. A single row or head is shared by all chunks.
ggml_tensor* part_of(ggml_context* c, ggml_tensor* x, const Chunk& chunk, bool by_rows) {
    const bool cut_heads = x != nullptr && x->ne[3] == 1 && x->ne[2] != 1 && x->ne[2] != chunk.heads;
    const bool cut_rows = x != nullptr && by_rows && x->ne[1] != 1 && x->ne[1] != chunk.rows;
    if (!cut_heads && !cut_rows) {
        return x;
    }
    const size_t offset =
        (cut_heads ? static_cast<size_t>(chunk.head) * x->nb[2] : 0) + (cut_rows ? static_cast<size_t>(chunk.row) * x->nb[1] : 0);
    ggml_tensor* view = ggml_view_4d(c, x, x->ne[0], cut_rows ? chunk.rows : x->ne[1], cut_heads ? chunk.heads : x->ne[2], x->ne[3],
                                     x->nb[1], x->nb[2], x->nb[3], offset);
    return cut_rows && !ggml_is_contiguous(view) ? ggml_cont(c, view) : view;
}

// What `chain` computes for the chunk.
ggml_tensor* probabilities(ggml_context* c, const std::vector<ggml_tensor*>& chain, const Chunk& chunk) {
    const ggml_tensor* scores = chain.front();
    ggml_tensor* y = ggml_mul_mat(c, part_of(c, scores->src[0], chunk, false), part_of(c, scores->src[1], chunk, true));
    std::memcpy(y->op_params, scores->op_params, sizeof(y->op_params));
    for (auto node = chain.begin() + 1; node != chain.end(); ++node) {
        const float first = float_parameter(*node, 0), second = float_parameter(*node, 1);
        if ((*node)->op == GGML_OP_SCALE) {
            y = ggml_scale_bias(c, y, first, second);
        } else if ((*node)->op == GGML_OP_ADD) {
            y = ggml_add(c, y, part_of(c, (*node)->src[1], chunk, true));
        } else {
            y = ggml_soft_max_ext(c, y, part_of(c, (*node)->src[1], chunk, true), first, second);
        }
    }
    return y;
}

// Concatenates along a dimension. Recursive by halves, so that each value is copied only a few times.
ggml_tensor* join(const std::function<ggml_context*()>& context, const std::vector<ggml_tensor*>& parts, size_t from, size_t to,
                  int dimension) {
    if (to - from == 1) {
        return parts[from];
    }
    const size_t middle = (from + to) / 2;
    ggml_tensor* first = join(context, parts, from, middle, dimension);
    ggml_tensor* second = join(context, parts, middle, to, dimension);
    return ggml_concat(context(), first, second, dimension);
}

// Turns `mixed` into the concatenation of its chunks. Adds the nodes inside the chunks to `inside`.
void rewrite(const Attention& attention, const std::vector<Chunk>& chunks, const std::function<ggml_context*()>& context,
             std::vector<ggml_tensor*>& inside) {
    ggml_tensor* mixed = attention.mixed;
    std::vector<ggml_tensor*> of_heads, rows;
    for (const Chunk& chunk : chunks) {
        ggml_context* c = context();
        ggml_tensor* p = probabilities(c, attention.chain, chunk);
        ggml_tensor* part = ggml_mul_mat(c, part_of(c, mixed->src[0], chunk, false), p);
        std::memcpy(part->op_params, mixed->op_params, sizeof(part->op_params));
        const ggml_tensor* scores = p;
        for (inside.push_back(p); scores->op != GGML_OP_MUL_MAT; scores = scores->src[0]) {
            inside.push_back(scores->src[0]);
        }
        if (scores->src[1] != attention.chain.front()->src[1] && scores->src[1]->op == GGML_OP_CONT) {
            inside.push_back(scores->src[1]);          // a copy of the queries
            inside.push_back(scores->src[1]->src[0]);  // the view that was copied
        }
        rows.push_back(part);
        if (chunk.row + chunk.rows == mixed->ne[1]) {
            of_heads.push_back(join(context, rows, 0, rows.size(), 1));
            rows.clear();
        }
    }
    const ggml_tensor* whole = join(context, of_heads, 0, of_heads.size(), 2);
    mixed->op = whole->op;
    std::memcpy(mixed->op_params, whole->op_params, sizeof(mixed->op_params));
    std::memcpy(mixed->src, whole->src, sizeof(mixed->src));
}

std::vector<Attention> find_attention(const std::vector<ggml_tensor*>& nodes, size_t bytes, const Counts& readers) {
    std::vector<Attention> all;
    for (ggml_tensor* node : nodes) {
        Attention found;
        if (match(node, bytes, readers, found)) {
            all.push_back(std::move(found));
        }
    }
    return all;
}

// The most nodes that the chunks add to a graph. Each chunk has queries and their view, views of keys and values, each node of the chain
// with its mask and the mask's view, the product and a concatenation.
size_t nodes_of_chunks(const std::vector<Attention>& all, size_t bytes) {
    size_t nodes = 0;
    for (const Attention& attention : all) {
        nodes += chunks_of(attention, bytes).size() * (3 * attention.chain.size() + 6);
    }
    return nodes;
}

}  // namespace

std::vector<ggml_tensor*> chunk_attention(ggml_cgraph* graph, size_t bytes, const std::function<ggml_context*()>& context) {
    const Counts readers = count_readers(graph);
    const std::vector<ggml_tensor*> nodes(ggml_graph_nodes(graph), ggml_graph_nodes(graph) + ggml_graph_n_nodes(graph));
    const size_t used = nodes.size() + leaves_of(graph).size(), size = static_cast<size_t>(ggml_graph_size(graph));
    std::vector<Attention> found = find_attention(nodes, bytes, readers);
    while (!found.empty() && used + nodes_of_chunks(found, bytes) > size) {
        bytes *= 2;
        found = find_attention(nodes, bytes, readers);
    }
    std::vector<ggml_tensor*> inside;
    std::unordered_set<const ggml_tensor*> replaced;
    for (const Attention& attention : found) {
        rewrite(attention, chunks_of(attention, bytes), context, inside);
        replaced.insert(attention.chain.begin(), attention.chain.end());
    }
    if (replaced.empty()) {
        return inside;
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
