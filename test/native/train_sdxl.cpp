// SDXL's UNet: 70 transformer blocks and size conditions.
#include "support/check.h"
#include "support/model.h"
#include "support/train_family.h"

int main() {
    start_engine();
    // Measured: 2e-3 to 5e-3 over six seeds. The deepest network is the most curved, so its steps must be short, where GELU's roughness shows.
    check_family({"sdxl", 722, 8, 1e-2, unet_ops});
    return result();
}
