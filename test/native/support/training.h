#pragma once
// What the tests of native/train share: random batches, a small optimiser, LoRA files.

#include <string>
#include <vector>

#include "support/checkpoint.h"
#include "train/network/network.h"
#include "train/model/train_model.h"

std::vector<float> read(const ggml_tensor* tensor);
void write(ggml_tensor* tensor, const std::vector<float>& values);

// Adam on the gradients of the network, which are `loss_scale` times too large.
class Adam {
public:
    explicit Adam(float rate) : rate_(rate) {}
    void step(std::vector<ai_artist::NetworkTensor>& parameters, float loss_scale = 1.f);

private:
    const float rate_;
    int steps_ = 0;
    std::vector<std::vector<float>> mean_, square_;
};

// The network as a LoRA file, as the library will write it.
void save_network(const std::string& path, std::vector<ai_artist::NetworkTensor>& parameters,
                  const std::vector<std::pair<std::string, float>>& alphas);

double norm(const std::vector<float>& values);
double cosine(const std::vector<float>& a, const std::vector<float>& b);
