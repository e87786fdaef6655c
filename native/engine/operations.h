#pragma once

#include <cstdint>

struct ggml_cgraph;

namespace ai_artist {

// Floating-point operations of the matrix products, convolutions and attention of a graph, whatever algorithm computes them: a
// multiplication and the addition of its product are two. Element-wise operations, a thousandth of the work, are left out.
uint64_t operations_of(const ggml_cgraph* graph);

// Counts the operations of every graph that this process computes from now on.
void observe_graphs();

// Those counted so far, of all threads.
uint64_t counted_operations();

}  // namespace ai_artist
