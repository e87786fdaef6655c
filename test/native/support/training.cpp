#include "support/training.h"

#include <cmath>

#include "ggml-backend.h"

using namespace ai_artist;

std::vector<float> normal_values(size_t count, uint32_t seed, float scale) {
    const Array uniform = random_array({static_cast<int64_t>(count * 2)}, 0.5f, seed);
    std::vector<float> values(count);
    for (size_t i = 0; i < count; i++) {
        const double a = uniform.values[2 * i] + 0.5 + 1e-7, b = uniform.values[2 * i + 1] + 0.5;
        values[i] = scale * static_cast<float>(std::sqrt(-2.0 * std::log(std::min(a, 1.0))) * std::cos(6.283185307179586 * b));
    }
    return values;
}

TrainBatch random_batch(const FamilyInfo& info, int64_t width, int64_t height, int64_t items, int64_t tokens, uint32_t seed) {
    const auto values = static_cast<size_t>(width * height * info.latent_channels * items);
    TrainBatch batch;
    batch.width  = width;
    batch.height = height;
    batch.x      = normal_values(values, seed);
    batch.target = normal_values(values, seed + 1);
    for (int64_t i = 0; i < items; i++) {
        const float share = (static_cast<float>(i) + 1.f) / static_cast<float>(items + 1);
        batch.timesteps.push_back(info.objective == Objective::flow ? share : 1000.f * share);
        TextCondition text;
        text.width   = info.context_width;
        text.tokens  = tokens;
        text.context = normal_values(static_cast<size_t>(info.context_width * tokens), seed + 100 + static_cast<uint32_t>(i));
        text.vector  = normal_values(static_cast<size_t>(info.vector_width), seed + 200 + static_cast<uint32_t>(i));
        batch.text.push_back(std::move(text));
    }
    return batch;
}

std::vector<float> read(const ggml_tensor* tensor) {
    std::vector<float> values(static_cast<size_t>(ggml_nelements(tensor)));
    ggml_backend_tensor_get(tensor, values.data(), 0, values.size() * sizeof(float));
    return values;
}

void write(ggml_tensor* tensor, const std::vector<float>& values) {
    ggml_backend_tensor_set(tensor, values.data(), 0, values.size() * sizeof(float));
}

void randomise(std::vector<NetworkTensor>& parameters, uint32_t seed, float scale) {
    for (NetworkTensor& parameter : parameters) {
        write(parameter.tensor.value, normal_values(static_cast<size_t>(parameter.size()), seed++, scale));
    }
}

void Adam::step(std::vector<NetworkTensor>& parameters, float loss_scale) {
    steps_++;
    mean_.resize(parameters.size());
    square_.resize(parameters.size());
    for (size_t i = 0; i < parameters.size(); i++) {
        std::vector<float> value = read(parameters[i].tensor.value), gradient = read(parameters[i].tensor.gradient);
        mean_[i].resize(value.size());
        square_[i].resize(value.size());
        for (size_t j = 0; j < value.size(); j++) {
            const float g = gradient[j] / loss_scale;
            mean_[i][j]   = 0.9f * mean_[i][j] + 0.1f * g;
            square_[i][j] = 0.999f * square_[i][j] + 0.001f * g * g;
            const double m = mean_[i][j] / (1 - std::pow(0.9, steps_)), s = square_[i][j] / (1 - std::pow(0.999, steps_));
            value[j] -= static_cast<float>(rate_ * m / (std::sqrt(s) + 1e-8));
        }
        write(parameters[i].tensor.value, value);
    }
}

void save_network(const std::string& path, std::vector<NetworkTensor>& parameters, const std::vector<std::pair<std::string, float>>& alphas) {
    Checkpoint file;
    for (NetworkTensor& parameter : parameters) {
        Array array;
        array.ne.assign(parameter.shape.rbegin(), parameter.shape.rend());
        array.values         = read(parameter.tensor.value);
        file[parameter.name] = std::move(array);
    }
    for (const auto& [name, alpha] : alphas) {
        file[name] = {{1}, {alpha}, "F32"};
    }
    write_checkpoint(path, file);
}

double norm(const std::vector<float>& values) {
    double sum = 0;
    for (const float value : values) {
        sum += static_cast<double>(value) * value;
    }
    return std::sqrt(sum);
}

double cosine(const std::vector<float>& a, const std::vector<float>& b) {
    double dot = 0;
    for (size_t i = 0; i < a.size(); i++) {
        dot += static_cast<double>(a[i]) * b[i];
    }
    return dot / (norm(a) * norm(b));
}
