// Patches 0011, 0017 to 0023, 0030: no file can end the process. Each damaged file is read, converted and loaded as each kind of model in a
// child of its own; the child must come back.
#include <cstring>
#include <fstream>

#include "model_loader.h"
#include "support/check.h"
#include "support/checkpoint.h"
#include "support/model.h"
#include "zip.h"

static void write_file(const std::string& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
}

static std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

template <typename T>
static std::string bytes_of(T value) {
    return std::string(reinterpret_cast<const char*>(&value), sizeof(value));
}

// 0: read and refused, 1: read and accepted; anything else is a bug of the engine.
static int use(const std::string& path) {
    ModelLoader loader;
    const bool ok = loader.init_from_file(path);
    convert(path.c_str(), nullptr, scratch("out.gguf").c_str(), SD_TYPE_Q8_0, "weight=f32", false);
    convert(path.c_str(), nullptr, scratch("out.safetensors").c_str(), SD_TYPE_F16, nullptr, true);
    return ok ? 1 : 0;
}

static std::string safetensors(const std::string& header, size_t data_bytes = 64) {
    return bytes_of<uint64_t>(header.size()) + header + std::string(data_bytes, '\0');
}

struct Gguf {
    std::string bytes = "GGUF" + bytes_of<uint32_t>(3);
    Gguf(uint64_t tensors, uint64_t pairs) { bytes += bytes_of(tensors) + bytes_of(pairs); }
    Gguf& text(const std::string& s) {
        bytes += bytes_of<uint64_t>(s.size()) + s;
        return *this;
    }
    template <typename T>
    Gguf& value(T v) {
        bytes += bytes_of(v);
        return *this;
    }
    Gguf& tensor(const std::string& name, const std::vector<int64_t>& ne, uint32_t type, uint64_t offset) {
        text(name).value<uint32_t>(static_cast<uint32_t>(ne.size()));
        for (int64_t dim : ne) {
            value(dim);
        }
        return value(type).value(offset);
    }
    std::string with_data(size_t n) const { return bytes + std::string((32 - bytes.size() % 32) % 32 + n, '\0'); }
};

// {"a": FloatTensor of 4 x 4} as torch.save writes it.
static std::string pickle(const std::string& tensor_offset = "K\x01", const std::string& rows = "K\x04", const std::string& storage_size = "K\x20") {
    return std::string("\x80\x02}X\x01", 5) + std::string("\0\0\0a", 4) + "ctorch._utils\n_rebuild_tensor_v2\n((X" + bytes_of<uint32_t>(7) + "storagectorch\nFloatStorage\nX" +
           bytes_of<uint32_t>(1) + "0X" + bytes_of<uint32_t>(3) + "cpu" + storage_size + "tQ" + tensor_offset + "(" + rows + "K\x04t(K\x04K\x01t\x89}tRs.";
}

static std::string torch_zip(const std::string& pkl, size_t storage_bytes) {
    const std::string path = scratch("torch.zip");
    zip_t* zip             = zip_open(path.c_str(), 0, 'w');
    const std::pair<const char*, std::string> entries[] = {{"archive/data.pkl", pkl}, {"archive/data/0", std::string(storage_bytes, 'x')}};
    for (const auto& [name, data] : entries) {
        zip_entry_open(zip, name);
        zip_entry_write(zip, data.data(), data.size());
        zip_entry_close(zip);
    }
    zip_close(zip);
    return read_file(path);
}

static std::string torch_legacy(const std::string& pkl, size_t storage_bytes) {
    return pkl + std::string("\x80\x02]X\x01\0\0\0" "0a.", 11) + bytes_of<uint64_t>(storage_bytes / 4) + std::string(storage_bytes, 'x');
}

static std::string repeated(const std::string& s, size_t n) {
    std::string out;
    for (size_t i = 0; i < n; i++) {
        out += s;
    }
    return out;
}

int main() {
    start_engine();

    // Sound files of each format: the mutations below start from something that works.
    write_checkpoint(scratch("sound.safetensors"), {{"a.weight", random_array({32, 4}, 1.f, 1)}, {"b.bias", random_array({4}, 1.f, 2)}, {"c", random_array({3, 3, 2, 5}, 1.f, 3)}});
    convert(scratch("sound.safetensors").c_str(), nullptr, scratch("sound.gguf").c_str(), SD_TYPE_Q8_0, nullptr, false);
    const std::pair<const char*, std::string> sound[] = {
        {"safetensors", read_file(scratch("sound.safetensors"))},
        {"gguf", read_file(scratch("sound.gguf"))},
        {"torch zip", torch_zip(pickle(), 128)},
        {"torch legacy", torch_legacy(pickle(), 128)},
    };
    for (const auto& [format, bytes] : sound) {
        write_file(scratch("file"), bytes);
        const std::string ended = in_child([] { return use(scratch("file")); });
        check(ended == "exit 1", std::string("a sound file is accepted: ") + format, ended);
    }

    const std::string f32 = "\"dtype\":\"F32\",\"shape\":[4,4],\"data_offsets\":[0,64]";
    const std::pair<const char*, std::string> damaged[] = {
        {"empty file", ""},
        {"one byte", "x"},
        {"safetensors: header of 2^63 bytes", bytes_of<uint64_t>(uint64_t(1) << 63) + "{}"},
        {"safetensors: header longer than the file", bytes_of<uint64_t>(1000) + "{}                    "},
        {"safetensors: header is a list", safetensors("[1,2,3]")},
        {"safetensors: header is a number", safetensors("12345")},
        {"safetensors: entry is a number", safetensors("{\"a\":1}")},
        {"safetensors: entry is null", safetensors("{\"a\":null}")},
        {"safetensors: no dtype", safetensors("{\"a\":{\"shape\":[4,4],\"data_offsets\":[0,64]}}")},
        {"safetensors: no shape", safetensors("{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,64]}}")},
        {"safetensors: no offsets", safetensors("{\"a\":{\"dtype\":\"F32\",\"shape\":[4,4]}}")},
        {"safetensors: dtype is a number", safetensors("{\"a\":{\"dtype\":1,\"shape\":[4,4],\"data_offsets\":[0,64]}}")},
        {"safetensors: unknown dtype", safetensors("{\"a\":{\"dtype\":\"F3\",\"shape\":[4,4],\"data_offsets\":[0,64]}}")},
        {"safetensors: shape is text", safetensors("{\"a\":{\"dtype\":\"F32\",\"shape\":\"44\",\"data_offsets\":[0,64]}}")},
        {"safetensors: negative shape", safetensors("{\"a\":{\"dtype\":\"F32\",\"shape\":[-4,-4],\"data_offsets\":[0,64]}}")},
        {"safetensors: shape of fractions", safetensors("{\"a\":{\"dtype\":\"F32\",\"shape\":[4.5,4],\"data_offsets\":[0,64]}}")},
        {"safetensors: shape whose product overflows to the size", safetensors("{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4,4],\"data_offsets\":[0,0]}}")},
        {"safetensors: nine dimensions", safetensors("{\"a\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,1,1,4,4],\"data_offsets\":[0,64]}}")},
        {"safetensors: shape and size differ", safetensors("{\"a\":{\"dtype\":\"F32\",\"shape\":[4,5],\"data_offsets\":[0,64]}}")},
        {"safetensors: one offset", safetensors("{\"a\":{\"dtype\":\"F32\",\"shape\":[4,4],\"data_offsets\":[64]}}")},
        {"safetensors: offsets in the wrong order", safetensors("{\"a\":{\"dtype\":\"F32\",\"shape\":[4,4],\"data_offsets\":[64,0]}}")},
        {"safetensors: offsets behind the file", safetensors("{\"a\":{\"dtype\":\"F32\",\"shape\":[4,4],\"data_offsets\":[64,128]}}")},
        {"safetensors: offsets that overflow", safetensors("{\"a\":{\"dtype\":\"F32\",\"shape\":[4,4],\"data_offsets\":[18446744073709551552,18446744073709551616]}}")},
        {"safetensors: offsets are text", safetensors("{\"a\":{\"dtype\":\"F32\",\"shape\":[4,4],\"data_offsets\":[\"0\",\"64\"]}}")},
        {"safetensors: name of 10000 letters", safetensors("{\"" + std::string(10000, 'n') + "\":{" + f32 + "}}")},
        {"safetensors: empty name", safetensors("{\"\":{" + f32 + "}}")},
        {"safetensors: 100000 nested lists", safetensors(std::string(100000, '[') + std::string(100000, ']'))},
        {"safetensors: an empty dimension", safetensors("{\"a.weight\":{\"dtype\":\"F32\",\"shape\":[4,0],\"data_offsets\":[0,0]}}")},
        {"safetensors: a scalar", safetensors("{\"a.weight\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}")},
        {"gguf: only the magic", "GGUF"},
        {"gguf: version 0", "GGUF" + bytes_of<uint32_t>(0) + std::string(16, '\0')},
        {"gguf: 2^63 tensors", Gguf(uint64_t(1) << 63, 0).with_data(64)},
        {"gguf: 2^40 pairs", Gguf(0, uint64_t(1) << 40).with_data(64)},
        {"gguf: empty key", Gguf(0, 1).text("").value<uint32_t>(4).value<uint32_t>(7).with_data(64)},
        {"gguf: unknown pair type", Gguf(0, 1).text("k").value<uint32_t>(99).with_data(64)},
        {"gguf: text of 2^60 bytes", Gguf(0, 1).text("k").value<uint32_t>(8).value<uint64_t>(uint64_t(1) << 60).with_data(64)},
        {"gguf: text of minus 40 bytes", Gguf(0, 1000000).text("k").value<uint32_t>(8).value<int64_t>(-40).with_data(64)},
        {"gguf: list of 2^60 numbers", Gguf(0, 1).text("k").value<uint32_t>(9).value<uint32_t>(4).value<uint64_t>(uint64_t(1) << 60).with_data(64)},
        {"gguf: 200000 nested lists", Gguf(0, 1).bytes + repeated(bytes_of<uint64_t>(1) + "k" + bytes_of<uint32_t>(9) + bytes_of<uint32_t>(9) + bytes_of<uint64_t>(1), 200000)},
        {"gguf: alignment is text", Gguf(1, 1).text("general.alignment").value<uint32_t>(8).text("32").tensor("a", {4, 4}, 0, 0).with_data(64)},
        {"gguf: alignment is a list", Gguf(1, 1).text("general.alignment").value<uint32_t>(9).value<uint32_t>(4).value<uint64_t>(0).tensor("a", {4, 4}, 0, 0).with_data(64)},
        {"gguf: alignment is 3", Gguf(1, 1).text("general.alignment").value<uint32_t>(4).value<uint32_t>(3).tensor("a", {4, 4}, 0, 0).with_data(64)},
        {"gguf: an empty dimension", Gguf(1, 0).tensor("a", {4, 0, 0, 4}, 0, 0).with_data(64)},
        {"gguf: negative dimension", Gguf(1, 0).tensor("a", {-4, -4}, 0, 0).with_data(64)},
        {"gguf: dimensions that overflow", Gguf(1, 0).tensor("a", {int64_t(1) << 32, int64_t(1) << 32}, 0, 0).with_data(64)},
        {"gguf: 2^31 dimensions", Gguf(1, 0).text("a").value<uint32_t>(1u << 31).with_data(64)},
        {"gguf: unknown tensor type", Gguf(1, 0).tensor("a", {4, 4}, 4711, 0).with_data(64)},
        {"gguf: removed tensor type", Gguf(1, 0).tensor("a", {32, 4}, 4, 0).with_data(640)},
        {"gguf: rows that are no whole blocks", Gguf(1, 0).tensor("a", {33, 4}, 8, 0).with_data(640)},
        {"gguf: offset behind the file", Gguf(1, 0).tensor("a", {4, 4}, 0, uint64_t(1) << 40).with_data(64)},
        {"gguf: data missing", Gguf(1, 0).tensor("a", {4096, 4096}, 0, 0).with_data(64)},
        {"gguf: two tensors of one name", Gguf(2, 0).tensor("a", {4, 4}, 0, 0).tensor("a", {4, 4}, 0, 64).with_data(128)},
        {"gguf: name of 5000 letters", Gguf(1, 0).tensor(std::string(5000, 'n'), {4, 4}, 0, 0).with_data(64)},
        {"gguf: original shape of another size", Gguf(1, 1).text("comfy.gguf.orig_shape.a").value<uint32_t>(9).value<uint32_t>(5).value<uint64_t>(2).value<int32_t>(5).value<int32_t>(-5).tensor("a", {4, 4}, 0, 0).with_data(64)},
        {"gguf: original shape is text", Gguf(1, 1).text("comfy.gguf.orig_shape.a").value<uint32_t>(8).text("4").tensor("a", {4, 4}, 0, 0).with_data(64)},
        {"torch zip: storage smaller than the tensor", torch_zip(pickle(), 8)},
        {"torch zip: offset that overflows", torch_zip(pickle(std::string("\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x3f", 10)), 128)},
        {"torch zip: negative rows", torch_zip(pickle("K\x01", std::string("J\xff\xff\xff\xff", 5)), 128)},
        {"torch zip: rows that overflow", torch_zip(pickle("K\x01", std::string("\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f", 10)), 128)},
        {"torch zip: empty pickle", torch_zip("", 128)},
        {"torch zip: cut in the middle", torch_zip(pickle(), 128).substr(0, 200)},
        {"torch legacy: storage missing", torch_legacy(pickle(), 0)},
        {"torch legacy: storage of 2^62 bytes", torch_legacy(pickle("K\x01", "K\x04", std::string("\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x3f", 10)), 128)},
        {"torch legacy: offset that overflows", torch_legacy(pickle(std::string("\x8a\x08\xf0\xff\xff\xff\xff\xff\xff\x3f", 10)), 128)},
        {"pickle: 200000 nested tuples", std::string("\x80\x02N", 3) + std::string(200000, '\x85') + "."},
        {"pickle: 60 doublings", std::string("\x80\x02N", 3) + repeated("2\x86", 60) + "."},
        {"pickle: opcodes on an empty stack", std::string("\x80\x02RRR", 5)},
        {"pickle: only marks", std::string("\x80\x02", 2) + std::string(1000, '(')},
    };
    std::string accepted;
    for (const auto& [name, bytes] : damaged) {
        write_file(scratch("file.pt"), bytes);
        const std::string ended = in_child([] { return use(scratch("file.pt")); }, 20);
        accepted += ended == "exit 1" ? name + std::string("; ") : "";
        check(ended == "exit 0" || ended == "exit 1", std::string("comes back from: ") + name, ended);
    }
    check(accepted ==
              "safetensors: name of 10000 letters; safetensors: empty name; safetensors: an empty dimension; safetensors: a scalar; "
              "gguf: version 0; gguf: empty key; gguf: alignment is 3; gguf: an empty dimension; gguf: two tensors of one name; ", "only odd but harmless files are accepted", accepted);

    // Cut at each byte of the first 600, and single bytes changed at random but the same each run.
    for (const auto& [format, bytes] : sound) {
        std::string worst;
        uint32_t state = 12345;
        for (size_t i = 0; i < 360; i++) {
            std::string file = bytes;
            if (i < 120) {
                file.resize(std::min(bytes.size() * i / 120, i * 5));
            } else {
                for (size_t k = 0; k < 1 + i % 3; k++) {
                    state = state * 1664525u + 1013904223u;
                    file[(state >> 8) % std::min<size_t>(file.size(), 700)] = static_cast<char>(state >> 3);
                }
            }
            write_file(scratch("file.pt"), file);
            const std::string ended = in_child([] { return use(scratch("file.pt")); }, 20);
            if (ended != "exit 0" && ended != "exit 1") {
                worst = "mutation " + std::to_string(i) + ": " + ended;
                if (const char* keep = std::getenv("KEEP")) {
                    write_file(keep, file);
                }
            }
        }
        check(worst.empty(), std::string("360 cuts and changed bytes: ") + format, worst);
    }

    // The C functions with damaged files and missing arguments.
    write_file(scratch("damaged"), safetensors("{\"model.diffusion_model.input_blocks.0.0.weight\":{\"dtype\":\"F32\",\"shape\":[4,4],\"data_offsets\":[0,640]}}"));
    const std::string bad  = scratch("damaged");
    const std::string mini = repository("models/mini.gguf");
    const std::pair<const char*, std::function<bool()>> calls[] = {
        {"new_sd_ctx with a damaged model", [&] { return load(bad) == nullptr; }},
        {"new_sd_ctx with a missing model", [&] { return load(scratch("none")) == nullptr; }},
        {"new_sd_ctx with a damaged autoencoder", [&] { return load(mini, {[&](sd_ctx_params_t& p) { p.taesd_path = bad.c_str(); }, [](sd_img_gen_params_t&) {}}) == nullptr; }},
        {"new_sd_ctx with a broken type rule", [&] { load(mini, {[&](sd_ctx_params_t& p) { p.tensor_type_rules = "([=f16"; }, [](sd_img_gen_params_t&) {}}); return true; }},
        {"new_upscaler_ctx with a damaged file", [&] { return new_upscaler_ctx(bad.c_str(), false, 1, 64, nullptr, nullptr, false) == nullptr; }},
        {"new_upscaler_ctx with a file of another kind", [&] { return new_upscaler_ctx(mini.c_str(), false, 1, 64, nullptr, nullptr, false) == nullptr; }},
        {"new_upscaler_ctx without a path", [&] { return new_upscaler_ctx(nullptr, false, 1, 64, nullptr, nullptr, false) == nullptr; }},
        {"convert without paths", [&] { return !convert(nullptr, nullptr, nullptr, SD_TYPE_F16, nullptr, false); }},
        {"convert to a type that cannot be written", [&] { return !convert(mini.c_str(), nullptr, scratch("o.gguf").c_str(), SD_TYPE_I8, nullptr, false); }},
        {"convert with a broken rule", [&] { return !convert(mini.c_str(), nullptr, scratch("o.gguf").c_str(), SD_TYPE_F16, "([=f16", false); }},
        {"convert into a missing directory", [&] { return !convert(mini.c_str(), nullptr, scratch("no/o.safetensors").c_str(), SD_TYPE_F16, nullptr, false); }},
        {"preprocess_canny without pixels", [] { return !preprocess_canny({8, 8, 3, nullptr}, 0.08f, 0.08f, 0.8f, 1.f, false); }},
        {"preprocess_canny on grey", [] { uint8_t grey[64] = {}; return !preprocess_canny({8, 8, 1, grey}, 0.08f, 0.08f, 0.8f, 1.f, false); }},
        {"upscale without an upscaler", [] { uint8_t px[3] = {}; return upscale(nullptr, {1, 1, 3, px}, 4).data == nullptr; }},
        {"free functions with null", [] { free_sd_ctx(nullptr); free_upscaler_ctx(nullptr); free_sd_images(nullptr, 1); free_sd_audio(nullptr); return true; }},
        {"generate_image with a damaged LoRA", [&] {
             const sd_lora_t lora  = {false, 1.f, bad.c_str()};
             const Context context = load(mini);
             paint(context.get(), {[](sd_ctx_params_t&) {}, [&](sd_img_gen_params_t& p) { p.loras = &lora; p.lora_count = 1; }});
             return true;
         }},
    };
    for (const auto& [name, call] : calls) {
        const std::string ended = in_child([call = call] { return call() ? 0 : 3; });
        check(ended == "exit 0", std::string("refused, not fatal: ") + name, ended);
    }
    return result();
}
