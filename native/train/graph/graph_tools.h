#pragma once

#include <string>
#include <vector>

#include "ggml-backend.h"
#include "ggml.h"

namespace ai_artist {

// False for nullptr.
bool is_cpu(ggml_backend_t backend);

// Whether `tensor` only views its first source's memory: VIEW, RESHAPE, PERMUTE, TRANSPOSE.
bool is_view_op(const ggml_tensor* tensor);

// "MUL_MAT", "SILU" for a unary operation, "SWIGLU" for a gated one.
std::string op_name(const ggml_tensor* tensor);

// "MUL_MAT f32 [320, 64, 1, 1] of f16 [320, 320, 1, 1], f32 [320, 64, 1, 1]", for messages.
std::string describe(const ggml_tensor* tensor);

// The parameter of an operation that ggml keeps at this place: an epsilon, a factor.
float float_parameter(const ggml_tensor* node, int index);

// Gives each node that overwrites its source memory of its own, and points the views after it to that memory, because the backward pass
// needs the overwritten values. The allocator decides again where in-place is safe, so this costs no memory.
// Call it before the graph is allocated. Returns how many nodes were changed; calling it again changes none.
// Throws EngineError ERR_UNSUPPORTED if a node cannot be changed.
int make_out_of_place(ggml_cgraph* graph);

// Points a view operation at the memory of its source, which may have moved.
void attach_view(ggml_tensor* view);

// Where the elements of a view lie in the tensor that owns the memory: `root` is reached through view operations only.
struct ViewOfRoot {
    ggml_tensor* root;
    size_t offset;  // bytes
};
ViewOfRoot view_of_root(ggml_tensor* view);

// Every tensor without an operation (weights, inputs, constants) that the graph reads, each once.
std::vector<ggml_tensor*> leaves_of(ggml_cgraph* graph);

}  // namespace ai_artist
