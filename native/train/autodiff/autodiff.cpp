#include "train/autodiff/autodiff.h"

#include <algorithm>
#include <unordered_map>

#include "engine/engine_error.h"
#include "train/autodiff/attention_chunks.h"
#include "train/autodiff/rules/rules.h"
#include "train/autodiff/rules/tape.h"
#include "train/graph/graph_tools.h"

namespace ai_artist {
namespace {

void check_arguments(const std::vector<ggml_tensor*>& nodes, const ggml_tensor* loss, const std::vector<TrainableTensor>& trainable) {
    if (loss->type != GGML_TYPE_F32 || ggml_nelements(loss) != 1 || std::find(nodes.begin(), nodes.end(), loss) == nodes.end()) {
        throw EngineError("ERR_INTERNAL", "train: expected a loss of one F32 element in the forward graph, got " + describe(loss));
    }
    for (const TrainableTensor& tensor : trainable) {
        if (tensor.value->op != GGML_OP_NONE || tensor.value->type != GGML_TYPE_F32 || tensor.gradient->type != GGML_TYPE_F32 ||
            !ggml_are_same_shape(tensor.value, tensor.gradient) || !ggml_is_contiguous(tensor.gradient)) {
            throw EngineError("ERR_INTERNAL", std::string("train: expected an F32 leaf and a gradient of its shape, got ") +
                                                  tensor.value->name + ": " + describe(tensor.value));
        }
    }
}

// For each trainable tensor the first forward node that reads it. After the backward pass of that node the gradient is complete.
std::unordered_map<const ggml_tensor*, std::vector<size_t>> by_first_reader(const std::vector<ggml_tensor*>& nodes,
                                                                            const std::vector<TrainableTensor>& trainable) {
    std::unordered_map<const ggml_tensor*, const ggml_tensor*> reader;
    for (const ggml_tensor* node : nodes) {
        for (const ggml_tensor* source : node->src) {
            if (source != nullptr) {
                reader.emplace(source, node);
            }
        }
    }
    std::unordered_map<const ggml_tensor*, std::vector<size_t>> complete;
    for (size_t i = 0; i < trainable.size(); i++) {
        const auto found = reader.find(trainable[i].value);
        complete[found == reader.end() ? nullptr : found->second].push_back(i);
    }
    return complete;
}

void write_gradient(Tape& tape, const TrainableTensor& tensor, bool accumulate) {
    ggml_context* c = tape.context();
    ggml_tensor* sum = tape.gradient(tensor.value);
    if (sum == nullptr) {
        if (!accumulate) {
            tape.emit(ggml_cpy(c, tape.filled(0.f, tensor.gradient), tensor.gradient));
        }
        return;
    }
    sum = tape.contiguous(sum);
    tape.emit(accumulate ? ggml_add_inplace(c, tensor.gradient, sum) : ggml_cpy(c, sum, tensor.gradient));
}

size_t count_tensors(const std::vector<GgmlContext>& contexts) {
    size_t n = 0;
    for (const GgmlContext& context : contexts) {
        for (ggml_tensor* t = ggml_get_first_tensor(context.get()); t != nullptr; t = ggml_get_next_tensor(context.get(), t)) {
            n++;
        }
    }
    return n;
}

ggml_cgraph* new_graph(std::vector<GgmlContext>& contexts, size_t size) {
    contexts.emplace_back(ggml_init({ggml_graph_overhead_custom(size, false) + GGML_MEM_ALIGN, nullptr, true}));
    if (contexts.back() == nullptr) {
        throw EngineError("ERR_OUT_OF_MEMORY", "train: no memory for the training graph");
    }
    return ggml_new_graph_custom(contexts.back().get(), size, false);
}

}  // namespace

TrainGraph differentiate(ggml_cgraph* forward, ggml_tensor* loss, const std::vector<TrainableTensor>& trainable,
                         const AutodiffOptions& options, bool accumulate) {
    make_out_of_place(forward);
    ContextPool pool;
    std::vector<ggml_tensor*> recomputed;
    if (options.attention_bytes > 0) {
        recomputed = chunk_attention(forward, options.attention_bytes, [&pool] { return pool.context(); });
    }
    const std::vector<ggml_tensor*> nodes(ggml_graph_nodes(forward), ggml_graph_nodes(forward) + ggml_graph_n_nodes(forward));
    check_arguments(nodes, loss, trainable);

    Tape tape(pool, nodes, trainable, options);
    for (ggml_tensor* node : recomputed) {
        tape.checkpoints().always_recompute(node);
    }
    const auto complete = by_first_reader(nodes, trainable);
    const auto write_complete = [&](const ggml_tensor* reader) {
        const auto found = complete.find(reader);
        if (found != complete.end()) {
            for (const size_t i : found->second) {
                write_gradient(tape, trainable[i], accumulate);
            }
        }
    };
    tape.add(loss, tape.filled(options.seed, loss));
    for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) {
        ggml_tensor* g = tape.gradient(*node);
        if (g != nullptr) {
            const Rule rule = find_rule(*node);
            if (rule == nullptr) {
                throw EngineError("ERR_UNSUPPORTED", "train: expected operations that can be differentiated, got " + describe(*node));
            }
            tape.enter(*node);
            rule(tape, *node, g);
        }
        write_complete(*node);
    }
    write_complete(nullptr);

    TrainGraph result;
    // Each tensor of the graph is a node of forward, a leaf of forward, a gradient or a tensor of the tape.
    const size_t size = nodes.size() + leaves_of(forward).size() + trainable.size() + count_tensors(pool.contexts()) + 1;
    result.contexts = std::move(pool.contexts());
    result.graph = new_graph(result.contexts, size);
    for (ggml_tensor* node : nodes) {
        ggml_build_forward_expand(result.graph, node);
    }
    for (ggml_tensor* tensor : tape.emitted()) {
        ggml_build_forward_expand(result.graph, tensor);
    }
    if (!tape.cached().empty()) {
        result.prologue = new_graph(result.contexts, size);
        for (const Tape::Cached& cached : tape.cached()) {
            ggml_build_forward_expand(result.prologue, cached.copy);
            result.cached.push_back(cached.kept);
        }
    }
    result.constants = std::move(tape.constants());
    for (const TrainableTensor& tensor : trainable) {
        result.gradients.push_back(tensor.gradient);
    }
    result.segments = tape.checkpoints().segments();
    result.recomputed = tape.checkpoints().clones();
    return result;
}

}  // namespace ai_artist
