#pragma once

#include <string>

namespace ai_artist {

// Sets the folder of the tokenizer tables (the package's vocab/). The binding calls it once, before any model is loaded.
void set_vocabulary_dir(const std::string& dir);

}  // namespace ai_artist
