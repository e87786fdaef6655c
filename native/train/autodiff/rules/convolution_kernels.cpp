#include "train/autodiff/rules/convolution_kernels.h"

#include "ggml-backend.h"

namespace ai_artist {
namespace {

// Work memory that our kernels need on this CPU; 0 if they do not take it.
size_t work_size(const ggml_tensor* convolution) {
    ggml_backend_dev_t cpu = ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_CPU);
    if (cpu == nullptr) return 0;
    const auto size = reinterpret_cast<size_t (*)(const ggml_tensor*, int)>(
        ggml_backend_reg_get_proc_address(ggml_backend_dev_backend_reg(cpu), "ai_artist_conv_2d_work_size"));
    return size == nullptr ? 0 : size(convolution, 1);
}

}  // namespace

ggml_tensor* convolve_turned(ggml_context* context, ggml_tensor* kernel, ggml_tensor* x, const int (&padding)[2]) {
    ggml_tensor* result = ggml_conv_2d_direct(context, kernel, x, 1, 1, padding[0], padding[1], 1, 1);
    result->op_params[6] = 1;
    return work_size(result) > 0 ? result : nullptr;
}

}  // namespace ai_artist
