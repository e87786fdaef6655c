#pragma once
// A checkpoint as plain numbers: read in any format the engine reads, change, write as safetensors.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

struct Array {
    std::vector<int64_t> ne;    // ggml order: fastest first
    std::vector<float> values;  // also for "I32", written as integers
    std::string dtype = "F32";  // F32, F16 or I32 in the file

    int64_t size() const;
};

using Checkpoint = std::map<std::string, Array>;

// Throws std::runtime_error.
Checkpoint read_checkpoint(const std::string& path);
void write_checkpoint(const std::string& path, const Checkpoint& checkpoint);

// Values in [-scale, scale) that depend only on the seed.
Array random_array(std::vector<int64_t> ne, float scale, uint32_t seed);
