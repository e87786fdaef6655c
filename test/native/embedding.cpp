// Textual inversion (custom words) beside a token index: their rows follow the small table. Files of any float type and damaged ones.
#include "support/check.h"
#include "support/checkpoint.h"
#include "support/model.h"

static const std::string table_name = "cond_stage_model.transformer.text_model.embeddings.token_embedding.weight";

static std::vector<uint8_t> paint_with(const std::string& model, const std::string& embedding, const char* prompt) {
    const sd_embedding_t word = {"zork", embedding.c_str()};
    const Context context     = load(model, {[&](sd_ctx_params_t& p) {
                                             p.embeddings      = &word;
                                             p.embedding_count = 1;
                                         },
                                         [](sd_img_gen_params_t&) {}});
    return paint(context.get(), {[](sd_ctx_params_t&) {}, [&](sd_img_gen_params_t& p) { p.prompt = prompt; }});
}

int main() {
    start_engine();
    const std::string model = repository("models/mini.gguf");
    const Checkpoint mini   = read_checkpoint(model);
    const Array& table      = mini.at(table_name);
    const Array& index      = mini.at("cond_stage_model.transformer.text_model.embeddings.token_index.weight");

    // The embedding of "zork" is that of the token "fox</w>" (3240), so both prompts must give one picture.
    Array fox;
    fox.ne           = {table.ne[0], 1};
    const auto first = table.values.begin() + static_cast<int64_t>(index.values[3240]) * table.ne[0];
    fox.values.assign(first, first + table.ne[0]);
    for (const char* dtype : {"F32", "F16"}) {
        fox.dtype = dtype;
        write_checkpoint(scratch("zork.safetensors"), {{"emb_params", fox}});
        const auto expected = paint_with(model, scratch("zork.safetensors"), "flat vector art of a fox");
        const auto actual   = paint_with(model, scratch("zork.safetensors"), "flat vector art of a zork");
        const auto other    = paint_with(model, scratch("zork.safetensors"), "flat vector art of a cat");
        check(!actual.empty() && difference(actual, expected) < 0.5 && difference(actual, other) > 1.0,
              std::string("a custom word stored as ") + dtype + " is what its row says",
              std::to_string(difference(actual, expected)) + " " + std::to_string(difference(actual, other)) + take_log());
    }

    const std::pair<const char*, Checkpoint> damaged[] = {
        {"another width", {{"emb_params", random_array({table.ne[0] + 1, 1}, 1.f, 1)}}},
        {"far too many rows", {{"emb_params", random_array({table.ne[0], 100000}, 1.f, 1)}}},
        {"no tensors", {}},
    };
    for (const auto& [name, checkpoint] : damaged) {
        write_checkpoint(scratch("damaged.safetensors"), checkpoint);
        const std::string ended = in_child([&] {
            paint_with(model, scratch("damaged.safetensors"), "a zork");
            return 0;
        });
        check(ended == "exit 0", std::string("an embedding with ") + name + " does not end the process", ended);
    }
    return result();
}
