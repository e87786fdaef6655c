// The one thing the C API of our build cannot say: where the tokenizer tables are (native/engine/extensions/vocabulary.h).
#include "engine/extensions/vocabulary.h"

extern "C" void use_vocabulary(const char* dir) { ai_artist::set_vocabulary_dir(dir); }
