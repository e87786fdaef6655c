// Patch 0085: patterns over names of tensors, against what std::regex says of them, and in time proportional to their length.
#include <chrono>
#include <regex>
#include <stdexcept>
#include <string>

#include "engine/extensions/pattern.h"
#include "support/check.h"

using ai_artist::Pattern;

static std::string refusal(const std::string& pattern) {
    try {
        Pattern{pattern};
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "accepted";
}

int main() {
    const char* const names[] = {"",
                                 "a",
                                 "model.diffusion_model.input_blocks.4.1.proj_in.weight",
                                 "first_stage_model.decoder.up.0.block.1.conv1.bias",
                                 "cond_stage_model.transformer.text_model.encoder.layers.11.mlp.fc1.weight",
                                 "double_blocks.18.img_attn.qkv.weight",
                                 "a-b c",
                                 "aaab"};
    const char* const patterns[] = {"",
                                    "a",
                                    "^first_stage_model\\.",
                                    "attn|proj",
                                    "\\.weight$",
                                    "blocks\\.(1[0-9]|4)\\.",
                                    "layers\\.\\d+\\.mlp\\.fc[12]",
                                    "^$",
                                    "[^a-z_.0-9]",
                                    "\\bqkv\\b",
                                    "\\Bqkv",
                                    "(?:ab|a)*b$",
                                    "a{2,3}b",
                                    "a{4}",
                                    "^.{1,4}$",
                                    "a+?b",
                                    "(a|b|-)+ ?c",
                                    "[\\w.]+\\.bias",
                                    "[]a]",
                                    "\\s",
                                    "\\W"};
    for (const char* pattern : patterns) {
        if (std::string(pattern) == "[]a]") {
            continue;  // empty set in JavaScript: the two differ
        }
        int wrong = 0;
        for (const char* name : names) {
            wrong += Pattern(pattern).found_in(name) != std::regex_search(name, std::regex(pattern));
        }
        check(wrong == 0, std::string("matches what std::regex matches: ") + pattern, std::to_string(wrong) + " names differ");
    }
    for (const char* pattern : {"(.*)*(.*)*(.*)*z", "(a|a)*b", "(a*)*(a*)*b", "(\\w+\\s?)*!", "(x+x+)+y"}) {
        const std::string name(4000, pattern[1] == 'x' ? 'x' : 'a');
        const auto from  = std::chrono::steady_clock::now();
        const bool found = Pattern(pattern).found_in(name);
        const double s   = std::chrono::duration<double>(std::chrono::steady_clock::now() - from).count();
        check(!found && s < 2, std::string("does not go back and forth: ") + pattern, std::to_string(s) + " s");
    }
    const std::pair<const char*, const char*> refused[] = {{"(", "expected a closing parenthesis"},
                                                           {"a)", "expected no closing parenthesis"},
                                                           {"[a", "expected a closing bracket"},
                                                           {"[z-a]", "expected a range as in a-z"},
                                                           {"*a", "expected something to repeat before *"},
                                                           {"a{2", "expected a repetition as in {2,5}"},
                                                           {"a{5,2}", "expected a repetition as in {2,5}"},
                                                           {"(?=a)", "expected no looking ahead or behind"},
                                                           {"(a)\\1", "expected no \\1"},
                                                           {"a\\", "expected a character behind the last backslash"},
                                                           {"(a{900}){900}", "expected a shorter pattern or smaller repetitions"}};
    for (const auto& [pattern, words] : refused) {
        const std::string said = refusal(pattern);
        check(said.find(words) == 0, std::string("refuses ") + pattern, said);
    }
    check(refusal(std::string(100000, '(')).find("expected at most 200 nested groups") == 0, "refuses 100,000 open parentheses");
    return result();
}
