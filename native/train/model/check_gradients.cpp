#include "train/model/check_gradients.h"

#include <algorithm>
#include <cmath>

#include "core/ggml_extend_backend.h"
#include "engine/engine_error.h"
#include "train/loading/file_network.h"
#include "train/model/bucket_graph.h"

namespace ai_artist {
namespace {

constexpr int64_t edge = 16;  // latent pixels; a UNet halves them three times
constexpr int64_t tokens = 9;
// The derivative is fitted to differences over steps of several lengths. The CPU's GELU is a table of F16 values, so a short step would
// measure mostly its rounding. Steps start long and are halved while the loss is too curved.
constexpr double longest_step = 24e-3;
constexpr int steps = 32;
constexpr double curved = 0.03;  // share of the cubic term at the longest step
constexpr int halvings = 4;

std::vector<float> noise(size_t count, uint32_t seed) {
    std::vector<float> values(count);
    uint32_t state = seed * 2654435761u + 1u;
    for (float& value : values) {
        float sum = 0;
        for (int i = 0; i < 4; i++) {
            state = state * 1664525u + 1013904223u;
            sum += static_cast<float>(state >> 8) / 16777216.f - 0.5f;
        }
        value = sum * 1.7320508f;  // four uniform numbers: standard deviation 1
    }
    return values;
}

double norm(const std::vector<float>& values) {
    double sum = 0;
    for (const float value : values) {
        sum += static_cast<double>(value) * value;
    }
    return std::sqrt(sum);
}

std::vector<float> concatenated(const std::vector<TrainableTensor>& tensors, bool gradients) {
    std::vector<float> all;
    for (const TrainableTensor& tensor : tensors) {
        const std::vector<float> values = values_of(gradients ? tensor.gradient : tensor.value);
        all.insert(all.end(), values.begin(), values.end());
    }
    return all;
}

void move_to(const std::vector<TrainableTensor>& tensors, const std::vector<float>& start, const std::vector<float>& along, double by) {
    size_t at = 0;
    for (const TrainableTensor& tensor : tensors) {
        std::vector<float> values(static_cast<size_t>(ggml_nelements(tensor.value)));
        for (float& value : values) {
            value = static_cast<float>(start[at] + by * along[at]);
            at++;
        }
        ggml_backend_tensor_set(tensor.value, values.data(), 0, values.size() * sizeof(float));
    }
}

NetworkRequest small_lora() {
    NetworkRequest request;
    request.rank = 4;
    request.alpha = 4;
    return request;
}

ggml_backend_t device(SDBackendManager& backends, const std::string& name) {
    std::string error;
    if (!backends.init(name.c_str(), "", &error)) {
        throw EngineError("ERR_NO_DEVICE", error);
    }
    return runtime_backend(backends, SDBackendModule::DIFFUSION);
}

BucketItems all_items(const TrainBatch& batch) {
    BucketItems items;
    items.batch = &batch;
    for (size_t i = 0; i < batch.timesteps.size(); i++) {
        items.items.push_back(i);
    }
    items.gradient_scale = 1.f / static_cast<float>(items.items.size());
    return items;
}

BucketKey key_of(const TrainBatch& batch, bool backward) {
    BucketKey key;
    key.width = batch.width;
    key.height = batch.height;
    key.items = batch.size();
    key.tokens = batch.text[0].tokens;
    key.backward = backward;
    return key;
}

}  // namespace

TrainBatch random_batch(const FamilyInfo& info, int64_t width, int64_t height, int64_t items, int64_t count, uint32_t seed) {
    const auto values = static_cast<size_t>(width * height * info.latent_channels * items);
    TrainBatch batch;
    batch.width = width;
    batch.height = height;
    batch.x = noise(values, seed);
    batch.target = noise(values, seed + 1);
    for (int64_t i = 0; i < items; i++) {
        const float share = static_cast<float>(i + 1) / static_cast<float>(items + 1);
        batch.timesteps.push_back(info.objective == Objective::flow ? share : 1000.f * share);
        TextCondition text;
        text.width = info.context_width;
        text.tokens = count;
        text.context = noise(static_cast<size_t>(info.context_width * count), seed + 100 + static_cast<uint32_t>(i));
        text.vector = noise(static_cast<size_t>(info.vector_width), seed + 200 + static_cast<uint32_t>(i));
        batch.text.push_back(std::move(text));
    }
    return batch;
}

void randomise(Network& network, uint32_t seed) {
    for (NetworkTensor& parameter : network.parameters()) {
        // Sized like an initial value for every kind of parameter.
        const ggml_tensor* value = parameter.tensor.value;
        const int64_t fan_in = ggml_nelements(value) / value->ne[std::max(ggml_n_dims(value), 2) > 2 ? 3 : 1];
        const float size = 1.f / std::sqrt(static_cast<float>(fan_in));
        std::vector<float> values = noise(static_cast<size_t>(parameter.size()), seed++);
        std::transform(values.begin(), values.end(), values.begin(), [size](float drawn) { return 0.5f * size * drawn; });
        ggml_backend_tensor_set(parameter.tensor.value, values.data(), 0, values.size() * sizeof(float));
    }
}

MeasuredGradient measure_gradient(LoadedNetwork& model, Network& network, const TrainBatch& batch) {
    AutodiffOptions options;
    options.backend = model.backend();
    MeasuredGradient measured;
    const std::vector<TrainableTensor> tensors = network.trainable(false);
    {
        BucketGraph graph(model, &network, key_of(batch, true), options);
        network.clear_gradients();
        measured.losses = graph.run(all_items(batch));
        measured.values = concatenated(tensors, true);
    }
    BucketGraph forward(model, &network, key_of(batch, false), options);
    const std::vector<float> start = concatenated(tensors, false);
    const double length = norm(measured.values);
    const auto loss_at = [&](double by) {
        move_to(tensors, start, measured.values, by / length);
        double sum = 0;
        for (const float loss : forward.run(all_items(batch))) {
            sum += loss;
        }
        return sum / static_cast<double>(batch.size());
    };
    double derivative = 0, cubic = 0, longest = 2 * longest_step;
    for (int round = 0; round == 0 || (round <= halvings && std::abs(cubic) * longest * longest > curved * std::abs(derivative)); round++) {
        longest /= 2;
        // (L(t) - L(-t)) / 2 = a t + b t^3 + …: least squares for a and b
        double tt = 0, t4 = 0, t6 = 0, ty = 0, t3y = 0;
        for (int i = 1; i <= steps; i++) {
            const double t = longest * i / steps, y = (loss_at(t) - loss_at(-t)) / 2, t2 = t * t;
            tt += t2;
            t4 += t2 * t2;
            t6 += t2 * t2 * t2;
            ty += t * y;
            t3y += t * t2 * y;
        }
        const double determinant = tt * t6 - t4 * t4;
        derivative = (ty * t6 - t3y * t4) / determinant;
        cubic = (tt * t3y - t4 * ty) / determinant;
    }
    measured.directional = std::abs(derivative - length) / length;
    move_to(tensors, start, measured.values, 0);
    return measured;
}

std::vector<GradientReport> check_gradients(const GradientCheckRequest& request,
                                            const std::function<void(const GradientReport&)>& on_family) {
    SDBackendManager devices, cpus;
    ggml_backend_t on_device = device(devices, request.backend), on_cpu = device(cpus, "cpu");
    std::vector<GradientReport> reports;
    for (const std::string& family : request.families.empty() ? RandomNetwork::families() : request.families) {
        RandomNetworkRequest small;
        small.family = family;
        small.threads = request.threads;
        // F32 as far as the families' kernels allow, so that differences come from the device and not from rounded weights.
        small.type = GGML_TYPE_F32;
        small.backend = on_device;
        RandomNetwork model(small);
        Network network(small_lora(), model.layers(), model.version(), on_device);
        randomise(network, 1);
        const TrainBatch batch = random_batch(model.info(), edge, edge, 1, tokens, 1);

        GradientReport report;
        report.family = family;
        report.device = ggml_backend_name(on_device);
        AutodiffOptions options;
        options.backend = on_device;
        const MemoryPlan plan = BucketGraph(model, &network, key_of(batch, true), options).plan();
        report.nodes = plan.nodes;
        report.unsupported = plan.unsupported;
        if (plan.unsupported.empty()) {
            const MeasuredGradient measured = measure_gradient(model, network, batch);
            report.directional = measured.directional;
            small.backend = on_cpu;
            RandomNetwork cpu_model(small);
            Network cpu_network(small_lora(), cpu_model.layers(), cpu_model.version(), on_cpu);
            randomise(cpu_network, 1);
            options.backend = on_cpu;
            BucketGraph graph(cpu_model, &cpu_network, key_of(batch, true), options);
            graph.run(all_items(batch));
            const std::vector<float> expected = concatenated(cpu_network.trainable(false), true);
            double dot = 0, apart = 0;
            for (size_t i = 0; i < expected.size(); i++) {
                dot += static_cast<double>(expected[i]) * measured.values[i];
                apart += std::pow(static_cast<double>(expected[i]) - measured.values[i], 2);
            }
            report.cosine = dot / (norm(expected) * norm(measured.values));
            report.relative = std::sqrt(apart) / norm(expected);
        }
        on_family(report);
        reports.push_back(std::move(report));
    }
    return reports;
}

}  // namespace ai_artist
