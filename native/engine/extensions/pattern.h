#pragma once

#include <bitset>
#include <string>
#include <vector>

namespace ai_artist {

// A regular expression over names of tensors, matched in time proportional to pattern × name: it follows all ways through the pattern at
// once, where std::regex tries one after the other, can need longer than the universe is old, and cannot be stopped.
//
// Understands . [sets] ^ $ ( ) (?: ) | * + ? {m,n}, \d \w \s \D \W \S \b \B and escaped characters, as in JavaScript; a ? behind a
// repetition changes nothing here. Looking ahead and references to groups are not regular and are refused.
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

    // Adds `state` and all that are reached from it without reading; true if the end of the pattern is among them.
    bool reach(int state, const std::string& name, size_t at, std::vector<int>& reached, std::vector<char>& known) const;

    std::vector<State> states_;
    int start_ = 0;
};

}  // namespace ai_artist
