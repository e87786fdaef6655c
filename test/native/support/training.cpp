#include "support/training.h"

#include <cmath>

#include "ggml-backend.h"

using namespace ai_artist;

std::vector<float> read(const ggml_tensor* tensor) {
    std::vector<float> values(static_cast<size_t>(ggml_nelements(tensor)));
    ggml_backend_tensor_get(tensor, values.data(), 0, values.size() * sizeof(float));
    return values;
}

void write(ggml_tensor* tensor, const std::vector<float>& values) {
    ggml_backend_tensor_set(tensor, values.data(), 0, values.size() * sizeof(float));
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
        for (float& value : array.values) {
            value *= parameter.file_scale;
        }
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
