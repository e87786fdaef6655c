#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/tensor.hpp"
#include "model.h"
#include "train/families/family_info.h"
#include "train/graph/forward_graph.h"

struct RunnerWeightManager;
struct WeightAdapter;

namespace ai_artist {

// The inputs of a family's network. The graph keeps pointers to the values, so they are overwritten in place and never resized.
struct ModelInputs {
    sd::Tensor<float> x;          // [w,h,c,n]
    sd::Tensor<float> timesteps;  // [n], in the unit of the network
    sd::Tensor<float> context;    // [width,tokens,n]
    sd::Tensor<float> vector;     // [width,n] or empty
    sd::Tensor<float> guidance;   // [1] or empty
};

// A diffusion network of the engine whose graphs are built without being run. Derived classes wrap one of the engine's runners.
class Family {
public:
    virtual ~Family() = default;

    // The graph from the inputs to the prediction [w,h,c,n]. The engine's attention is written out (no flash attention).
    virtual ForwardGraph build(const ModelInputs& inputs) = 0;
    virtual void set_adapter(std::shared_ptr<WeightAdapter> adapter) = 0;
    virtual std::map<std::string, ggml_tensor*> weights() = 0;

    // TrainBatch's unit (0..999 or sigma) to the network's.
    virtual float timestep(float t) const { return t; }
    // The distilled guidance to train with; negative: the network has no such input.
    virtual float guidance() const { return -1.f; }

    virtual int64_t context_width() const = 0;
    virtual int64_t vector_width() const { return 0; }
    virtual int64_t latent_channels() const = 0;
};

struct FamilyRequest {
    ggml_backend_t backend = nullptr;
    const String2TensorStorage* tensors = nullptr;
    SDVersion version = VERSION_COUNT;
    std::shared_ptr<RunnerWeightManager> manager;
};

// The prefix of the network's tensors in the engine.
extern const char* const network_prefix;

std::unique_ptr<Family> make_unet(const FamilyRequest& request);
std::unique_ptr<Family> make_mmdit(const FamilyRequest& request);
std::unique_ptr<Family> make_flux(const FamilyRequest& request);
std::unique_ptr<Family> make_z_image(const FamilyRequest& request);

// Constants of one of the engine's model versions.
struct FamilyTraits {
    SDVersion version;
    const char* family;
    const char* engine_family;
    std::unique_ptr<Family> (*make)(const FamilyRequest&);
    bool flow;
    int max_batch;          // 0: any
    int64_t size_multiple;  // pixels
    int64_t tokens;         // of a usual caption's context
};
const FamilyTraits* find_family(SDVersion version);

}  // namespace ai_artist
