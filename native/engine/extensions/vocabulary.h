#pragma once

#include <string>

namespace ai_artist {

// Folder of the tokenizer tables (the package's vocab/). Set once by the binding before any model is loaded.
void set_vocabulary_dir(const std::string& dir);

}  // namespace ai_artist
