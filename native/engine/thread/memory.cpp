#include "engine/thread/memory.h"

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace ai_artist {

void release_free_memory() noexcept {
#if defined(__GLIBC__)
    malloc_trim(0);
#endif
}

}  // namespace ai_artist
