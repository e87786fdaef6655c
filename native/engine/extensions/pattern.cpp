#include "engine/extensions/pattern.h"

#include <algorithm>
#include <memory>
#include <stdexcept>

namespace ai_artist {
namespace {

constexpr size_t max_states = 20000;
constexpr int max_depth = 200;
constexpr int max_repeats = 1000;
constexpr int unbounded = -1;

bool is_word(unsigned char c) { return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

}  // namespace

// Reads the text into a tree, then writes the tree as states, from the last to the first.
class PatternCompiler {
public:
    PatternCompiler(const std::string& text, Pattern& pattern) : text_(text), pattern_(pattern) {}

    void compile() {
        const Node root = alternatives(0);
        if (at_ < text_.size()) {
            refuse("expected no closing parenthesis that opens nowhere");
        }
        pattern_.start_ = write(root, add({Pattern::Kind::match, -1, -1, {}}));
    }

private:
    using Bytes = Pattern::Bytes;
    enum class Type { bytes, mark, sequence, alternatives, repeat };
    struct Node {
        Type type = Type::sequence;
        std::vector<Node> parts;
        Bytes bytes;
        Pattern::Kind mark = Pattern::Kind::begin;
        int least = 0;
        int most = 0;
    };

    [[noreturn]] void refuse(const std::string& expected) const {
        throw std::invalid_argument(expected + ", got \"" + text_.substr(0, 200) + "\"");
    }
    bool more() const { return at_ < text_.size(); }
    bool next_is(char c) const { return more() && text_[at_] == c; }
    bool take(char c) {
        if (!next_is(c)) {
            return false;
        }
        at_++;
        return true;
    }

    Node alternatives(int depth) {
        if (depth > max_depth) {
            refuse("expected at most " + std::to_string(max_depth) + " nested groups");
        }
        Node all;
        all.type = Type::alternatives;
        do {
            all.parts.push_back(sequence(depth));
        } while (take('|'));
        return all;
    }

    Node sequence(int depth) {
        Node all;
        while (more() && text_[at_] != '|' && text_[at_] != ')') {
            Node part = atom(depth);
            repeats(part);
            all.parts.push_back(std::move(part));
        }
        return all;
    }

    Node atom(int depth) {
        const char c = text_[at_++];
        switch (c) {
            case '(': {
                if (take('?') && !take(':')) {
                    refuse("expected no looking ahead or behind");
                }
                Node group = alternatives(depth + 1);
                if (!take(')')) {
                    refuse("expected a closing parenthesis");
                }
                return group;
            }
            case '[':
                return bytes(set());
            case '.':
                return bytes(~(one('\n') | one('\r')));
            case '^':
                return mark(Pattern::Kind::begin);
            case '$':
                return mark(Pattern::Kind::end);
            case '*':
            case '+':
            case '?':
            case '{':
                refuse("expected something to repeat before " + std::string(1, c));
            case '\\':
                if (take('b')) {
                    return mark(Pattern::Kind::boundary);
                }
                if (take('B')) {
                    return mark(Pattern::Kind::no_boundary);
                }
                return bytes(escaped());
            default:
                return bytes(one(static_cast<unsigned char>(c)));
        }
    }

    void repeats(Node& part) {
        while (more()) {
            int least = 0;
            int most = unbounded;
            if (take('+')) {
                least = 1;
            } else if (take('?')) {
                most = 1;
            } else if (take('{')) {
                least = number();
                most = least;
                if (take(',')) {
                    most = next_is('}') ? unbounded : number();
                }
                if (!take('}') || (most != unbounded && most < least)) {
                    refuse("expected a repetition as in {2,5}");
                }
            } else if (!take('*')) {
                return;
            }
            take('?');
            Node repeat;
            repeat.type = Type::repeat;
            repeat.least = least;
            repeat.most = most;
            repeat.parts.push_back(std::move(part));
            part = std::move(repeat);
            if (++repeats_ > max_depth) {
                refuse("expected at most " + std::to_string(max_depth) + " repetitions");
            }
        }
    }

    int number() {
        int value = 0;
        const size_t from = at_;
        while (more() && text_[at_] >= '0' && text_[at_] <= '9' && value <= max_repeats) {
            value = value * 10 + (text_[at_++] - '0');
        }
        if (at_ == from || value > max_repeats) {
            refuse("expected a repetition of 0 to " + std::to_string(max_repeats));
        }
        return value;
    }

    Bytes set() {
        Bytes all;
        const bool inverted = take('^');
        while (!next_is(']')) {
            if (!more()) {
                refuse("expected a closing bracket");
            }
            const size_t from = at_;
            Bytes part = set_item();
            const bool single = part.count() == 1;
            if (single && next_is('-') && at_ + 1 < text_.size() && text_[at_ + 1] != ']') {
                const auto first = first_of(part);
                at_++;
                const Bytes end = set_item();
                if (end.count() != 1 || first_of(end) < first) {
                    refuse("expected a range as in a-z at " + text_.substr(from, 8));
                }
                for (int value = first; value <= first_of(end); value++) {
                    part.set(static_cast<size_t>(value));
                }
            }
            all |= part;
        }
        at_++;
        return inverted ? ~all : all;
    }

    Bytes set_item() {
        const char c = text_[at_++];
        return c == '\\' ? escaped() : one(static_cast<unsigned char>(c));
    }

    static int first_of(const Bytes& set) {
        int value = 0;
        while (!set[static_cast<size_t>(value)]) {
            value++;
        }
        return value;
    }

    // The character or class after a backslash.
    Bytes escaped() {
        if (!more()) {
            refuse("expected a character behind the last backslash");
        }
        const char c = text_[at_++];
        Bytes set;
        for (int value = 0; value < 256; value++) {
            const auto byte = static_cast<unsigned char>(value);
            const bool in = c == 'd' || c == 'D'   ? byte >= '0' && byte <= '9'
                            : c == 'w' || c == 'W' ? is_word(byte)
                                                   : byte == ' ' || (byte >= '\t' && byte <= '\r');
            set[static_cast<size_t>(value)] = in;
        }
        switch (c) {
            case 'd':
            case 'w':
            case 's':
                return set;
            case 'D':
            case 'W':
            case 'S':
                return ~set;
            case 'n':
                return one('\n');
            case 'r':
                return one('\r');
            case 't':
                return one('\t');
            default:
                if (is_word(static_cast<unsigned char>(c))) {
                    refuse("expected no \\" + std::string(1, c));
                }
                return one(static_cast<unsigned char>(c));
        }
    }

    static Bytes one(unsigned char c) {
        Bytes set;
        set.set(c);
        return set;
    }
    static Node bytes(const Bytes& set) {
        Node node;
        node.type = Type::bytes;
        node.bytes = set;
        return node;
    }
    static Node mark(Pattern::Kind kind) {
        Node node;
        node.type = Type::mark;
        node.mark = kind;
        return node;
    }

    int add(const Pattern::State& state) {
        if (pattern_.states_.size() >= max_states) {
            refuse("expected a shorter pattern or smaller repetitions");
        }
        pattern_.states_.push_back(state);
        return static_cast<int>(pattern_.states_.size()) - 1;
    }

    // Writes the states of `node`, which lead to the state `next`. Returns its first state.
    int write(const Node& node, int next) {
        switch (node.type) {
            case Type::bytes:
                return add({Pattern::Kind::bytes, next, -1, node.bytes});
            case Type::mark:
                return add({node.mark, next, -1, {}});
            case Type::sequence:
                for (auto part = node.parts.rbegin(); part != node.parts.rend(); ++part) {
                    next = write(*part, next);
                }
                return next;
            case Type::alternatives: {
                int first = write(node.parts.back(), next);
                for (size_t i = node.parts.size() - 1; i-- > 0;) {
                    first = add({Pattern::Kind::split, write(node.parts[i], next), first, {}});
                }
                return first;
            }
            case Type::repeat:
                break;
        }
        const Node& part = node.parts.front();
        if (node.most == unbounded) {
            const int loop = add({Pattern::Kind::split, -1, next, {}});
            const int body = write(part, loop);
            pattern_.states_[static_cast<size_t>(loop)].next = body;
            next = loop;
        } else {
            const int end = next;
            for (int i = node.least; i < node.most; i++) {
                next = add({Pattern::Kind::split, write(part, next), end, {}});
            }
        }
        for (int i = 0; i < node.least; i++) {
            next = write(part, next);
        }
        return next;
    }

    const std::string& text_;
    Pattern& pattern_;
    size_t at_ = 0;
    int repeats_ = 0;
};

Pattern::Pattern(const std::string& text) { PatternCompiler(text, *this).compile(); }

bool Pattern::reach(int state, const std::string& name, size_t at, std::vector<int>& reached, std::vector<char>& known) const {
    std::vector<int> open{state};
    while (!open.empty()) {
        const int current = open.back();
        open.pop_back();
        if (known[static_cast<size_t>(current)] != 0) {
            continue;
        }
        known[static_cast<size_t>(current)] = 1;
        const State& here = states_[static_cast<size_t>(current)];
        const bool boundary = (at > 0 && is_word(static_cast<unsigned char>(name[at - 1]))) !=
                              (at < name.size() && is_word(static_cast<unsigned char>(name[at])));
        switch (here.kind) {
            case Kind::match:
                return true;
            case Kind::bytes:
                reached.push_back(current);
                break;
            case Kind::split:
                open.push_back(here.next);
                open.push_back(here.other);
                break;
            case Kind::begin:
                if (at == 0) {
                    open.push_back(here.next);
                }
                break;
            case Kind::end:
                if (at == name.size()) {
                    open.push_back(here.next);
                }
                break;
            case Kind::boundary:
            case Kind::no_boundary:
                if (boundary == (here.kind == Kind::boundary)) {
                    open.push_back(here.next);
                }
                break;
        }
    }
    return false;
}

bool Pattern::found_in(const std::string& name) const {
    std::vector<int> now;
    std::vector<int> then;
    std::vector<char> known(states_.size());
    for (size_t at = 0;; at++) {
        // A match may begin at every position.
        if (reach(start_, name, at, now, known)) {
            return true;
        }
        if (at == name.size()) {
            return false;
        }
        then.clear();
        std::fill(known.begin(), known.end(), 0);
        for (const int state : now) {
            const State& here = states_[static_cast<size_t>(state)];
            if (here.bytes[static_cast<unsigned char>(name[at])] && reach(here.next, name, at + 1, then, known)) {
                return true;
            }
        }
        now.swap(then);
    }
}

}  // namespace ai_artist
