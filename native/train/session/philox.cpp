#include "train/session/philox.h"

#include <algorithm>
#include <cmath>

namespace ai_artist {
namespace {

constexpr double two_pi = 6.283185307179586476925286766559;

// The middle of one of 2^32 equal parts of 0..1. Never 0, whose logarithm is infinite.
double to_uniform(uint32_t word) { return (static_cast<double>(word) + 0.5) / 4294967296.0; }

// Box and Muller: two uniform numbers make two normal ones.
std::array<double, 2> to_normal(uint32_t a, uint32_t b) {
    const double radius = std::sqrt(-2 * std::log(to_uniform(a)));
    const double angle = two_pi * to_uniform(b);
    return {radius * std::cos(angle), radius * std::sin(angle)};
}

}  // namespace

std::array<uint32_t, 4> philox4x32(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key) {
    for (int round = 0; round < 10; round++) {
        const uint64_t a = uint64_t{0xD2511F53} * counter[0];
        const uint64_t b = uint64_t{0xCD9E8D57} * counter[2];
        counter = {static_cast<uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<uint32_t>(b),
                   static_cast<uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<uint32_t>(a)};
        key[0] += 0x9E3779B9;
        key[1] += 0xBB67AE85;
    }
    return counter;
}

std::array<uint32_t, 4> Philox::next() {
    const std::array<uint32_t, 4> words = philox4x32(counter_, key_);
    counter_[0]++;
    return words;
}

uint64_t Philox::bits() {
    const std::array<uint32_t, 4> words = next();
    return uint64_t{words[1]} << 32 | words[0];
}

double Philox::uniform() { return to_uniform(next()[0]); }

double Philox::normal() {
    const std::array<uint32_t, 4> words = next();
    return to_normal(words[0], words[1])[0];
}

void Philox::normal(float* out, size_t count) {
    for (size_t at = 0; at < count; at += 4) {
        const std::array<uint32_t, 4> words = next();
        const std::array<double, 2> first = to_normal(words[0], words[1]), second = to_normal(words[2], words[3]);
        const float values[] = {static_cast<float>(first[0]), static_cast<float>(first[1]), static_cast<float>(second[0]),
                                static_cast<float>(second[1])};
        std::copy_n(values, std::min<size_t>(4, count - at), out + at);
    }
}

}  // namespace ai_artist
