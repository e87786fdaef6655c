#pragma once

#include "ggml.h"

namespace ai_artist {

// The convolution of x [W, H, O, N] on a CPU with a kernel that lies as [KW, KH, I, O], its data here in the shape [KW, KH, O, I], rotated
// by 180 degrees and with its channels exchanged; nullptr if our kernels (patch 0092) do not take its shape.
ggml_tensor* convolve_turned(ggml_context* context, ggml_tensor* kernel, ggml_tensor* x, const int (&padding)[2]);

}  // namespace ai_artist
