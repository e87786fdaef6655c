#include "train/families/family.h"

#include <algorithm>
#include <iterator>

namespace ai_artist {
namespace {

// A UNet halves its latents up to three times; a transformer cuts them into patches of 2 x 2.
constexpr FamilyTraits families[] = {
    {VERSION_SD1, "sd1", "SD 1.x", make_unet, false, 0, 64, 77},
    {VERSION_SD1_TINY_UNET, "sd1", "SD 1.x Tiny UNet", make_unet, false, 0, 64, 77},
    {VERSION_SDXS_512_DS, "sdxs", "SDXS (512-DS)", make_unet, false, 0, 64, 77},
    {VERSION_SD2, "sd2", "SD 2.x", make_unet, false, 0, 64, 77},
    {VERSION_SD2_TINY_UNET, "sd2", "SD 2.x Tiny UNet", make_unet, false, 0, 64, 77},
    {VERSION_SDXS_09, "sdxs", "SDXS (09)", make_unet, false, 0, 64, 77},
    {VERSION_SDXL, "sdxl", "SDXL", make_unet, false, 0, 64, 77},
    {VERSION_SDXL_VEGA, "sdxl", "SDXL (Vega)", make_unet, false, 0, 64, 77},
    {VERSION_SDXL_SSD1B, "sdxl", "SDXL (SSD1B)", make_unet, false, 0, 64, 77},
    {VERSION_SD3, "sd3", "SD3.x", make_mmdit, true, 0, 16, 154},
    {VERSION_FLUX, "flux", "Flux", make_flux, true, 1, 16, 256},
    {VERSION_Z_IMAGE, "z-image", "Z-Image", make_z_image, true, 1, 16, 256},
};

}  // namespace

const char* const network_prefix = "model.diffusion_model";

const FamilyTraits* find_family(SDVersion version) {
    const auto* found =
        std::find_if(std::begin(families), std::end(families), [version](const FamilyTraits& traits) { return traits.version == version; });
    return found == std::end(families) ? nullptr : found;
}

}  // namespace ai_artist
