#pragma once

#include <bitset>
#include <string>
#include <vector>

namespace ai_artist {

// A regular expression over names of tensors. Matching takes time proportional to pattern length × name length, because it follows all
// paths through the pattern at once. std::regex tries one path after the other: that can take exponential time and cannot be stopped.
//
// Understands . [sets] ^ $ ( ) (?: ) | * + ? {m,n}, \d \w \s \D \W \S \b \B and escaped characters, as in JavaScript. A ? after a
// repetition has no effect. Lookaheads and back references are not regular and are refused.
class Pattern {
public:
    // Throws std::invalid_argument: "expected ..., got ...".
    explicit Pattern(const std::string& text);

    // Whether a part of `name` matches.
    bool found_in(const std::string& name) const;

private:
    friend class PatternCompiler;
    using Bytes = std::bitset<256>;

    enum class Kind { bytes, split, begin, end, boundary, no_boundary, match };
    struct State {
        Kind kind = Kind::match;
        int next = -1;
        int other = -1;  // of a split
        Bytes bytes;
    };

    // Adds `state` and all states reached from it without reading a character. True if the end of the pattern is among them.
    bool reach(int state, const std::string& name, size_t at, std::vector<int>& reached, std::vector<char>& known) const;

    std::vector<State> states_;
    int start_ = 0;
};

}  // namespace ai_artist
