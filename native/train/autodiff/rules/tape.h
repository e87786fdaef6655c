#pragma once

#include <functional>
#include <map>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "train/autodiff/rules/checkpointing.h"
#include "train/graph/train_graph.h"

namespace ai_artist {

// Makes the contexts that hold a train graph's tensors: all of the same size, as many as needed.
class ContextPool {
public:
    // A context with room for 64 more tensors, the most that a rule makes.
    ggml_context* context();
    std::vector<GgmlContext>& contexts() { return contexts_; }

private:
    std::vector<GgmlContext> contexts_;
};

// The state of a backward pass: the gradients so far, the forward values that rules may read, and the tensors that rules make.
// A gradient is F32, has the shape of its value and may be strided.
class Tape {
public:
    // `nodes` in the order of forward.
    Tape(ContextPool& pool, const std::vector<ggml_tensor*>& nodes, const std::vector<TrainableTensor>& trainable,
         const AutodiffOptions& options);

    // Where a rule or building block makes its tensors: room for 64. Call it again for more.
    ggml_context* context() { return pool_.context(); }

    // Whether `x` depends on a trainable tensor, so that its gradient is wanted.
    bool needs(const ggml_tensor* x) const { return x != nullptr && needed_.count(x) != 0; }

    // The rule of `node` runs next: value() returns what that node read.
    void enter(const ggml_tensor* node) { node_ = node; }

    // A forward value; computed again if checkpointing did not keep it.
    ggml_tensor* value(ggml_tensor* x);

    // Adds `g`, which has the shape of `x`, to the gradient of `x`; does nothing if none is wanted.
    void add(ggml_tensor* x, ggml_tensor* g);
    // The same for the part of the contiguous tensor `x` that begins at byte `offset` and has the strides `nb`.
    void add_part(ggml_tensor* x, ggml_tensor* g, const size_t* nb, size_t offset);
    // nullptr if nothing has been added.
    ggml_tensor* gradient(const ggml_tensor* x) const;
    // Adds `tensor` to the graph, after all tensors emitted before.
    void emit(ggml_tensor* tensor) { emitted_.push_back(tensor); }
    const std::vector<ggml_tensor*>& emitted() const { return emitted_; }

    // Building blocks of rules.
    ggml_tensor* contiguous(ggml_tensor* x);
    // Only each row is contiguous.
    ggml_tensor* contiguous_rows(ggml_tensor* x);
    ggml_tensor* f32(ggml_tensor* x);
    ggml_tensor* filled(float value, const ggml_tensor* like);
    ggml_tensor* reshaped(ggml_tensor* x, const ggml_tensor* like);
    // The matrix product, with F32 accuracy on backends that have a choice.
    ggml_tensor* product(ggml_tensor* a, ggml_tensor* b);
    // Sum over m of x[k, m] y[m, n] as [k, n], for each pair of matrices.
    ggml_tensor* transposed_product(ggml_tensor* x, ggml_tensor* y);
    // Sum over n of x[k, n] y[m, n] as [k, m], for each pair of matrices; may be strided.
    ggml_tensor* outer_product(ggml_tensor* x, ggml_tensor* y);
    bool on_cpu() const { return on_cpu_; }
    // Whether these products use OUT_PROD (on a CPU) instead of products of transposed copies.
    bool sums_outer_products() const { return on_cpu_; }
    // The matrices of the value `x`, transposed and contiguous, F32 or F16. Made once and shared by all rules.
    ggml_tensor* transposed(ggml_tensor* x);
    // The weight `x` as F32.
    ggml_tensor* dequantised(ggml_tensor* x);
    // 0, 1, … or, reversed, n - 1, n - 2, …: I32.
    ggml_tensor* row_numbers(int64_t n, bool reversed);
    // Returns what `make` builds from the frozen weight `weight` alone. It is computed once if the cache has room, else in each step.
    ggml_tensor* from_weight(ggml_tensor* weight, const std::function<ggml_tensor*()>& make);
    // Whether the backend has this operation. False without a backend.
    bool has(const ggml_tensor* operation) const;

    struct Cached {
        ggml_tensor* kept;  // a leaf of the train graph
        ggml_tensor* copy;  // computed once by the prologue and copied to `kept`
    };
    const std::vector<Cached>& cached() const { return cached_; }
    std::vector<Constant>& constants() { return constants_; }
    Checkpoints& checkpoints() { return checkpoints_; }

private:
    bool is_frozen_weight(const ggml_tensor* x) const;
    ggml_tensor* outer_factor(ggml_tensor* x);

    ContextPool& pool_;
    const AutodiffOptions options_;
    const bool on_cpu_;
    Checkpoints checkpoints_;
    const ggml_tensor* node_ = nullptr;
    std::unordered_set<const ggml_tensor*> needed_;
    std::unordered_map<const ggml_tensor*, ggml_tensor*> gradients_;
    std::unordered_set<const ggml_tensor*> own_gradients_;  // written by add_part() only: later parts may go in place
    std::unordered_map<const ggml_tensor*, ggml_tensor*> transposed_;
    std::map<std::pair<int64_t, bool>, ggml_tensor*> row_numbers_;
    std::map<float, ggml_tensor*> scalars_;
    std::vector<ggml_tensor*> emitted_;
    std::vector<Cached> cached_;
    size_t cached_bytes_ = 0;
    std::vector<Constant> constants_;
};

}  // namespace ai_artist
