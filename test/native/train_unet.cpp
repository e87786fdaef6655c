// UNets of Stable Diffusion 1 and 2 and of the bundled model's layout.
#include "support/check.h"
#include "support/model.h"
#include "support/train_family.h"

int main() {
    start_engine();
    // Measured: below 1e-3 (sd1: 1e-4 to 8e-4 over six seeds). The CPU's GELU is a table of F16 values, so differences of the loss are rough.
    check_family({"sd1", 192, 16, 2e-3, unet_ops});
    check_family({"sd2", 192, 16, 2e-3, unet_ops});
    check_family({"sdxs", 72, 16, 2e-3, unet_ops});
    return result();
}
