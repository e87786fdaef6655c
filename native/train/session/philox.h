#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace ai_artist {

// Philox4x32-10 (Salmon et al., Parallel random numbers: as easy as 1, 2, 3; SC 2011): four random words per counter and key.
std::array<uint32_t, 4> philox4x32(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key);

// The purpose of a random number. The values decide the results of a seed: never change one.
enum class RandomStream : uint32_t { latent = 0, noise = 1, noise_offset = 2, perturbation = 3, timestep = 4, dropout = 5 };

// Random numbers as a function of (seed, step, item, stream) and their position, so they can be drawn again without saved state.
class Philox {
public:
    Philox(uint64_t seed, uint32_t step, uint32_t item, RandomStream stream)
        : key_{static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)}, counter_{0, static_cast<uint32_t>(stream), step, item} {}

    uint64_t bits();                        // 64 random bits
    double uniform();                       // 0 < u < 1
    void normal(float* out, size_t count);  // mean 0, deviation 1
    double normal();

private:
    std::array<uint32_t, 4> next();

    const std::array<uint32_t, 2> key_;
    std::array<uint32_t, 4> counter_;  // the first word counts the blocks
};

}  // namespace ai_artist
