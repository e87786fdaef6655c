#include "train/network/adapter.h"

#include <algorithm>

namespace ai_artist {
namespace {

// The most nodes that one layer adds to a graph: LoKr on a convolution, or three LoRAs of a fused matrix.
constexpr size_t nodes_per_layer = 48;

bool is_conv(const WeightAdapter::ForwardParams& params) { return params.op_type == WeightAdapter::ForwardParams::op_type_t::OP_CONV2D; }

// "…to_q." -> "…to_q"
std::string layer_name(const std::string& prefix) {
    return !prefix.empty() && prefix.back() == '.' ? prefix.substr(0, prefix.size() - 1) : prefix;
}

ggml_tensor* convolve(ggml_context* context, ggml_tensor* x, ggml_tensor* w, ggml_tensor* b,
                      const WeightAdapter::ForwardParams::conv2d_params_t& c) {
    return ggml_ext_conv_2d(context, x, w, b, c.s0, c.s1, c.p0, c.p1, c.d0, c.d1, c.direct, c.circular_x, c.circular_y, c.scale);
}

ggml_tensor* base_layer(ggml_context* context, ggml_tensor* x, ggml_tensor* w, ggml_tensor* b, const WeightAdapter::ForwardParams& params) {
    return is_conv(params) ? convolve(context, x, w, b, params.conv2d)
                           : ggml_ext_linear(context, x, w, b, params.linear.force_prec_f32, params.linear.scale);
}

// ggml convolves in the kernel's type, and the engine casts LoRA kernels to F16, the type of its own kernels in every model. Only the
// gradient check has F32 kernels; then everything is F32.
ggml_tensor* kernel(ggml_context* context, ggml_tensor* tensor, const ggml_tensor* weight) {
    return weight->type == GGML_TYPE_F32 ? tensor : ggml_cast(context, tensor, GGML_TYPE_F16);
}

// The change of the weight, in the weight's shape: two products [in.., rank] x [rank, out], multiplied element by element.
ggml_tensor* loha_difference(ggml_context* context, const NetworkLayer& layer, const NetworkPart& part, ggml_tensor* weight) {
    ggml_tensor* first = ggml_ext_merge_lora(context, part.find("hada_w1_b"), part.find("hada_w1_a"));
    ggml_tensor* second = ggml_ext_merge_lora(context, part.find("hada_w2_b"), part.find("hada_w2_a"));
    ggml_tensor* product = ggml_ext_scale(context, ggml_mul(context, first, second), layer.scale);
    return ggml_reshape(context, product, weight);
}

ggml_tensor* lokr(ggml_context* context, ggml_backend_t backend, ggml_tensor* x, const ggml_tensor* weight, const NetworkLayer& layer,
                  const NetworkPart& part, const WeightAdapter::ForwardParams& params) {
    const bool conv = is_conv(params);
    ggml_tensor* w1 = part.find("lokr_w1");
    ggml_tensor *w2 = part.find("lokr_w2"), *w2_a = part.find("lokr_w2_a"), *w2_b = part.find("lokr_w2_b");
    if (conv) {
        const int64_t kw = layer.layer.ne[0], kh = layer.layer.ne[1], rank = layer.rank;
        if (w2 != nullptr) {
            w2 = kernel(context, w2, weight);
        } else {
            w2_b = ggml_reshape_4d(context, kernel(context, w2_b, weight), kw, kh, ggml_nelements(w2_b) / (kw * kh * rank), rank);
            w2_a = ggml_reshape_4d(context, kernel(context, w2_a, weight), 1, 1, rank, ggml_nelements(w2_a) / rank);
        }
        return ggml_ext_lokr_forward(context, backend, x, w1, nullptr, nullptr, w2, w2_a, w2_b, true, params.conv2d, layer.scale);
    }
    ggml_tensor* rows = ggml_is_contiguous(x) ? x : ggml_cont(context, x);
    rows = ggml_reshape_2d(context, rows, x->ne[0], ggml_nelements(x) / x->ne[0]);
    ggml_tensor* out =
        ggml_ext_lokr_forward(context, backend, rows, w1, nullptr, nullptr, w2, w2_a, w2_b, false, params.conv2d, layer.scale);
    return ggml_reshape_4d(context, out, out->ne[0], x->ne[1], x->ne[2], x->ne[3]);
}

}  // namespace

ggml_tensor* LayerRecorder::forward_with_lora(ggml_context* context, ggml_backend_t, ggml_tensor* x, ggml_tensor* w, ggml_tensor* b,
                                              const std::string& prefix, ForwardParams params) {
    AdaptableLayer layer;
    layer.name = layer_name(prefix);
    layer.conv = is_conv(params);
    std::copy(w->ne, w->ne + 4, layer.ne);
    layer.type = w->type;
    layer.text_encoder = text_encoder_;
    if (known_.emplace(layer.name, layers_.size()).second) {
        layers_.push_back(std::move(layer));
    }
    return base_layer(context, x, w, b, params);
}

size_t NetworkAdapter::get_extra_graph_size() { return nodes_per_layer * network_.modules().size(); }

// `down` is [rank, …] with the batch in the last used dimension, or [w,h,rank,n] for a convolution
ggml_tensor* NetworkAdapter::dropped(ggml_context* context, ggml_tensor* down, const NetworkLayer& layer, std::vector<DropoutMask>& masks) {
    int64_t ne[4] = {1, 1, 1, 1};
    int items_at = 3;
    if (layer.layer.conv) {
        ne[2] = layer.rank;
    } else {
        ne[0] = layer.rank;
        items_at = down->ne[3] > 1 ? 3 : down->ne[2] > 1 ? 2 : 1;
    }
    // If a layer reads the items as one sequence, they share one set.
    const int64_t items = down->ne[items_at] == items_ ? items_ : 1;
    ne[items_at] = items;
    DropoutMask mask;
    mask.tensor = ggml_new_tensor(context, GGML_TYPE_F32, 4, ne);
    mask.rank = layer.rank;
    mask.items = items;
    ggml_set_input(mask.tensor);
    masks.push_back(mask);
    return ggml_mul(context, down, mask.tensor);
}

ggml_tensor* NetworkAdapter::lora(ggml_context* context, ggml_tensor* x, const ggml_tensor* weight, const NetworkLayer& layer,
                                  const ForwardParams& params) {
    std::vector<DropoutMask> masks;
    ggml_tensor* sum = nullptr;
    for (const NetworkPart& part : layer.parts) {
        ggml_tensor *down = part.find("lora_down"), *up = part.find("lora_up"), *y = nullptr;
        if (!part.file.alpha) {
            up = ggml_ext_scale(context, up, layer.scale);  // as in the file, which has no alpha
        }
        if (is_conv(params)) {
            y = convolve(context, x, kernel(context, down, weight), nullptr, params.conv2d);
        } else {
            y = ggml_ext_linear(context, x, down, nullptr, params.linear.force_prec_f32, params.linear.scale);
        }
        if (dropout_) {
            y = dropped(context, y, layer, masks);
        }
        if (is_conv(params)) {
            ForwardParams::conv2d_params_t pointwise = params.conv2d;
            pointwise.s0 = pointwise.s1 = pointwise.d0 = pointwise.d1 = 1;
            pointwise.p0 = pointwise.p1 = 0;
            y = convolve(context, y, kernel(context, up, weight), nullptr, pointwise);
        } else {
            y = ggml_ext_linear(context, y, up, nullptr, params.linear.force_prec_f32, params.linear.scale);
        }
        if (part.file.alpha) {
            y = ggml_ext_scale(context, y, layer.scale);
        }
        sum = sum == nullptr ? y : ggml_concat(context, sum, y, 0);
    }
    if (dropout_) {
        masks_[layer.layer.name] = std::move(masks);
    }
    return sum;
}

ggml_tensor* NetworkAdapter::forward_with_lora(ggml_context* context, ggml_backend_t backend, ggml_tensor* x, ggml_tensor* w,
                                               ggml_tensor* b, const std::string& prefix, ForwardParams params) {
    const NetworkLayer* layer = network_.find(layer_name(prefix));
    if (layer == nullptr) {
        return base_layer(context, x, w, b, params);
    }
    if (layer->kind == NetworkKind::loha) {
        ggml_tensor* difference = loha_difference(context, *layer, layer->parts[0], w);
        return base_layer(context, x, ggml_add(context, w, difference), b, params);
    }
    ggml_tensor* out = base_layer(context, x, w, b, params);
    ggml_tensor* added = layer->kind == NetworkKind::lora ? lora(context, x, w, *layer, params)
                                                          : lokr(context, backend, x, w, *layer, layer->parts[0], params);
    return ggml_add(context, out, added);
}

}  // namespace ai_artist
