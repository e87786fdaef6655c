// What differentiate() does with whole graphs: in-place nodes, checkpointing, accumulation, cached weights, memory, refusals.
#include <algorithm>
#include <cstring>

#include "engine/engine_error.h"
#include "ggml-cpu.h"
#include "support/check.h"
#include "support/gradients.h"
#include "train/graph/graph_tools.h"
#include "train/graph/memory_plan.h"
#include "train/graph/train_allocation.h"

using namespace ai_artist;
using Tensors = std::vector<ggml_tensor*>;

static Leaf leaf(std::vector<int64_t> ne, float scale = 1.f) {
    return {std::move(ne), GGML_TYPE_F32, true, scale};
}

static Leaf frozen(std::vector<int64_t> ne, ggml_type type = GGML_TYPE_F32, float scale = 1.f) {
    return {std::move(ne), type, false, scale};
}

static bool same_bits(const Gradients& a, const Gradients& b) {
    bool same = a.size() == b.size();
    for (size_t i = 0; same && i < a.size(); i++) {
        same = a[i].size() == b[i].size() && std::memcmp(a[i].data(), b[i].data(), a[i].size() * sizeof(float)) == 0;
    }
    return same;
}

constexpr int64_t width = 12, tokens = 6;
constexpr int blocks = 4;

// Blocks of a frozen product with a low-rank correction, attention of the tokens to each other, and two residual additions; with the
// engine's in-place operations and the names it gives to the ends of blocks. Leaves: x, then per block W, down, up, V.
static ggml_tensor* network(ggml_context* c, const Tensors& t) {
    ggml_tensor* x = t[0];
    for (int i = 0; i < blocks; i++) {
        ggml_tensor* const* w = &t[static_cast<size_t>(1 + 4 * i)];
        ggml_tensor* h = ggml_norm(c, x, 1e-5f);
        ggml_tensor* k = ggml_mul_mat(c, w[0], h);
        k = ggml_add(c, k, ggml_scale(c, ggml_mul_mat(c, w[2], ggml_mul_mat(c, w[1], h)), 0.5f));
        ggml_tensor* scores = ggml_scale_inplace(c, ggml_mul_mat(c, k, h), 0.3f);
        ggml_tensor* v = ggml_cont(c, ggml_transpose(c, h));
        x = ggml_add(c, ggml_mul_mat(c, v, ggml_soft_max_inplace(c, scores)), x);
        h = ggml_silu_inplace(c, ggml_mul_mat(c, w[3], ggml_norm(c, x, 1e-5f)));
        x = ggml_add(c, h, x);
        ggml_set_name(x, ("ggml_runner_cut:block." + std::to_string(i) + "|x").c_str());
    }
    return ggml_mul_inplace(c, ggml_rms_norm(c, x, 1e-5f), t[0]);
}

static GradientCase network_case(const char* name) {
    GradientCase c{name, {leaf({width, tokens})}, network, 3e-3};
    for (int i = 0; i < blocks; i++) {
        c.leaves.push_back(frozen({width, width}, GGML_TYPE_F32, 0.5f));
        c.leaves.push_back(leaf({width, 2}, 0.5f));
        c.leaves.push_back(leaf({2, width}, 0.5f));
        c.leaves.push_back(leaf({width, width}, 0.3f));
    }
    return c;
}

static void checkpointing() {
    const GradientCase c = network_case("a small transformer");
    check_gradients(c);
    const Differentiated plain = differentiate_case(c);
    for (const auto& [name, mode, least] : {std::tuple<const char*, Checkpointing, int>{"blocks", Checkpointing::blocks, blocks}, {"fine", Checkpointing::fine, 2 * blocks}}) {
        AutodiffOptions options;
        options.checkpointing = mode;
        const Differentiated actual = differentiate_case(c, options);
        const std::string title = std::string("checkpointing by ") + name;
        check(same_bits(actual.gradients, plain.gradients), title + " gives the same bits");
        check(actual.segments >= least && actual.recomputed > 10, title + " computes again", std::to_string(actual.segments) + " segments, " + std::to_string(actual.recomputed) + " nodes");
        check(actual.compute_bytes < plain.compute_bytes, title + " takes less memory", std::to_string(actual.compute_bytes) + " of " + std::to_string(plain.compute_bytes) + " bytes");
    }
    check(plain.recomputed == 0 && plain.segments == 1, "without checkpointing nothing is computed again");
}

static void accumulation() {
    const GradientCase c = network_case("a small transformer, accumulated");
    const Gradients once = differentiate_case(c).gradients;
    check(same_bits(differentiate_case(c, {}, false, 2).gradients, once), "a second step overwrites the gradients of the first");
    Gradients twice = once;
    for (auto& gradient : twice) {
        for (float& value : gradient) {
            value *= 2;
        }
    }
    check(same_bits(differentiate_case(c, {}, true, 2).gradients, twice), "accumulated twice is twice the gradient");
    AutodiffOptions scaled;
    scaled.seed = 1024.f;
    Gradients larger = once;
    for (auto& gradient : larger) {
        for (float& value : gradient) {
            value *= 1024.f;
        }
    }
    check(same_bits(differentiate_case(c, scaled).gradients, larger), "the seed scales the gradients");
}

static void cached_weights() {
    GradientCase c = network_case("a small transformer, cached weights");
    AutodiffOptions cached;
    cached.weight_cache_bytes = 1 << 20;
    const Gradients expected = differentiate_case(c).gradients;
    const Differentiated actual = differentiate_case(c, cached, false, 2);
    check(same_bits(actual.gradients, expected), "cached transposed weights give the same bits, also in a second step");
    cached.weight_cache_bytes = 2 * width * width * sizeof(float);
    check(same_bits(differentiate_case(c, cached).gradients, expected), "a cache with room for some of the weights gives the same bits");
    GradientCase convolution{"a convolution, cached weights", {frozen({3, 3, 2, 4}, GGML_TYPE_F16), leaf({6, 5, 2, 2})}, [](ggml_context* ctx, const Tensors& t) {
                                 return ggml_conv_2d(ctx, t[0], t[1], 2, 2, 1, 1, 1, 1);
                             }};
    cached.weight_cache_bytes = 1 << 20;
    check(same_bits(differentiate_case(convolution, cached, false, 2).gradients, differentiate_case(convolution).gradients),
          "a cached turned kernel gives the same bits");
}

// Multi-head attention of 45 queries to 33 keys, with or without a mask; leaves: q, k, v [size, tokens, heads], mask [33, 45] or one per head.
static ggml_tensor* attention(ggml_context* c, const Tensors& t, bool added_mask, bool fused_mask) {
    ggml_tensor* scores = ggml_scale_inplace(c, ggml_mul_mat(c, ggml_sqr(c, t[1]), ggml_silu(c, t[0])), 0.5f);
    if (added_mask) {
        scores = ggml_add_inplace(c, scores, t[3]);
    }
    scores = fused_mask ? ggml_soft_max_ext(c, scores, t[3], 0.7f, 0.f) : ggml_soft_max_inplace(c, scores);
    ggml_tensor* v = ggml_cont(c, ggml_transpose(c, t[2]));
    ggml_tensor* mixed = ggml_cont(c, ggml_permute(c, ggml_mul_mat(c, v, scores), 0, 2, 1, 3));
    ggml_set_name(mixed, "ggml_runner_cut:attention|mixed");
    return ggml_sqr(c, mixed);
}

static void chunked_attention() {
    const std::vector<int64_t> shared = {33, 45}, each = {33, 45, 3};
    for (const auto& [name, added, fused, mask] : {std::tuple<const char*, bool, bool, std::vector<int64_t>>{"without a mask", false, false, shared},
                                                   {"with an added mask", true, false, shared},
                                                   {"with a fused mask", false, true, shared},
                                                   {"with a mask for each head", true, false, each}}) {
        const GradientCase c{std::string("attention ") + name, {leaf({8, 45, 3}), leaf({8, 33, 3}), leaf({8, 33, 3}), frozen(mask)},
                             [added = added, fused = fused](ggml_context* ctx, const Tensors& t) { return attention(ctx, t, added, fused); }};
        check_gradients(c);
        constexpr size_t row = 33 * sizeof(float);
        for (const auto& [mode_name, mode, backend] : {std::tuple<const char*, Checkpointing, ggml_backend_t>{"", Checkpointing::none, nullptr},
                                                       {", checkpointed", Checkpointing::blocks, nullptr},
                                                       {", on the CPU", Checkpointing::none, cpu()}}) {
            AutodiffOptions plain;
            plain.backend = backend;
            const Differentiated whole = differentiate_case(c, plain);
            for (const auto& [size_name, bytes, chunks] : {std::tuple<const char*, size_t, int>{"two heads", 2 * 45 * row, 2}, {"heads", 45 * row, 3}, {"eight rows", 8 * row, 18}}) {
                AutodiffOptions options = plain;
                options.checkpointing = mode;
                options.attention_bytes = bytes;
                const Differentiated chunked = differentiate_case(c, options);
                double error = 0;
                for (size_t i = 0; i < 3; i++) {
                    error = std::max(error, relative_error(chunked.gradients[i], whole.gradients[i]));
                }
                const std::string title = std::string("attention in chunks of ") + size_name + " " + name + mode_name;
                check(error < 1e-5, title + " has the same gradients", "relative error " + std::to_string(error));
                check(chunks > 3 || same_bits(chunked.gradients, whole.gradients), title + ", whole heads have the same bits");
                check(chunked.compute_bytes < whole.compute_bytes && chunked.recomputed >= chunks * 3, title + " takes less memory",
                      std::to_string(chunked.compute_bytes) + " of " + std::to_string(whole.compute_bytes) + " bytes, " + std::to_string(chunked.recomputed) + " nodes again");
            }
        }
    }
    const GradientCase crowded{"attention without room for its smallest chunks", {leaf({8, 300, 4}), leaf({8, 33, 4}), leaf({8, 33, 4})},
                               [](ggml_context* ctx, const Tensors& t) { return attention(ctx, t, false, false); }};
    AutodiffOptions narrow;
    narrow.attention_bytes = 33 * sizeof(float);
    const Gradients whole = differentiate_case(crowded).gradients, chunked = differentiate_case(crowded, narrow).gradients;
    double error = 0;
    for (size_t i = 0; i < 3; i++) {
        error = std::max(error, relative_error(chunked[i], whole[i]));
    }
    check(error < 1e-5, crowded.name + " has the same gradients", "relative error " + std::to_string(error));
}

static void in_place() {
    check_gradients({"operations in place", {leaf({5, 3, 2}), leaf({5, 3, 2})}, [](ggml_context* c, const Tensors& t) {
                         ggml_tensor* x = ggml_sqr(c, t[0]);
                         x = ggml_mul_inplace(c, x, t[1]);
                         x = ggml_add_inplace(c, x, t[0]);
                         return ggml_scale_inplace(c, ggml_silu_inplace(c, x), 2.f);
                     }});
    check_gradients({"an operation in place on a permuted tensor", {leaf({5, 3, 2}), leaf({5, 2, 3})}, [](ggml_context* c, const Tensors& t) {
                         ggml_tensor* x = ggml_permute(c, ggml_sqr(c, t[0]), 0, 2, 1, 3);
                         x = ggml_add_inplace(c, x, t[1]);
                         return ggml_sqr(c, ggml_cont(c, ggml_permute(c, ggml_transpose(c, x), 2, 0, 1, 3)));
                     }});
    check_gradients({"an operation in place on a part", {leaf({6, 3}), leaf({2, 3})}, [](ggml_context* c, const Tensors& t) {
                         ggml_tensor* x = ggml_sqr(c, t[0]);
                         return ggml_mul_inplace(c, ggml_view_2d(c, x, 2, 3, x->nb[1], 2 * sizeof(float)), t[1]);
                     }});
    check_gradients({"a parameter that is read three times", {leaf({4, 4}), leaf({4, 3})}, [](ggml_context* c, const Tensors& t) {
                         ggml_tensor* x = ggml_mul_mat(c, t[0], ggml_tanh(c, ggml_mul_mat(c, t[0], t[1])));
                         return ggml_mul_mat(c, ggml_cont(c, ggml_transpose(c, t[0])), x);
                     }});
}

// Graphs that are made by hand, as a caller of differentiate() makes them.
struct Bench {
    GgmlContext own{ggml_init({4096 * ggml_tensor_overhead(), nullptr, true})};
    GgmlContext nodes{ggml_init({32 << 20, nullptr, true})};
    BackendBuffer buffer;
    ggml_cgraph* graph = ggml_new_graph_custom(nodes.get(), 16384, false);

    ggml_tensor* vector(int64_t n) { return ggml_new_tensor_1d(own.get(), GGML_TYPE_F32, n); }
    void allocate(float value) {
        buffer.reset(ggml_backend_alloc_ctx_tensors(own.get(), cpu()));
        for (ggml_tensor* t = ggml_get_first_tensor(own.get()); t != nullptr; t = ggml_get_next_tensor(own.get(), t)) {
            const std::vector<float> values(static_cast<size_t>(ggml_nelements(t)), value);
            ggml_backend_tensor_set(t, values.data(), 0, ggml_nbytes(t));
        }
    }
};

static std::vector<float> download(const ggml_tensor* tensor) {
    std::vector<float> values(static_cast<size_t>(ggml_nelements(tensor)));
    ggml_backend_tensor_get(tensor, values.data(), 0, ggml_nbytes(tensor));
    return values;
}

static void unreached() {
    for (const bool accumulate : {false, true}) {
        Bench b;
        ggml_tensor *x = b.vector(4), *other = b.vector(4), *unread = b.vector(4);
        std::vector<TrainableTensor> trainable;
        for (ggml_tensor* value : {x, other, unread}) {
            trainable.push_back({value, b.vector(4)});
        }
        b.allocate(3.f);
        ggml_tensor* loss = ggml_sum(b.nodes.get(), ggml_sqr(b.nodes.get(), x));
        ggml_build_forward_expand(b.graph, ggml_sqr(b.nodes.get(), other));
        ggml_build_forward_expand(b.graph, loss);
        TrainAllocation allocation(cpu(), differentiate(b.graph, loss, trainable, {}, accumulate));
        allocation.compute();
        const float kept = accumulate ? 3.f : 0.f;
        check(download(trainable[0].gradient) == std::vector<float>(4, kept + 6.f) && download(trainable[1].gradient) == std::vector<float>(4, kept) &&
                  download(trainable[2].gradient) == std::vector<float>(4, kept),
              accumulate ? "a tensor that the loss does not depend on gets nothing added" : "a tensor that the loss does not depend on gets zeros");
    }
}

// As many parameters as a large model has adapters, each gradient gone from the allocator as soon as it is complete.
static void many_parameters() {
    constexpr int count = 1500;
    Bench b;
    std::vector<TrainableTensor> trainable;
    ggml_tensor* x = b.vector(33);
    for (int i = 0; i < count; i++) {
        trainable.push_back({b.vector(33), b.vector(33)});
    }
    b.allocate(0.5f);
    ggml_tensor* sum = nullptr;
    for (const TrainableTensor& tensor : trainable) {
        x = ggml_add(b.nodes.get(), ggml_tanh(b.nodes.get(), ggml_mul(b.nodes.get(), x, tensor.value)), x);
        sum = sum == nullptr ? x : ggml_add(b.nodes.get(), sum, x);
    }
    ggml_tensor* loss = ggml_sum(b.nodes.get(), sum);
    ggml_build_forward_expand(b.graph, loss);
    TrainAllocation allocation(cpu(), differentiate(b.graph, loss, trainable, {}, false));
    check(allocation.compute() == GGML_STATUS_SUCCESS && download(trainable.front().gradient)[32] > 0.f, "a graph with 1500 parameters runs");
}

static void memory() {
    Bench b;
    const TrainableTensor tensor{b.vector(1000), b.vector(1000)};
    ggml_tensor* loss = ggml_sum(b.nodes.get(), ggml_sqr(b.nodes.get(), ggml_silu(b.nodes.get(), tensor.value)));
    ggml_build_forward_expand(b.graph, loss);
    TrainGraph graph = differentiate(b.graph, loss, {tensor}, {}, false);
    const MemoryPlan plan = plan_memory(cpu(), graph);
    check(tensor.value->data == nullptr && plan.unsupported.empty(), "a plan needs no memory for parameters and leaves them as they were");
    b.allocate(1.f);
    const TrainAllocation allocation(cpu(), std::move(graph));
    check(allocation.compute_bytes() == plan.compute_bytes && allocation.cached_bytes() == plan.cached_bytes && plan.compute_bytes > 4000, "a plan says what the step takes",
          std::to_string(plan.compute_bytes) + " planned, " + std::to_string(allocation.compute_bytes()) + " taken");
}

template <typename Body>
static std::string code_of(const Body& body) {
    try {
        body();
    } catch (const EngineError& error) {
        return error.code() + " " + error.what();
    }
    return "none";
}

static void refusals() {
    Bench b;
    const TrainableTensor tensor{b.vector(64), b.vector(64)};
    ggml_context* c = b.nodes.get();
    ggml_tensor* f16 = ggml_cast(c, tensor.value, GGML_TYPE_F16);
    // The CPU has no outer product of F16.
    ggml_tensor* outer = ggml_out_prod(c, ggml_reshape_2d(c, f16, 8, 8), ggml_reshape_2d(c, tensor.value, 8, 8));
    ggml_build_forward_expand(b.graph, outer);
    b.allocate(1.f);
    const MemoryPlan plan = plan_memory(cpu(), b.graph);
    check(plan.unsupported.size() == 1 && plan.unsupported[0].find("OUT_PROD f32 [8, 8, 1, 1] of f16") == 0, "a plan names what the backend refuses",
          plan.unsupported.empty() ? "nothing" : plan.unsupported[0]);
    ggml_tensor* loss = ggml_sum(c, tensor.value);
    ggml_build_forward_expand(b.graph, loss);
    std::string error = code_of([&] { TrainAllocation(cpu(), differentiate(b.graph, loss, {tensor}, {}, false)); });
    check(error.find("ERR_UNSUPPORTED") == 0 && error.find("OUT_PROD") != std::string::npos, "a graph that the backend cannot run is refused before it runs", error);

    Bench unloaded;
    const TrainableTensor parameter{unloaded.vector(64), unloaded.vector(64)};
    unloaded.allocate(1.f);
    ggml_tensor* weight = ggml_new_tensor_2d(unloaded.nodes.get(), GGML_TYPE_F32, 64, 8);
    ggml_tensor* total = ggml_sum(unloaded.nodes.get(), ggml_mul_mat(unloaded.nodes.get(), weight, parameter.value));
    ggml_build_forward_expand(unloaded.graph, total);
    AutodiffOptions cached;
    cached.weight_cache_bytes = 1 << 20;
    error = code_of([&] { TrainAllocation(cpu(), differentiate(unloaded.graph, total, {parameter}, cached, false)).compute(); });
    check(error.find("ERR_INTERNAL") == 0 && error.find("without data") != std::string::npos, "weights that are not loaded are not cached", error);

    ggml_tensor* wide = ggml_sqr(c, tensor.value);
    ggml_build_forward_expand(b.graph, wide);
    error = code_of([&] { differentiate(b.graph, wide, {tensor}, {}, false); });
    check(error.find("ERR_INTERNAL") == 0, "a loss of more than one element is refused", error);
    error = code_of([&] { differentiate(b.graph, loss, {{wide, tensor.gradient}}, {}, false); });
    check(error.find("ERR_INTERNAL") == 0, "a trainable tensor that is computed is refused", error);
}

int main() {
    ggml_cpu_init();
    in_place();
    checkpointing();
    accumulation();
    cached_weights();
    chunked_attention();
    unreached();
    many_parameters();
    memory();
    refusals();
    return result();
}
