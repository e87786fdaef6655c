#pragma once

namespace ai_artist {

// Returns memory that the engine has freed to the system (otherwise glibc keeps it in the heap).
void release_free_memory() noexcept;

}  // namespace ai_artist
