#include "train/graph/train_allocation.h"

#include <unordered_set>

#include "engine/engine_error.h"
#include "train/graph/graph_tools.h"
#include "train/graph/memory_plan.h"

namespace ai_artist {
namespace {

// The tensors that keep their content from step to step: constants and cached weights.
std::vector<ggml_tensor*> kept_tensors(const TrainGraph& graph) {
    std::vector<ggml_tensor*> tensors = graph.cached;
    for (const Constant& constant : graph.constants) {
        tensors.push_back(constant.tensor);
    }
    return tensors;
}

size_t padded_bytes(ggml_backend_buffer_type_t type, const ggml_tensor* tensor) {
    return GGML_PAD(ggml_backend_buft_get_alloc_size(type, tensor), ggml_backend_buft_get_alignment(type));
}

std::string mebibytes(size_t bytes) { return std::to_string(bytes / (1024 * 1024)) + " MiB"; }

// The allocator would give a weight without memory a place that other values overwrite.
void check_loaded(const TrainGraph& graph) {
    std::unordered_set<const ggml_tensor*> kept(graph.cached.begin(), graph.cached.end());
    for (const Constant& constant : graph.constants) {
        kept.insert(constant.tensor);
    }
    for (const ggml_tensor* leaf : leaves_of(graph.prologue)) {
        if (leaf->data == nullptr && leaf->buffer == nullptr && kept.count(leaf) == 0) {
            throw EngineError("ERR_INTERNAL", std::string("train: expected weights that are loaded, got ") + leaf->name + " without data");
        }
    }
}

}  // namespace

size_t kept_bytes(ggml_backend_t backend, const TrainGraph& graph) {
    const ggml_backend_buffer_type_t type = ggml_backend_get_default_buffer_type(backend);
    size_t bytes = 0;
    for (const ggml_tensor* tensor : kept_tensors(graph)) {
        bytes += padded_bytes(type, tensor);
    }
    return bytes;
}

TrainAllocation::TrainAllocation(ggml_backend_t backend, TrainGraph graph) : backend_(backend), graph_(std::move(graph)) {
    const MemoryPlan plan = plan_memory(backend, graph_);
    if (!plan.unsupported.empty()) {
        throw EngineError("ERR_UNSUPPORTED", std::string("train: expected operations that ") + ggml_backend_name(backend) + " has, got " +
                                                 plan.unsupported.front() + "; train on another backend");
    }
    if (graph_.prologue != nullptr) {
        check_loaded(graph_);
    }
    const ggml_backend_buffer_type_t type = ggml_backend_get_default_buffer_type(backend);
    const auto fail = [&](size_t bytes) {
        throw EngineError("ERR_OUT_OF_MEMORY", "train: expected " + mebibytes(bytes) + " of memory on " + ggml_backend_name(backend) +
                                                   ", got less; use checkpointing, a smaller resolution or a smaller batch");
    };
    if (plan.cached_bytes > 0) {
        kept_.reset(ggml_backend_buft_alloc_buffer(type, plan.cached_bytes));
        if (kept_ == nullptr) {
            fail(plan.cached_bytes);
        }
        char* place = static_cast<char*>(ggml_backend_buffer_get_base(kept_.get()));
        for (ggml_tensor* tensor : kept_tensors(graph_)) {
            if (ggml_backend_tensor_alloc(kept_.get(), tensor, place) != GGML_STATUS_SUCCESS) {
                fail(plan.cached_bytes);
            }
            place += padded_bytes(type, tensor);
        }
        for (const Constant& constant : graph_.constants) {
            ggml_backend_tensor_set(constant.tensor, constant.bytes.data(), 0, constant.bytes.size());
        }
    }
    allocator_.reset(ggml_gallocr_new(type));
    if (!ggml_gallocr_alloc_graph(allocator_.get(), graph_.graph)) {
        fail(plan.compute_bytes);
    }
}

size_t TrainAllocation::compute_bytes() const { return ggml_gallocr_get_buffer_size(allocator_.get(), 0); }

size_t TrainAllocation::cached_bytes() const { return kept_ == nullptr ? 0 : ggml_backend_buffer_get_size(kept_.get()); }

ggml_status TrainAllocation::fill_cache() {
    const GraphAllocator allocator(ggml_gallocr_new(ggml_backend_get_default_buffer_type(backend_)));
    if (!ggml_gallocr_alloc_graph(allocator.get(), graph_.prologue)) {
        throw EngineError("ERR_OUT_OF_MEMORY",
                          std::string("train: not enough memory on ") + ggml_backend_name(backend_) + " to transpose weights");
    }
    return ggml_backend_graph_compute(backend_, graph_.prologue);
}

ggml_status TrainAllocation::compute() {
    if (!cache_filled_ && graph_.prologue != nullptr) {
        const ggml_status status = fill_cache();
        if (status != GGML_STATUS_SUCCESS) {
            return status;
        }
    }
    cache_filled_ = true;
    return ggml_backend_graph_compute(backend_, graph_.graph);
}

}  // namespace ai_artist
