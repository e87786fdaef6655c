#include "train/session/learner.h"

#include "ggml-backend.h"

namespace ai_artist {
namespace {

void read(const ggml_tensor* tensor, std::vector<float>& out) {
    out.resize(static_cast<size_t>(ggml_nelements(tensor)));
    ggml_backend_tensor_get(tensor, out.data(), 0, ggml_nbytes(tensor));
}

}  // namespace

void ModelLearner::get_value(size_t parameter, std::vector<float>& out) const { read(parameters()[parameter].tensor.value, out); }

void ModelLearner::set_value(size_t parameter, const std::vector<float>& values) {
    ggml_tensor* tensor = parameters()[parameter].tensor.value;
    ggml_backend_tensor_set(tensor, values.data(), 0, ggml_nbytes(tensor));
}

void ModelLearner::get_gradient(size_t parameter, std::vector<float>& out) const { read(parameters()[parameter].tensor.gradient, out); }

}  // namespace ai_artist
