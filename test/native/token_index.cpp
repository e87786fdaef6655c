// Patches 0012, 0013, 0016, 0027: the bundled model has a small text encoder, a token table without the unknown tokens, and flat Q8_0 kernels.
#include <algorithm>

#include "support/check.h"
#include "support/checkpoint.h"
#include "support/model.h"

static const std::string embeddings = "cond_stage_model.transformer.text_model.embeddings.";

// The same model with a row for each token id.
static Checkpoint with_plain_table(Checkpoint checkpoint) {
    const Array index = checkpoint.at(embeddings + "token_index.weight");
    const Array table = checkpoint.at(embeddings + "token_embedding.weight");
    const int64_t width = table.ne[0];
    Array plain;
    plain.dtype = "F16";
    plain.ne    = {width, index.ne[0]};
    for (float row : index.values) {
        const auto first = table.values.begin() + static_cast<int64_t>(row) * width;
        plain.values.insert(plain.values.end(), first, first + width);
    }
    checkpoint.erase(embeddings + "token_index.weight");
    checkpoint[embeddings + "token_embedding.weight"] = plain;
    return checkpoint;
}

int main() {
    start_engine();
    const std::string bundled = repository("models/mini.gguf");
    Checkpoint checkpoint     = read_checkpoint(bundled);
    for (auto& [name, array] : checkpoint) {
        array.dtype = array.dtype == "I32" ? "I32" : "F16";
    }
    const std::string indexed = scratch("indexed.safetensors");
    const std::string plain   = scratch("plain.safetensors");
    write_checkpoint(indexed, checkpoint);
    write_checkpoint(plain, with_plain_table(checkpoint));

    const auto pixels = paint(load(bundled).get());
    check(!pixels.empty(), "the bundled gguf paints", take_log());
    const auto expected = paint(load(plain).get());
    const auto actual   = paint(load(indexed).get());
    check(!actual.empty() && actual == expected, "index and small table give the pixels of the full table", take_log());
    check(difference(pixels, expected) < 1.0, "flat Q8_0 kernels give the pixels of F16 ones, but for rounding", std::to_string(difference(pixels, expected)));
    const auto f32 = paint(load(indexed, {[](sd_ctx_params_t& p) { p.wtype = SD_TYPE_F32; }, [](sd_img_gen_params_t&) {}}).get());
    check(difference(f32, expected) < 1.0, "the index survives a weight type override", take_log());
    const auto q4 = paint(load(indexed, {[](sd_ctx_params_t& p) { p.wtype = SD_TYPE_Q8_0; }, [](sd_img_gen_params_t&) {}}).get());
    check(difference(q4, expected) < 2.0, "the index survives quantization", take_log());

    for (const auto& [from, to, type] : {std::tuple{indexed, "converted.gguf", SD_TYPE_Q8_0}, std::tuple{bundled, "converted.safetensors", SD_TYPE_F16}}) {
        const std::string converted = scratch(to);
        const bool ok               = convert(from.c_str(), nullptr, converted.c_str(), type, nullptr, false);
        const double difference_    = ok ? difference(paint(load(converted).get()), expected) : 255;
        check(difference_ < 2.0, std::string("the index survives convert() to ") + to, std::to_string(difference_) + " " + take_log());
    }

    // Damaged indexes.
    Checkpoint damaged = checkpoint;
    damaged[embeddings + "token_index.weight"].values[5] = 1e6f;
    write_checkpoint(scratch("row.safetensors"), damaged);
    std::string ended = in_child([] { return load(scratch("row.safetensors")) == nullptr ? 0 : 3; });
    check(ended == "exit 0", "a row outside the table refuses the model", ended);
    damaged[embeddings + "token_index.weight"] = random_array({64, 772}, 1.f, 1);
    write_checkpoint(scratch("type.safetensors"), damaged);
    ended = in_child([] { return load(scratch("type.safetensors")) == nullptr ? 0 : 3; });
    check(ended == "exit 0", "an index that is not a list of I32 refuses the model", ended);
    damaged[embeddings + "token_index.weight"]        = checkpoint[embeddings + "token_index.weight"];
    damaged[embeddings + "token_index.weight"].ne     = {100};
    damaged[embeddings + "token_index.weight"].values.resize(100);
    write_checkpoint(scratch("short.safetensors"), damaged);
    ended = in_child([] {
        const Context context = load(scratch("short.safetensors"));
        return context == nullptr || paint(context.get()).empty() ? 0 : 3;
    });
    check(ended == "exit 0", "token ids beyond the index are refused, not read", ended);
    return result();
}
