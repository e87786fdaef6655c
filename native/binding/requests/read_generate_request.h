#pragma once

#include <napi.h>

#include <memory>

#include "engine/jobs/generate.h"

namespace ai_artist {

// NativeGenerateRequest -> GenerateRequest, every field checked, images copied. `size_multiple` is the model's. JS thread.
std::unique_ptr<GenerateRequest> read_generate_request(const Napi::Value& value, int size_multiple);

}  // namespace ai_artist
