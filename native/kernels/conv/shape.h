#pragma once
// The shape of a 2D convolution in ggml's layout, input [W, H, C, N] F32, kernel [KW, KH, C, O] F16 or F32, and the threads that compute
// it.

#include <cstddef>

namespace conv {

struct Shape {
    int n, ic, ih, iw, oc, k, stride, pad;

    int oh() const { return (ih + 2 * pad - k) / stride + 1; }
    int ow() const { return (iw + 2 * pad - k) / stride + 1; }
    int taps() const { return k * k; }
    size_t in_plane() const { return static_cast<size_t>(ih) * iw; }
    size_t out_plane() const { return static_cast<size_t>(oh()) * ow(); }
    size_t kernel_length() const { return static_cast<size_t>(ic) * taps(); }
};

// A kernel as it lies in the model: [KW, KH, C, O]. A turned one lies as [KW, KH, O, C] with its taps in reverse: so a convolution's own
// kernel gives the gradient of its input.
struct Weights {
    const void* data;
    bool f16;
    bool turned = false;
};

// Where the outputs go, and what is done to each before: plus the bias of its channel (null: none), and times `slope` if negative.
struct Outputs {
    float* y;
    const float* bias;
    float slope;
};

// One of the threads that run the same operation.
struct Thread {
    int index, count;
    void (*wait)(void* pool);  // until all have come here
    void* pool;

    void barrier() const { wait(pool); }
};

// Bytes of work memory, in parts that begin at multiples of 64 bytes.
inline size_t aligned(size_t bytes) { return (bytes + 63) / 64 * 64; }

// Floats of a part that follows others at the same place of a cache: an odd number of lines, so that they do not fall into one set.
inline size_t odd_lines(size_t floats) { return ((floats + 15) / 16 | 1) * 16; }

inline int ceil_div(int a, int b) { return (a + b - 1) / b; }

}  // namespace conv
