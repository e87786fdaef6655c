#pragma once

namespace ai_artist {

// Once per process, before the engine is used: keeps the library mapped and makes a ggml abort quick.
void prepare_process();

}  // namespace ai_artist
