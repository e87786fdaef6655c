#pragma once

#include <napi.h>

#include <memory>

#include "engine/jobs/model.h"

namespace ai_artist {

// NativeModelRequest -> ModelRequest, every field checked. JS thread.
std::unique_ptr<ModelRequest> read_model_request(const Napi::Value& value);

}  // namespace ai_artist
