#pragma once

#include <napi.h>

#include "binding/requests/arguments.h"
#include "train/session/objective.h"

// The pictures, captions and timesteps inside the requests of a training session, checked against the model's family. JS thread.
namespace ai_artist {

constexpr size_t max_batch_items = 1024;
constexpr size_t max_caption_bytes = 1 << 20;
constexpr int max_edge = 16384;  // pixels

TextCondition read_text(const Arguments& in, const FamilyInfo& family);

// Items of one size.
std::vector<TrainItem> read_batch(const Arguments& in, const FamilyInfo& family);

// The list `timesteps`, in the family's unit.
std::vector<double> read_timesteps(const Arguments& in, const FamilyInfo& family, size_t min_count, size_t max_count);

// An integer 0 .. 2^32 - 1.
uint32_t read_word(const Arguments& in, const char* key);

}  // namespace ai_artist
