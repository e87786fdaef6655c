#pragma once

#include <cstdint>
#include <set>
#include <string>

struct ExpectedFamily {
    std::string family;
    size_t modules;             // of the default targets
    int64_t edge;               // latent pixels: a UNet halves them up to three times, and attention over one token has no gradient
    double tolerance;           // of the directional derivative
    std::set<std::string> ops;  // of the forward graph with the network and the loss
    size_t without_gradient = 0;  // parameters of layers whose output the network does not use
};

// Checks a family on a tiny random model with F32 weights: gradients against central differences, no operation without a rule,
// checkpointing and batches without a difference, and a sample that is learned.
void check_family(const ExpectedFamily& expected);

// Operations of all the engine's UNets.
extern const std::set<std::string> unet_ops;
