#include "support/train_family.h"

#include <cmath>

#include "support/check.h"
#include "support/exact.h"
#include "support/gradients.h"
#include "support/training.h"
#include "train/autodiff/autodiff.h"
#include "train/model/bucket_graph.h"
#include "train/graph/graph_tools.h"
#include "train/loading/random_network.h"
#include "train/model/check_gradients.h"

using namespace ai_artist;

const std::set<std::string> unet_ops = {"ADD",     "CONCAT", "CONT",  "GELU",     "GROUP_NORM", has_kernels() ? "CONV_2D" : "IM2COL", "MUL",
                                        "MUL_MAT", "NORM",   "PERMUTE", "RESHAPE", "SCALE",      "SILU",   "SOFT_MAX",
                                        "SQR",     "SUB",    "SUM",   "SUM_ROWS", "TIMESTEP_EMBEDDING", "UPSCALE", "VIEW"};

static std::unique_ptr<RandomNetwork> make(const std::string& family, ggml_type type) {
    RandomNetworkRequest request;
    request.family  = family;
    request.backend = cpu();
    request.type    = type;
    return std::make_unique<RandomNetwork>(request);
}

static BucketKey key_of(const TrainBatch& batch, bool backward) {
    BucketKey key;
    key.width    = batch.width;
    key.height   = batch.height;
    key.items    = batch.size();
    key.tokens   = batch.text[0].tokens;
    key.backward = backward;
    return key;
}

static BucketItems items_of(const TrainBatch& batch) {
    BucketItems items = {&batch, {}, 1.f / static_cast<float>(batch.size())};
    for (size_t i = 0; i < batch.timesteps.size(); i++) {
        items.items.push_back(i);
    }
    return items;
}

static std::vector<float> gradients(LoadedNetwork& model, Network& network, const TrainBatch& batch, const AutodiffOptions& options) {
    BucketGraph graph(model, &network, key_of(batch, true), options);
    network.clear_gradients();
    graph.run(items_of(batch));
    std::vector<float> all;
    for (const NetworkTensor& parameter : network.parameters()) {
        const std::vector<float> values = read(parameter.tensor.gradient);
        all.insert(all.end(), values.begin(), values.end());
    }
    return all;
}

static std::string joined(const std::set<std::string>& names) {
    std::string text;
    for (const std::string& name : names) {
        text += name + " ";
    }
    return text;
}

void check_family(const ExpectedFamily& expected) {
    const std::string& family = expected.family;
    const auto model          = make(family, GGML_TYPE_F32);
    NetworkRequest request;
    request.rank  = 4;
    request.alpha = 2;
    Network network(request, model->layers(), model->version(), model->backend());
    check(network.modules().size() == expected.modules && network.left_out().empty(), family + ": every layer of the targets has a name",
          std::to_string(network.modules().size()) + " modules, " + std::to_string(network.left_out().size()) + " without a name");
    randomise(network, 7);

    const TrainBatch one = random_batch(model->info(), expected.edge, expected.edge, 1, 9, 3);
    AutodiffOptions options;
    options.backend = model->backend();
    {
        const BucketGraph graph(*model, &network, key_of(one, true), options);
        std::set<std::string> ops;
        for (int i = 0; i < ggml_graph_n_nodes(graph.forward().graph); i++) {
            ops.insert(op_name(ggml_graph_node(graph.forward().graph, i)));
        }
        check(ops == expected.ops, family + ": the engine builds its graph of known operations", joined(ops));
        check(graph.plan().unsupported.empty(), family + ": the CPU has every operation");
    }

    const MeasuredGradient measured = measure_gradient(*model, network, one);
    check(measured.directional < expected.tolerance, family + ": the gradient is the derivative", std::to_string(measured.directional));
    size_t at = 0, missing = 0;
    for (const NetworkTensor& parameter : network.parameters()) {
        double sum = 0;
        for (int64_t i = 0; i < parameter.size(); i++) {
            sum += std::abs(measured.values[at++]);
        }
        missing += sum > 0 ? 0 : 1;
    }
    check(missing == expected.without_gradient, family + ": every parameter has a gradient", std::to_string(missing) + " of " + std::to_string(network.parameters().size()));

    // Sharper than differences of the loss, which GELU's table of F16 values makes rough.
    const double apart = relative_error(gradients(*model, network, one, {}), measured.values);
    // Our convolutions may be three products of bfloat16, with errors of 4e-6 each; those of all backends are F32.
    check(apart < (expected.ops.count("CONV_2D") != 0 ? 3e-5 : 2e-6), family + ": operations of the CPU alone and those of all backends give the same gradient", std::to_string(apart));
    for (const Checkpointing checkpointing : {Checkpointing::blocks, Checkpointing::fine}) {
        AutodiffOptions checkpointed = options;
        checkpointed.checkpointing   = checkpointing;
        check(gradients(*model, network, one, checkpointed) == measured.values,
              family + ": checkpointing " + (checkpointing == Checkpointing::blocks ? "blocks" : "fine") + " changes no bit of the gradient");
    }
    if (model->info().max_batch == 0) {
        const TrainBatch two = random_batch(model->info(), expected.edge, expected.edge, 2, 9, 3);
        BucketGraph both(*model, &network, key_of(two, false), options);
        const std::vector<float> together = both.run(items_of(two));
        BucketGraph single(*model, &network, key_of(one, false), options);
        std::vector<float> apart;
        for (size_t i = 0; i < 2; i++) {
            apart.push_back(single.run({&two, {i}, 1.f})[0]);
        }
        // Not bit by bit: products with one row and with several take different kernels, which sum in different orders.
        const double difference = std::max(std::abs(together[0] - apart[0]), std::abs(together[1] - apart[1]));
        check(difference < 2e-4, family + ": two items together give the losses of each alone", std::to_string(difference));
    }

    BucketGraph graph(*model, &network, key_of(one, true), options);
    Adam adam(1e-2f);
    float first = 0, last = 0;
    for (int i = 0; i < 12; i++) {
        network.clear_gradients();
        last  = graph.run(items_of(one))[0];
        first = i == 0 ? last : first;
        adam.step(network.parameters());
    }
    check(last < 0.8f * first, family + ": twelve steps learn a sample", std::to_string(first) + " -> " + std::to_string(last));
}

