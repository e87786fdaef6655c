#pragma once

namespace ai_artist {

// Gives memory that the engine has freed back to the system (glibc keeps it in the heap otherwise).
void release_free_memory() noexcept;

}  // namespace ai_artist
