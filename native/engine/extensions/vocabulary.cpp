// Replaces the engine's src/tokenizers/vocab/vocab.cpp, which compiles 49 MB of tables into the binary: reads the same tables from files
// on first use. CLIP, T5 and Qwen2 are plain files; the others share more.zip. scripts/vocabularies.mjs writes them.
#include "engine/extensions/vocabulary.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <stdexcept>

#include "tokenizers/vocab/vocab.h"
#include "zip.h"

namespace ai_artist {
namespace {

// Process-wide, because the engine calls the loaders below without a context.
std::mutex mutex_;
std::string dir_;

std::string vocabulary_dir() {
    std::lock_guard<std::mutex> lock(mutex_);
    return dir_;
}

struct CloseZip {
    void operator()(zip_t* zip) const { zip_stream_close(zip); }
};

// Reads the whole file; false if it cannot be opened. `path` is UTF-8; on Windows only std::filesystem accepts that.
bool read_file(const std::string& path, std::string& content) {
    std::ifstream file(std::filesystem::u8path(path), std::ios::binary | std::ios::ate);
    if (!file) {
        return false;
    }
    content.resize(static_cast<size_t>(file.tellg()));
    file.seekg(0);
    file.read(&content[0], static_cast<std::streamsize>(content.size()));
    if (!file) {
        throw std::runtime_error("tokenizer data unreadable: " + path);
    }
    return true;
}

std::string read_from_archive(const std::string& archive, const char* name) {
    std::string packed;
    std::unique_ptr<zip_t, CloseZip> zip;
    if (read_file(archive, packed)) {
        zip.reset(zip_stream_open(packed.data(), packed.size(), 0, 'r'));
    }
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
    std::string text;
    return read_file(dir + "/" + name, text) ? text : read_from_archive(dir + "/more.zip", name);
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
