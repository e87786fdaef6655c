#pragma once

#include "ggml.h"
#include "stable-diffusion.h"

// The engine's enums grow often. After an engine update these fail to compile until the named TypeScript list is updated.
static_assert(GGML_MAX_NAME == 128, "GGML_MAX_NAME sizes struct ggml_tensor: it must be the engine's own value in every file");
static_assert(SAMPLE_METHOD_COUNT == 18, "update the samplers in lib/engine/options/enums.ts");
static_assert(SCHEDULER_COUNT == 12, "update the schedulers in lib/engine/options/enums.ts");
static_assert(PREDICTION_COUNT == 6, "update the predictions in lib/engine/options/enums.ts");
static_assert(RNG_TYPE_COUNT == 3, "update the RNG kinds in lib/engine/options/enums.ts");
static_assert(PREVIEW_COUNT == 4, "update the preview modes in lib/engine/options/enums.ts");
static_assert(LORA_APPLY_MODE_COUNT == 3, "update the LoRA apply modes in lib/engine/options/enums.ts");
static_assert(SD_HIRES_UPSCALER_COUNT == 10, "update the hires upscalers in lib/engine/options/enums.ts");
static_assert(SD_TYPE_COUNT == 42 && static_cast<int>(SD_TYPE_COUNT) <= static_cast<int>(GGML_TYPE_COUNT), "update the weight types");
static_assert(SD_CACHE_SPECTRUM == 6, "update the cache modes in lib/engine/options/enums.ts");
static_assert(SD_VAE_FORMAT_COUNT == 3, "update the VAE formats in lib/engine/options/enums.ts");
