// Tokenizer tables are files: a missing one refuses the model instead of ending the process.
#include "engine/extensions/vocabulary.h"

#include "support/check.h"
#include "support/model.h"

int main() {
    start_engine();
    const std::string model = repository("models/mini.gguf");
    const std::string ended = in_child([&] {
        ai_artist::set_vocabulary_dir(scratch("nowhere"));
        const Context context = load(model);
        return context == nullptr && take_log().find("tokenizer data missing") != std::string::npos ? 0 : 3;
    });
    check(ended == "exit 0", "no vocabulary: null, and the log names the missing file", ended);

    ai_artist::set_vocabulary_dir(repository("vocab"));
    check(load(model) != nullptr, "with the vocabulary the same model loads", take_log());
    return result();
}
