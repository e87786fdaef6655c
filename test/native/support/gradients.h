#pragma once
// Gradients of a small graph: by native/train, and by central differences of the forward graph, on the CPU.

#include <functional>
#include <string>
#include <vector>

#include "train/autodiff/autodiff.h"

struct Leaf {
    std::vector<int64_t> ne;
    ggml_type type = GGML_TYPE_F32;
    bool trained = true;  // F32 only
    float scale = 1.f;    // values lie in [centre - scale, centre + scale)
    float centre = 0.f;
    ggml_type rounded = GGML_TYPE_F32;  // values are rounded to this type first
};

struct GradientCase {
    std::string name;
    std::vector<Leaf> leaves;
    std::function<ggml_tensor*(ggml_context*, const std::vector<ggml_tensor*>&)> build;
    double tolerance = 2e-3;  // of the relative error over all elements of a leaf
    float step = 1e-2f;       // of the central differences
};

// One vector per leaf; empty for a leaf that is not trained.
using Gradients = std::vector<std::vector<float>>;

struct Differentiated {
    Gradients gradients;
    size_t compute_bytes = 0;
    int recomputed = 0;
    int segments = 0;
};

// The gradient of sum(y * w) for the y that the case builds and random weights w that depend on the case's name. The step runs `times`
// times; with `accumulate` the gradients begin at zero and add up.
Differentiated differentiate_case(const GradientCase& c, const ai_artist::AutodiffOptions& options = {}, bool accumulate = false, int times = 1);

// The same by (f(x + h) - f(x - h)) / 2h for each element x.
Gradients central_differences(const GradientCase& c);

// |a - b| / |b|, in the Euclidean norm.
double relative_error(const std::vector<float>& a, const std::vector<float>& b);

// Prints a check for the case: every leaf's gradient against central differences.
void check_gradients(const GradientCase& c, const ai_artist::AutodiffOptions& options = {});

// The CPU backend of the tests, one thread.
ggml_backend_t cpu();
