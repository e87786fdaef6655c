#include "support/checkpoint.h"

#include <fstream>
#include <memory>
#include <stdexcept>

#include "model_loader.h"

int64_t Array::size() const {
    int64_t n = 1;
    for (int64_t dim : ne) {
        n *= dim;
    }
    return n;
}

Checkpoint read_checkpoint(const std::string& path) {
    ModelLoader loader;
    if (!loader.init_from_file(path)) {
        throw std::runtime_error("cannot read " + path);
    }
    Checkpoint checkpoint;
    const auto& map = loader.get_tensor_storage_map();
    std::unique_ptr<ggml_context, decltype(&ggml_free)> ctx(ggml_init({map.size() * ggml_tensor_overhead() + 1024, nullptr, true}), ggml_free);
    std::map<std::string, ggml_tensor*> tensors;
    for (const auto& [name, storage] : map) {
        Array& array = checkpoint[name];
        array.ne.assign(storage.ne, storage.ne + storage.n_dims);
        array.values.resize(static_cast<size_t>(array.size()));
        if (storage.values != nullptr) {
            array.values.assign(storage.values->begin(), storage.values->end());
            array.dtype = "I32";
            continue;
        }
        tensors[name]       = ggml_new_tensor(ctx.get(), GGML_TYPE_F32, storage.n_dims, storage.ne);
        tensors[name]->data = array.values.data();
    }
    loader.set_n_threads(1);
    const bool ok = loader.load_tensors([&](const TensorStorage& storage, ggml_tensor** tensor) {
        const auto found = tensors.find(storage.name);
        *tensor          = found == tensors.end() ? nullptr : found->second;
        return true;
    });
    if (!ok) {
        throw std::runtime_error("cannot read the tensors of " + path);
    }
    return checkpoint;
}

void write_checkpoint(const std::string& path, const Checkpoint& checkpoint) {
    std::string header = "{";
    std::string data;
    for (const auto& [name, array] : checkpoint) {
        const size_t begin = data.size();
        if (static_cast<int64_t>(array.values.size()) != array.size()) {
            throw std::runtime_error("wrong size of " + name);
        }
        if (array.dtype == "F16") {
            std::vector<ggml_fp16_t> half(array.values.size());
            ggml_fp32_to_fp16_row(array.values.data(), half.data(), static_cast<int64_t>(half.size()));
            data.append(reinterpret_cast<const char*>(half.data()), half.size() * sizeof(ggml_fp16_t));
        } else if (array.dtype == "I32") {
            const std::vector<int32_t> integers(array.values.begin(), array.values.end());
            data.append(reinterpret_cast<const char*>(integers.data()), integers.size() * sizeof(int32_t));
        } else {
            data.append(reinterpret_cast<const char*>(array.values.data()), array.values.size() * sizeof(float));
        }
        std::string shape;
        for (size_t i = array.ne.size(); i-- > 0;) {
            shape += std::to_string(array.ne[i]) + (i > 0 ? "," : "");
        }
        header += (header.size() > 1 ? ",\"" : "\"") + name + "\":{\"dtype\":\"" + array.dtype + "\",\"shape\":[" + shape + "],\"data_offsets\":[" +
                  std::to_string(begin) + "," + std::to_string(data.size()) + "]}";
    }
    header += "}";
    header.resize((header.size() + 7) / 8 * 8, ' ');
    std::ofstream file(path, std::ios::binary);
    const uint64_t length = header.size();
    file.write(reinterpret_cast<const char*>(&length), sizeof(length));
    file << header << data;
    if (!file) {
        throw std::runtime_error("cannot write " + path);
    }
}

Array random_array(std::vector<int64_t> ne, float scale, uint32_t seed) {
    Array array;
    array.ne = std::move(ne);
    array.values.resize(static_cast<size_t>(array.size()));
    uint32_t state = seed * 2654435761u + 1;
    for (float& value : array.values) {
        state = state * 1664525u + 1013904223u;
        value = scale * (static_cast<float>(state >> 8) / 8388608.f - 1.f);
    }
    return array;
}
