// Patch 0086: convolutions by our kernels (native/kernels/conv) against sums in double; the same bits for any number of threads.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "ggml-backend.h"
#include "ggml-cpu.h"
#include "ggml.h"
#include "support/check.h"
#include "support/checkpoint.h"
#include "support/exact.h"

struct Shape {
    int64_t w, h, ic, oc, n, k;
    int stride, pad;
    int64_t kh = 0;  // if not k
    int dilation = 1;

    int64_t kernel_height() const { return kh > 0 ? kh : k; }
    std::string name() const {
        return std::to_string(w) + "x" + std::to_string(h) + ", " + std::to_string(ic) + " to " + std::to_string(oc) + " channels, " +
               std::to_string(n) + " images, kernel " + std::to_string(k) + "x" + std::to_string(kernel_height()) + ", stride " +
               std::to_string(stride) + ", padding " + std::to_string(pad) + ", dilation " + std::to_string(dilation);
    }
};

// One convolution and the graph that computes it.
class Convolution {
public:
    // finished: a bias is added, and leaky ReLU applied. turned: the kernel lies rotated, with its channels exchanged (patch 0092).
    Convolution(const Shape& shape, ggml_type type, bool finished = false, bool turned = false) : shape_(shape) {
        const size_t floats = shape.w * shape.h * shape.ic * shape.n +
                              (shape.w + 2 * shape.pad) * (shape.h + 2 * shape.pad) * shape.oc * shape.n +
                              shape.k * shape.kernel_height() * shape.ic * shape.oc;
        context_ = ggml_init({floats * sizeof(float) + (64 << 20), nullptr, false});
        kernel_ = ggml_new_tensor_4d(context_, type, shape.k, shape.kernel_height(), shape.ic, shape.oc);
        image_ = ggml_new_tensor_4d(context_, GGML_TYPE_F32, shape.w, shape.h, shape.ic, shape.n);
        inputs_ = random_array({ggml_nelements(image_)}, 1.f, 3).values;
        weights_ = random_array({ggml_nelements(kernel_)},
                                1.f / std::sqrt(static_cast<float>(shape.k * shape.kernel_height() * (shape.ic + 1))), 4)
                       .values;
        std::memcpy(image_->data, inputs_.data(), ggml_nbytes(image_));
        if (type == GGML_TYPE_F16) {
            ggml_fp32_to_fp16_row(weights_.data(), static_cast<ggml_fp16_t*>(kernel_->data), weights_.size());
            ggml_fp16_to_fp32_row(static_cast<ggml_fp16_t*>(kernel_->data), weights_.data(), weights_.size());
        } else {
            std::memcpy(kernel_->data, weights_.data(), ggml_nbytes(kernel_));
        }
        if (turned) turn(type);
        result_ = ggml_conv_2d_direct(context_, kernel_, image_, shape.stride, shape.stride, shape.pad, shape.pad, shape.dilation,
                                      shape.dilation);
        result_->op_params[6] = turned ? 1 : 0;
        if (finished) {
            bias_ = ggml_new_tensor_4d(context_, GGML_TYPE_F32, 1, 1, shape.oc, 1);
            std::memcpy(bias_->data, random_array({shape.oc}, 0.5f, 5).values.data(), ggml_nbytes(bias_));
            result_ = ggml_leaky_relu(context_, ggml_add_inplace(context_, result_, bias_), slope, true);
        }
        graph_ = ggml_new_graph(context_);
        ggml_build_forward_expand(graph_, result_);
    }
    ~Convolution() { ggml_free(context_); }
    Convolution(const Convolution&) = delete;
    Convolution& operator=(const Convolution&) = delete;

    std::vector<float> compute(int threads, const ComputeOptions& options = {}) { return compute_graph(graph_, result_, threads, options); }

    double error(const std::vector<float>& actual) const {
        return relative_error(actual, [this](int64_t at) { return exact_at(at); });
    }

private:
    void turn(ggml_type type) {
        const size_t size = ggml_type_size(type), taps = static_cast<size_t>(shape_.k * shape_.k);
        const auto oc = static_cast<size_t>(shape_.oc), ic = static_cast<size_t>(shape_.ic);
        const std::vector<char> plain(static_cast<char*>(kernel_->data), static_cast<char*>(kernel_->data) + ggml_nbytes(kernel_));
        for (size_t o = 0; o < oc; o++)
            for (size_t c = 0; c < ic; c++)
                for (size_t tap = 0; tap < taps; tap++) {
                    const size_t to = (c * oc + o) * taps + taps - 1 - tap;
                    std::memcpy(static_cast<char*>(kernel_->data) + to * size, &plain[((o * ic + c) * taps + tap) * size], size);
                }
    }

    double exact_at(int64_t at) const {
        const int64_t ow = result_->ne[0], oh = result_->ne[1];
        const int64_t x = at % ow, y = at / ow % oh, o = at / ow / oh % shape_.oc, n = at / ow / oh / shape_.oc;
        double sum = 0;
        for (int64_t c = 0; c < shape_.ic; c++)
            for (int64_t ky = 0; ky < shape_.kernel_height(); ky++)
                for (int64_t kx = 0; kx < shape_.k; kx++) {
                    const int64_t iy = y * shape_.stride + ky * shape_.dilation - shape_.pad,
                                  ix = x * shape_.stride + kx * shape_.dilation - shape_.pad;
                    if (iy < 0 || iy >= shape_.h || ix < 0 || ix >= shape_.w) continue;
                    sum += static_cast<double>(inputs_[((n * shape_.ic + c) * shape_.h + iy) * shape_.w + ix]) *
                           weights_[((o * shape_.ic + c) * shape_.kernel_height() + ky) * shape_.k + kx];
                }
        if (bias_ == nullptr) return sum;
        sum += static_cast<const float*>(bias_->data)[o];
        return sum < 0 ? sum * slope : sum;
    }

    Shape shape_;
    ggml_context* context_;
    ggml_tensor *kernel_, *image_, *result_, *bias_ = nullptr;
    static constexpr float slope = 0.2f;
    ggml_cgraph* graph_;
    std::vector<float> inputs_, weights_;
};

// The old way rounds inputs to the type of the kernel.
static double limit(ggml_type type, bool kernels) { return kernels || type == GGML_TYPE_F32 ? 2e-5 : 1e-3; }

// With a bias and leaky ReLU in place, which the kernels compute as they store; and with inputs rounded to bfloat16.
static void check_finished(const Shape& shape, bool kernels) {
    for (const bool bf16 : {false, true}) {
        Convolution convolution(shape, GGML_TYPE_F16, true);
        const std::string name = shape.name() + (bf16 ? ", bfloat16 allowed" : "");
        const auto one = convolution.compute(1, {0, bf16});
        const double error = convolution.error(one);
        check(error <= (bf16 ? 6e-3 : limit(GGML_TYPE_F16, kernels)), "with bias and activation: " + name, std::to_string(error));
        const auto more = convolution.compute(3, {0, bf16});
        const bool same = more.size() == one.size() && std::memcmp(more.data(), one.data(), one.size() * sizeof(float)) == 0;
        check(same || !kernels, "same bits with 3 threads: " + name);
    }
}

// The same bits as with the kernel as it usually lies.
static void check_turned(const Shape& shape) {
    for (const ggml_type type : {GGML_TYPE_F16, GGML_TYPE_F32}) {
        for (const bool bf16 : {false, true}) {
            const auto plain = Convolution(shape, type).compute(2, {0, bf16});
            const auto turned = Convolution(shape, type, false, true).compute(2, {0, bf16});
            const bool same = turned.size() == plain.size() && std::memcmp(turned.data(), plain.data(), plain.size() * sizeof(float)) == 0;
            check(same, std::string("a turned kernel: ") + ggml_type_name(type) + " " + shape.name() + (bf16 ? ", bfloat16 allowed" : ""));
        }
    }
}

static void check_shape(const Shape& shape, bool kernels) {
    for (const ggml_type type : {GGML_TYPE_F16, GGML_TYPE_F32}) {
        Convolution convolution(shape, type);
        const auto one = convolution.compute(1);
        const double error = convolution.error(one);
        check(error <= limit(type, kernels), std::string("sums of ") + ggml_type_name(type) + " " + shape.name(), std::to_string(error));
        if (!kernels) continue;
        for (const int threads : {2, 5}) {
            const auto more = convolution.compute(threads);
            const bool same = more.size() == one.size() && std::memcmp(more.data(), one.data(), one.size() * sizeof(float)) == 0;
            check(same,
                  std::string("same bits with ") + std::to_string(threads) + " threads: " + ggml_type_name(type) + " " + shape.name());
        }
    }
}

int main() {
    ggml_cpu_init();
    const bool kernels = has_kernels();
    const Shape ours[] = {
        // w, h, input and output channels, images, kernel, stride, padding
        {1, 1, 1, 1, 1, 3, 1, 1},       {1, 1, 17, 64, 2, 1, 1, 0},     {9, 7, 3, 5, 1, 3, 1, 1},       {4, 4, 30, 17, 5, 3, 1, 1},
        {13, 11, 33, 37, 2, 3, 2, 1},   {32, 33, 40, 24, 1, 3, 2, 0},   {20, 6, 17, 33, 2, 1, 1, 0},    {14, 9, 5, 9, 2, 5, 1, 2},
        {24, 19, 5, 9, 2, 7, 2, 3},     {19, 24, 3, 8, 1, 4, 4, 0},     {8, 8, 640, 64, 2, 3, 1, 1},    {16, 16, 64, 320, 2, 3, 1, 1},
        {50, 50, 17, 64, 1, 3, 1, 1},   {50, 17, 20, 24, 3, 3, 1, 0},   {17, 50, 20, 24, 3, 3, 1, 1},   {128, 128, 64, 32, 1, 3, 1, 1},
        {129, 127, 64, 3, 1, 3, 1, 1},  {64, 64, 128, 256, 1, 3, 1, 1}, {33, 31, 200, 130, 2, 3, 1, 1}, {4096, 17, 17, 16, 1, 3, 1, 1},
        {17, 4096, 16, 17, 1, 3, 1, 1}, {4096, 17, 3, 3, 1, 3, 2, 1},   {64, 64, 320, 4, 1, 3, 1, 1},
    };
    for (const Shape& shape : ours) check_shape(shape, kernels);
    for (const Shape& shape : ours) check_finished(shape, kernels);
    if (kernels) {
        for (const Shape& shape : ours) check_turned(shape);
    } else {
        const std::string ended = in_child([] { return Convolution({8, 8, 4, 4, 1, 3, 1, 1}, GGML_TYPE_F16, false, true).compute(1).empty() ? 3 : 0; });
        check(ended != "exit 0", "without kernels, a turned kernel is refused", ended);
    }
    // What the kernels leave to ggml: other heights than widths, dilation.
    for (const Shape& shape : {Shape{20, 14, 8, 9, 1, 3, 1, 1, 1}, Shape{20, 14, 8, 9, 1, 3, 1, 1, 0, 2}}) check_shape(shape, false);

    Convolution large({64, 64, 512, 64, 1, 3, 1, 1}, GGML_TYPE_F16);
    const double error = large.error(large.compute(2, {16 << 20}));
    check(error <= 1e-3, "with too little work memory, the old way", std::to_string(error));

    for (const Shape& shape : {Shape{8, 8, 4, 4, 0, 3, 1, 1}, Shape{8, 8, 4, 0, 1, 3, 1, 1}}) {
        const std::string ended = in_child([&] { return Convolution(shape, GGML_TYPE_F16).compute(2).empty() ? 0 : 3; });
        check(ended == "exit 0", "nothing to compute: " + shape.name(), ended);
    }
    if (kernels) {
        const std::string ended = in_child([] {
            const auto zeros = Convolution({8, 8, 0, 4, 1, 3, 1, 1}, GGML_TYPE_F16).compute(2);
            return zeros.size() == 256 && std::all_of(zeros.begin(), zeros.end(), [](float value) { return value == 0; }) ? 0 : 3;
        });
        check(ended == "exit 0", "no input channels: zeros", ended);
    }
    return result();
}
