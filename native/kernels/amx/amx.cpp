#include "kernels/amx/amx.h"

#ifdef AI_ARTIST_AMX

#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace amx {

static bool ask() {
    unsigned a = 0, b = 0, c = 0, d = 0;
    constexpr unsigned tiles = 1u << 24, bf16 = 1u << 22;
    if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0 || (d & tiles) == 0 || (d & bf16) == 0) return false;
    constexpr int request_permission = 0x1023, tile_data = 18;  // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
    return syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
}

bool permitted() {
    static const bool is = ask();
    return is;
}

}  // namespace amx

#endif
