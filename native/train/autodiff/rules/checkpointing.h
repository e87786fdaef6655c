#pragma once

#include <functional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "train/graph/train_graph.h"

namespace ai_artist {

// Decides which forward values stay in memory for the backward pass. The forward nodes are cut into segments at borders. A value that a
// later segment reads is kept. Every other value is computed again, by clones of its nodes, when a rule of its own segment asks for it, so
// the allocator can free it in the forward pass after its last use there.
class Checkpoints {
public:
    // `nodes` in the order of forward.
    Checkpoints(const std::vector<ggml_tensor*>& nodes, Checkpointing mode);

    // Marks a node that every mode computes again: the inside of an attention chunk.
    void always_recompute(ggml_tensor* node) { recomputed_.insert(node); }

    // The value of forward tensor `x` for the rule of `node`: `x` itself, or a clone that is made in `context()`.
    ggml_tensor* value(ggml_tensor* x, const ggml_tensor* node, const std::function<ggml_context*()>& context);

    int segments() const { return segments_; }
    int clones() const { return static_cast<int>(clones_.size()); }

private:
    bool is_kept(const ggml_tensor* x, int segment) const;
    ggml_tensor* clone(ggml_tensor* x, int segment, const std::function<ggml_context*()>& context);
    int segment_of(const ggml_tensor* node) const;

    const Checkpointing mode_;
    int segments_ = 1;
    std::unordered_map<const ggml_tensor*, int> segment_;
    std::unordered_set<const ggml_tensor*> crossing_;
    std::unordered_set<const ggml_tensor*> recomputed_;
    std::unordered_map<const ggml_tensor*, ggml_tensor*> clones_;
};

}  // namespace ai_artist
