// Replaces the engine's src/tokenizers/vocab/vocab.cpp, which compiles 49 MB of tables into the binary: the same tables as files,
// read on first use. CLIP, T5 and Qwen2 lie as plain files; the others share more.zip. Written by scripts/vocabularies.mjs.
#include "engine/vocabulary.h"

#include <cstdlib>
#include <fstream>
#include <memory>
#include <mutex>
#include <stdexcept>

#include "tokenizers/vocab/vocab.h"
#include "zip.h"

namespace ai_artist {
namespace {

// Process-wide: the engine calls the loaders below without any context.
std::mutex mutex_;
std::string dir_;

std::string vocabulary_dir() {
    std::lock_guard<std::mutex> lock(mutex_);
    return dir_;
}

struct CloseZip {
    void operator()(zip_t* zip) const { zip_close(zip); }
};

std::string read_from_archive(const std::string& archive, const char* name) {
    std::unique_ptr<zip_t, CloseZip> zip(zip_open(archive.c_str(), 0, 'r'));
    if (!zip || zip_entry_open(zip.get(), name) != 0) {
        throw std::runtime_error("tokenizer data missing: " + std::string(name) + " in " + archive);
    }
    std::string text(static_cast<size_t>(zip_entry_size(zip.get())), '\0');
    const auto read = zip_entry_noallocread(zip.get(), &text[0], text.size());
    zip_entry_close(zip.get());
    if (read < 0 || static_cast<size_t>(read) != text.size()) {
        throw std::runtime_error("tokenizer data unreadable: " + std::string(name) + " in " + archive);
    }
    return text;
}

std::string read_table(const char* name) {
    const std::string dir = vocabulary_dir();
    std::ifstream file(dir + "/" + name, std::ios::binary | std::ios::ate);
    if (!file) {
        return read_from_archive(dir + "/more.zip", name);
    }
    std::string text(static_cast<size_t>(file.tellg()), '\0');
    file.seekg(0);
    file.read(&text[0], static_cast<std::streamsize>(text.size()));
    if (!file) {
        throw std::runtime_error("tokenizer data unreadable: " + dir + "/" + name);
    }
    return text;
}

}  // namespace

void set_vocabulary_dir(const std::string& dir) {
    std::lock_guard<std::mutex> lock(mutex_);
    dir_ = dir;
}

}  // namespace ai_artist

using ai_artist::read_table;

std::string load_clip_merges() { return read_table("clip_merges.txt"); }
std::string load_qwen2_merges() { return read_table("qwen2_merges.txt"); }
std::string load_t5_tokenizer_json() { return read_table("t5.json"); }
std::string load_umt5_tokenizer_json() { return read_table("umt5.json"); }
std::string load_mistral_merges() { return read_table("mistral_merges.txt"); }
std::string load_mistral_vocab_json() { return read_table("mistral_vocab.json"); }
std::string load_gemma_merges() { return read_table("gemma_merges.txt"); }
std::string load_gemma_vocab_json() { return read_table("gemma_vocab.json"); }
std::string load_gemma2_merges() { return read_table("gemma2_merges.txt"); }
std::string load_gemma2_vocab_json() { return read_table("gemma2_vocab.json"); }
std::string load_gpt_oss_merges() { return read_table("gpt_oss_merges.txt"); }
std::string load_gpt_oss_vocab_json() { return read_table("gpt_oss_vocab.json"); }
