// Patches 0010, 0025, 0026: each LoRA form gives the picture of a checkpoint with the difference added in plain arithmetic, merged and at
// run time; tensors that do not fit are skipped and counted.
#include <cmath>
#include <limits>

#include "support/check.h"
#include "support/checkpoint.h"
#include "support/model.h"

// One layer of each kind.
struct Layer {
    std::string weight;  // name in the checkpoint
    std::string key;     // name in LoRA files
    int64_t kw, kh, in, out;
    int64_t size() const { return kw * kh * in * out; }
};
static const std::string unet = "model.diffusion_model.";
static const std::vector<Layer> layers = {
    {unet + "input_blocks.4.1.transformer_blocks.0.attn1.to_v.weight", "lora_unet_input_blocks_4_1_transformer_blocks_0_attn1_to_v", 1, 1, 128, 128},
    {unet + "input_blocks.4.0.in_layers.2.weight", "lora_unet_input_blocks_4_0_in_layers_2", 3, 3, 64, 128},
    {unet + "input_blocks.4.1.proj_in.weight", "lora_unet_input_blocks_4_1_proj_in", 1, 1, 128, 128},
};

// a [rank, out] x b [in, rank], row by row: PyTorch's [out, rank] @ [rank, in].
static std::vector<float> product(const Array& a, const Array& b, int64_t rank) {
    const int64_t out = a.size() / rank, in = b.size() / rank;
    std::vector<float> c(static_cast<size_t>(in * out), 0.f);
    for (int64_t o = 0; o < out; o++) {
        for (int64_t r = 0; r < rank; r++) {
            for (int64_t i = 0; i < in; i++) {
                c[o * in + i] += a.values[o * rank + r] * b.values[r * in + i];
            }
        }
    }
    return c;
}

// Kronecker product of w1 [q1, p1] and w2 [rest, q2, p2], where rest are the positions of a kernel.
static std::vector<float> kronecker(const std::vector<float>& w1, int64_t q1, int64_t p1, const std::vector<float>& w2, int64_t q2, int64_t p2) {
    const int64_t rest = static_cast<int64_t>(w2.size()) / (q2 * p2);
    std::vector<float> w(w1.size() * w2.size());
    for (int64_t o1 = 0; o1 < p1; o1++)
        for (int64_t o2 = 0; o2 < p2; o2++)
            for (int64_t i1 = 0; i1 < q1; i1++)
                for (int64_t i2 = 0; i2 < q2; i2++)
                    for (int64_t k = 0; k < rest; k++)
                        w[((o1 * p2 + o2) * (q1 * q2) + i1 * q2 + i2) * rest + k] = w1[o1 * q1 + i1] * w2[(o2 * q2 + i2) * rest + k];
    return w;
}

static Array scalar(float value) {
    return {{1}, {value}, "F32"};
}

static Array random_factor(const std::vector<int64_t>& ne, float scale) {
    static uint32_t seed = 1;
    return random_array(ne, scale, seed++);
}

// Adds the tensors of one form to `lora` and returns the difference they stand for.
using Form = std::vector<float> (*)(const Layer&, Checkpoint& lora);

static std::vector<float> scaled(std::vector<float> values, float factor) {
    for (float& value : values) {
        value *= factor;
    }
    return values;
}

template <int rank>
static std::vector<float> low_rank(const Layer& l, Checkpoint& lora) {
    const bool conv = l.kw > 1 || l.key.find("proj_in") != std::string::npos;
    const float s   = std::sqrt(1.f / static_cast<float>(rank)) * (l.kw > 1 ? 0.42f : 0.56f);
    Array down      = random_factor(conv ? std::vector<int64_t>{l.kw, l.kh, l.in, rank} : std::vector<int64_t>{l.in, rank}, s);
    Array up        = random_factor(conv ? std::vector<int64_t>{1, 1, rank, l.out} : std::vector<int64_t>{rank, l.out}, s);
    lora[l.key + ".lora_down.weight"] = down;
    lora[l.key + ".lora_up.weight"]   = up;
    lora[l.key + ".alpha"]            = scalar(2.f);
    return scaled(product(up, down, rank), 2.f / rank);
}

// A 1x1 kernel written as a matrix.
static std::vector<float> low_rank_flat(const Layer& l, Checkpoint& lora) {
    if (l.kw == 1) {
        Array down = random_factor({l.in, 4}, 0.3f), up = random_factor({4, l.out}, 0.3f);
        lora[l.key + ".lora_down.weight"] = down;
        lora[l.key + ".lora_up.weight"]   = up;
        return product(up, down, 4);
    }
    return low_rank<4>(l, lora);
}

template <int rank>
static std::vector<float> loha(const Layer& l, Checkpoint& lora) {
    const int64_t in = l.kw * l.kh * l.in;
    Array a1 = random_factor({rank, l.out}, 1.f), b1 = random_factor({in, rank}, 1.f), a2 = random_factor({rank, l.out}, 1.f), b2 = random_factor({in, rank}, rank == 1 ? 1.f : 0.5f);
    lora[l.key + ".hada_w1_a"] = a1;
    lora[l.key + ".hada_w1_b"] = b1;
    lora[l.key + ".hada_w2_a"] = a2;
    lora[l.key + ".hada_w2_b"] = b2;
    lora[l.key + ".alpha"]     = scalar(1.f);
    std::vector<float> w1 = product(a1, b1, rank), w2 = product(a2, b2, rank);
    for (size_t i = 0; i < w1.size(); i++) {
        w1[i] *= w2[i] / rank;
    }
    return w1;
}

static std::vector<float> lokr_full(const Layer& l, Checkpoint& lora) {
    Array w1 = random_factor({8, 8}, 0.3f);
    Array w2 = random_factor(l.kw > 1 ? std::vector<int64_t>{l.kw, l.kh, l.in / 8, l.out / 8} : std::vector<int64_t>{l.in / 8, l.out / 8}, 0.5f);
    lora[l.key + ".lokr_w1"] = w1;
    lora[l.key + ".lokr_w2"] = w2;
    lora[l.key + ".alpha"]   = scalar(1e9f);  // written by trainers, meaningless for full matrices
    return kronecker(w1.values, 8, 8, w2.values, l.in / 8, l.out / 8);
}

template <int rank>
static std::vector<float> lokr_low_rank(const Layer& l, Checkpoint& lora) {
    const int64_t q2 = l.in / 8, p2 = l.out / 4;
    Array w1_a = random_factor({rank, 4}, 1.2f), w1_b = random_factor({8, rank}, 1.2f);
    Array w2_a = random_factor({rank, p2}, 1.2f), w2_b = random_factor({l.kw * l.kh * q2, rank}, 1.2f);
    lora[l.key + ".lokr_w1_a"] = w1_a;
    lora[l.key + ".lokr_w1_b"] = w1_b;
    lora[l.key + ".lokr_w2_a"] = w2_a;
    lora[l.key + ".lokr_w2_b"] = w2_b;
    lora[l.key + ".alpha"]     = scalar(0.5f);
    return scaled(kronecker(product(w1_a, w1_b, rank), 8, 4, product(w2_a, w2_b, rank), q2, p2), 0.5f / rank);
}

static std::vector<float> plain_difference(const Layer& l, Checkpoint& lora) {
    Array diff = random_factor(l.kw > 1 || l.key.find("proj_in") != std::string::npos ? std::vector<int64_t>{l.kw, l.kh, l.in, l.out} : std::vector<int64_t>{l.in, l.out}, 0.1f);
    lora[l.key + ".diff"] = diff;
    return diff.values;
}

static std::vector<uint8_t> paint_with(sd_ctx_t* context, const std::string& lora) {
    const sd_lora_t entry = {false, 1.f, lora.c_str()};
    return paint(context, {[](sd_ctx_params_t&) {}, [&](sd_img_gen_params_t& p) {
                               p.sample_params.sample_steps = 1;
                               p.width = p.height           = 32;
                               p.loras      = lora.empty() ? nullptr : &entry;
                               p.lora_count = lora.empty() ? 0 : 1;
                           }});
}

static Context load_mode(const std::string& model, lora_apply_mode_t mode) {
    return load(model, {[&](sd_ctx_params_t& p) { p.lora_apply_mode = mode; }, [](sd_img_gen_params_t&) {}});
}

int main() {
    start_engine();
    Checkpoint base = read_checkpoint(repository("models/mini.gguf"));
    for (auto& [name, array] : base) {
        array.dtype = array.dtype == "F32" && array.ne.size() > 1 ? "F16" : array.dtype;
    }
    const std::string base_file = scratch("base.safetensors");
    write_checkpoint(base_file, base);
    const Context merging  = load_mode(base_file, LORA_APPLY_IMMEDIATELY);
    const Context run_time = load_mode(base_file, LORA_APPLY_AT_RUNTIME);
    const auto base_pixels = paint_with(merging.get(), "");

    const std::pair<const char*, Form> forms[] = {
        {"LoRA of rank 4", low_rank<4>},    {"LoRA of rank 1", low_rank<1>},          {"LoRA with flat 1x1 kernels", low_rank_flat},
        {"LoHa of rank 4", loha<4>},        {"LoHa of rank 1", loha<1>},              {"LoKr of full matrices", lokr_full},
        {"LoKr of rank 4", lokr_low_rank<4>}, {"LoKr of rank 1", lokr_low_rank<1>}, {"plain difference", plain_difference},
    };
    int number = 0;
    for (const auto& [name, form] : forms) {
        // The engine keeps merged LoRAs by path: a new path for each file.
        const std::string lora_file = scratch("lora" + std::to_string(number++) + ".safetensors");
        Checkpoint lora, merged = base;
        for (const Layer& layer : layers) {
            const std::vector<float> difference_ = form(layer, lora);
            Array& weight = merged.at(layer.weight);
            if (difference_.size() != weight.values.size()) {
                check(false, std::string(name) + ": the test's own sizes", layer.weight);
                continue;
            }
            for (size_t i = 0; i < difference_.size(); i++) {
                weight.values[i] += difference_[i];
            }
        }
        write_checkpoint(scratch("merged.safetensors"), merged);
        write_checkpoint(lora_file, lora);
        const auto expected = paint_with(load(scratch("merged.safetensors")).get(), "");
        const double effect = difference(expected, base_pixels);
        take_log();
        for (const auto& [context, how] : {std::pair{merging.get(), "merged"}, std::pair{run_time.get(), "at run time"}}) {
            const double error = difference(paint_with(context, lora_file), expected);
            check(effect > 2 && error < 0.05 * effect, std::string(name) + ", " + how, "error " + std::to_string(error) + " of " + std::to_string(effect) + " " + take_log());
        }
    }

    // What does not fit is skipped; the rest of the file works as if it were alone.
    const Layer& good = layers[0];
    const Layer& bad  = layers[1];
    Checkpoint one;
    low_rank<4>(good, one);
    write_checkpoint(scratch("good.safetensors"), one);
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const float inf = std::numeric_limits<float>::infinity();
    struct Misfit {
        const char* name;
        int count;
        Checkpoint tensors;
    };
    const std::string k = bad.key;
    auto lora_of = [&](std::vector<int64_t> down, std::vector<int64_t> up, float alpha) {
        return Checkpoint{{k + ".lora_down.weight", random_array(down, 0.1f, 1)}, {k + ".lora_up.weight", random_array(up, 0.1f, 2)}, {k + ".alpha", scalar(alpha)}};
    };
    Checkpoint integers = lora_of({3, 3, 64, 4}, {1, 1, 4, 128}, 4);
    integers[k + ".lora_up.weight"].dtype = "I32";
    const Misfit misfits[] = {
        {"too wide", 3, lora_of({3, 3, 96, 4}, {1, 1, 4, 128}, 4)},
        {"too narrow", 3, lora_of({3, 3, 32, 4}, {1, 1, 4, 128}, 4)},
        {"too many outputs", 3, lora_of({3, 3, 64, 4}, {1, 1, 4, 256}, 4)},
        {"too few outputs", 3, lora_of({3, 3, 64, 4}, {1, 1, 4, 64}, 4)},
        {"another kernel", 3, lora_of({5, 5, 64, 4}, {1, 1, 4, 128}, 4)},
        {"ranks that differ", 3, lora_of({3, 3, 64, 4}, {1, 1, 8, 128}, 4)},
        {"one dimension each", 3, lora_of({7}, {5}, 4)},
        {"alpha = NaN", 3, lora_of({3, 3, 64, 4}, {1, 1, 4, 128}, nan)},
        {"alpha = infinity", 3, lora_of({3, 3, 64, 4}, {1, 1, 4, 128}, inf)},
        {"integers", 3, integers},
        {"lora_up missing", 1, {{k + ".lora_down.weight", random_array({3, 3, 64, 4}, 0.1f, 1)}}},
        {"lora_down missing", 1, {{k + ".lora_up.weight", random_array({1, 1, 4, 128}, 0.1f, 1)}}},
        {"a tucker core of another rank", 3,
         {{k + ".lora_down.weight", random_array({1, 1, 64, 4}, 0.1f, 1)}, {k + ".lora_up.weight", random_array({1, 1, 4, 128}, 0.1f, 1)}, {k + ".lora_mid.weight", random_array({3, 3, 8, 8}, 0.1f, 1)}}},
        {"a hada factor missing", 3,
         {{k + ".hada_w1_a", random_array({4, 128}, 0.1f, 1)}, {k + ".hada_w1_b", random_array({576, 4}, 0.1f, 1)}, {k + ".hada_w2_a", random_array({4, 128}, 0.1f, 1)}}},
        {"only a hada core", 1, {{k + ".hada_t1", random_array({3, 3, 4, 4}, 0.1f, 1)}}},
        {"hada factors of two sizes", 4,
         {{k + ".hada_w1_a", random_array({4, 128}, 0.1f, 1)}, {k + ".hada_w1_b", random_array({576, 4}, 0.1f, 1)}, {k + ".hada_w2_a", random_array({4, 64}, 0.1f, 1)}, {k + ".hada_w2_b", random_array({576, 4}, 0.1f, 1)}}},
        {"a lokr factor missing", 1, {{k + ".lokr_w1", random_array({8, 8}, 0.1f, 1)}}},
        {"lokr factors of another layer", 2, {{k + ".lokr_w1", random_array({8, 8}, 0.1f, 1)}, {k + ".lokr_w2", random_array({40, 40}, 0.1f, 1)}}},
        {"a difference of another size", 1, {{k + ".diff", random_array({3, 3, 64, 100}, 0.1f, 1)}}},
    };
    for (const auto& [context, how] : {std::pair{merging.get(), "merged"}, std::pair{run_time.get(), "at run time"}}) {
        const auto expected = paint_with(context, scratch("good.safetensors"));
        for (const Misfit& misfit : misfits) {
            Checkpoint lora = one;
            lora.insert(misfit.tensors.begin(), misfit.tensors.end());
            write_checkpoint(scratch("misfit.safetensors"), lora);
            const std::string summary = std::to_string(misfit.count) + " of " + std::to_string(lora.size()) + " LoRA tensors do not fit this model";
            sd_ctx_t* const in_use    = context;
            const std::string ended   = in_child([&] {
                const bool same  = paint_with(in_use, scratch("misfit.safetensors")) == expected;
                const bool named = take_log().find(summary) != std::string::npos;
                return same ? (named ? 0 : 4) : 3;
            });
            check(ended == "exit 0", std::string("skipped and counted, ") + how + ": " + misfit.name, ended);
        }
    }
    return result();
}
