#include "train/autodiff/rules/tape.h"

#include <cstring>
#include <limits>

#include "engine/engine_error.h"
#include "train/graph/graph_tools.h"

namespace ai_artist {
namespace {

constexpr size_t tensors_per_context = 2048;
constexpr size_t tensors_per_rule = 64;  // more than any rule makes between two calls of context()
constexpr int64_t short_row = 32;        // rows of an outer product that are shorter do not fill a CPU's vectors

}  // namespace

ggml_context* ContextPool::context() {
    const size_t tensor_bytes = ggml_tensor_overhead();
    if (!contexts_.empty()) {
        ggml_context* last = contexts_.back().get();
        if (ggml_get_mem_size(last) - ggml_used_mem(last) > tensors_per_rule * tensor_bytes) {
            return last;
        }
    }
    contexts_.emplace_back(ggml_init({tensors_per_context * tensor_bytes, nullptr, true}));
    if (contexts_.back() == nullptr) {
        throw EngineError("ERR_OUT_OF_MEMORY", "train: no memory for the training graph");
    }
    return contexts_.back().get();
}

Tape::Tape(ContextPool& pool, const std::vector<ggml_tensor*>& nodes, const std::vector<TrainableTensor>& trainable,
           const AutodiffOptions& options)
    : pool_(pool), options_(options), on_cpu_(is_cpu(options.backend)), checkpoints_(nodes, options.checkpointing) {
    for (const TrainableTensor& tensor : trainable) {
        needed_.insert(tensor.value);
    }
    for (const ggml_tensor* node : nodes) {
        // im2col reads only the shape of its first source, the kernel.
        for (int i = node->op == GGML_OP_IM2COL ? 1 : 0; i < GGML_MAX_SRC; i++) {
            if (node->src[i] != node && needs(node->src[i])) {
                needed_.insert(node);
                break;
            }
        }
    }
}

ggml_tensor* Tape::value(ggml_tensor* x) {
    return checkpoints_.value(x, node_, [this] { return context(); });
}

ggml_tensor* Tape::gradient(const ggml_tensor* x) const {
    const auto found = gradients_.find(x);
    return found == gradients_.end() ? nullptr : found->second;
}

void Tape::add(ggml_tensor* x, ggml_tensor* g) {
    if (!needs(x)) {
        return;
    }
    ggml_tensor*& sum = gradients_[x];
    sum = sum == nullptr ? g : ggml_add(context(), contiguous(sum), contiguous(g));
    own_gradients_.erase(x);
    emit(sum);
}

void Tape::add_part(ggml_tensor* x, ggml_tensor* g, const size_t* nb, size_t offset) {
    if (!needs(x)) {
        return;
    }
    constexpr size_t limit = std::numeric_limits<int32_t>::max();  // ggml keeps these in 32 bits
    if (nb[1] > limit || nb[2] > limit || nb[3] > limit || offset > limit) {
        throw EngineError("ERR_UNSUPPORTED",
                          "train: expected views below 2 GiB, got one into " + describe(x) + "; train at a lower resolution");
    }
    ggml_tensor*& sum = gradients_[x];
    if (sum == nullptr) {
        sum = filled(0.f, x);
        own_gradients_.insert(x);
    }
    if (own_gradients_.count(x) != 0) {
        sum = ggml_acc_inplace(context(), sum, contiguous(g), nb[1], nb[2], nb[3], offset);
    } else {
        sum = ggml_acc(context(), contiguous(sum), contiguous(g), nb[1], nb[2], nb[3], offset);
        own_gradients_.insert(x);
    }
    emit(sum);
}

ggml_tensor* Tape::contiguous(ggml_tensor* x) {
    if (!ggml_is_contiguous(x)) {
        return ggml_cont(context(), x);
    }
    // ggml calls a permuted tensor contiguous if the moved sides have length 1, but some operations (SCALE) refuse its strides.
    size_t stride = x->nb[0] * static_cast<size_t>(x->ne[0]) / static_cast<size_t>(ggml_blck_size(x->type));
    for (int i = 1; i < GGML_MAX_DIMS; i++) {
        if (x->nb[i] != stride) {
            return ggml_reshape_4d(context(), x, x->ne[0], x->ne[1], x->ne[2], x->ne[3]);
        }
        stride *= static_cast<size_t>(x->ne[i]);
    }
    return x;
}

ggml_tensor* Tape::contiguous_rows(ggml_tensor* x) { return ggml_is_contiguous_rows(x) ? x : ggml_cont(context(), x); }

ggml_tensor* Tape::f32(ggml_tensor* x) { return x->type == GGML_TYPE_F32 ? x : ggml_cast(context(), x, GGML_TYPE_F32); }

ggml_tensor* Tape::filled(float value, const ggml_tensor* like) {
    ggml_tensor*& scalar = scalars_[value];
    if (scalar == nullptr) {
        scalar = ggml_new_tensor_1d(context(), GGML_TYPE_F32, 1);
        std::vector<uint8_t> bytes(sizeof(value));
        std::memcpy(bytes.data(), &value, sizeof(value));
        constants_.push_back({scalar, std::move(bytes)});
    }
    return ggml_repeat_4d(context(), scalar, like->ne[0], like->ne[1], like->ne[2], like->ne[3]);
}

ggml_tensor* Tape::reshaped(ggml_tensor* x, const ggml_tensor* like) {
    if (ggml_are_same_shape(x, like)) {
        return x;
    }
    return ggml_reshape_4d(context(), contiguous(x), like->ne[0], like->ne[1], like->ne[2], like->ne[3]);
}

ggml_tensor* Tape::product(ggml_tensor* a, ggml_tensor* b) {
    ggml_tensor* result = ggml_mul_mat(context(), a, b);
    ggml_mul_mat_set_prec(result, GGML_PREC_F32);
    return result;
}

// In the layout that OUT_PROD requires, also for rows with one element.
ggml_tensor* Tape::outer_factor(ggml_tensor* x) {
    return x->nb[0] == sizeof(float) && !ggml_is_transposed(x) ? x : ggml_cont(context(), x);
}

ggml_tensor* Tape::transposed_product(ggml_tensor* x, ggml_tensor* y) {
    // A weight is not transposed: the copy would cost time in each step, or memory if it were kept.
    if (on_cpu_ && x->type == GGML_TYPE_F32 && view_of_root(x).root->op == GGML_OP_NONE) {
        return ggml_out_prod(context(), outer_factor(x), ggml_transpose(context(), y));
    }
    return product(transposed(x), y);
}

ggml_tensor* Tape::outer_product(ggml_tensor* x, ggml_tensor* y) {
    if (!on_cpu_) {
        return product(transposed(x), transposed(y));
    }
    if (x->ne[0] < short_row && y->ne[0] > x->ne[0]) {
        return ggml_transpose(context(), ggml_out_prod(context(), outer_factor(y), x));
    }
    return ggml_out_prod(context(), outer_factor(x), y);
}

ggml_tensor* Tape::transposed(ggml_tensor* x) {
    ggml_tensor*& found = transposed_[x];
    if (found == nullptr) {
        found = from_weight(x, [&]() {
            ggml_context* c = context();
            if (x->type == GGML_TYPE_F32 || x->type == GGML_TYPE_F16) {
                return ggml_cont(c, ggml_transpose(c, x));
            }
            // A product with BF16 would round the gradients to 8 bits.
            return ggml_cast(c, ggml_transpose(c, dequantised(x)), GGML_TYPE_F16);
        });
    }
    return found;
}

ggml_tensor* Tape::dequantised(ggml_tensor* x) {
    ggml_tensor* cast = f32(x);
    if (options_.backend == nullptr || has(cast) || x->ne[2] * x->ne[3] != 1) {
        return cast;
    }
    // GPU backends can read some quantised types only row by row.
    return ggml_get_rows(context(), x, row_numbers(x->ne[1], false));
}

ggml_tensor* Tape::row_numbers(int64_t n, bool reversed) {
    ggml_tensor*& numbers = row_numbers_[{n, reversed}];
    if (numbers == nullptr) {
        numbers = ggml_new_tensor_1d(context(), GGML_TYPE_I32, n);
        std::vector<int32_t> values(static_cast<size_t>(n));
        for (size_t i = 0; i < values.size(); i++) {
            values[i] = static_cast<int32_t>(reversed ? n - 1 - static_cast<int64_t>(i) : static_cast<int64_t>(i));
        }
        std::vector<uint8_t> bytes(values.size() * sizeof(int32_t));
        std::memcpy(bytes.data(), values.data(), bytes.size());
        constants_.push_back({numbers, std::move(bytes)});
    }
    return numbers;
}

bool Tape::is_frozen_weight(const ggml_tensor* x) const {
    while (is_view_op(x)) {
        x = x->src[0];
    }
    return x->op == GGML_OP_NONE && (x->flags & GGML_TENSOR_FLAG_INPUT) == 0 && !needs(x);
}

ggml_tensor* Tape::from_weight(ggml_tensor* weight, const std::function<ggml_tensor*()>& make) {
    ggml_tensor* made = make();
    const size_t bytes = ggml_nbytes(made);
    if (!is_frozen_weight(weight) || cached_bytes_ + bytes > options_.weight_cache_bytes) {
        return made;
    }
    cached_bytes_ += bytes;
    ggml_tensor* kept = ggml_new_tensor(context(), made->type, GGML_MAX_DIMS, made->ne);
    cached_.push_back({kept, ggml_cpy(context(), made, kept)});
    return kept;
}

bool Tape::has(const ggml_tensor* operation) const {
    return options_.backend != nullptr && ggml_backend_supports_op(options_.backend, operation);
}

}  // namespace ai_artist
