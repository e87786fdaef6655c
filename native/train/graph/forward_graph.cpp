#include "train/graph/forward_graph.h"

#include "ggml-backend.h"

namespace ai_artist {

ggml_tensor* ForwardGraph::input(const void* data) const {
    for (const auto& [tensor, from] : inputs) {
        if (from == data) {
            return tensor;
        }
    }
    return nullptr;
}

void ForwardGraph::flag() const {
    for (const auto& [tensor, data] : inputs) {
        ggml_set_input(tensor);
    }
    for (const Constant& constant : constants) {
        ggml_set_input(constant.tensor);
    }
    ggml_set_output(output);
}

void ForwardGraph::upload() const {
    for (const auto& [tensor, data] : inputs) {
        set_leaf(tensor, data);
    }
    for (const Constant& constant : constants) {
        set_leaf(constant.tensor, constant.bytes.data());
    }
}

void set_leaf(ggml_tensor* tensor, const void* data) {
    if (tensor->buffer != nullptr) {
        ggml_backend_tensor_set(tensor, data, 0, ggml_nbytes(tensor));
    }
}

std::vector<float> values_of(const ggml_tensor* tensor) {
    std::vector<float> values(static_cast<size_t>(ggml_nelements(tensor)));
    ggml_backend_tensor_get(tensor, values.data(), 0, values.size() * sizeof(float));
    return values;
}

}  // namespace ai_artist
