// What is trained is what the engine computes from the saved file, bit for bit: LoRA, LoHa and LoKr, linear layers and convolutions,
// kohya's and dotted names.
#include <algorithm>
#include <regex>

#include "name_conversion.h"
#include "support/check.h"
#include "support/gradients.h"
#include "support/model.h"
#include "support/training.h"
#include "train/network/adapter.h"
#include "train/loading/random_network.h"
#include "train/model/check_gradients.h"
// after ggml_extend.hpp
#include "model/adapter/lora.hpp"

using namespace ai_artist;

static std::unique_ptr<RandomNetwork> make(const std::string& family, ggml_type type = GGML_TYPE_F16) {
    RandomNetworkRequest request;
    request.family  = family;
    request.backend = cpu();
    request.type    = type;
    return std::make_unique<RandomNetwork>(request);
}

static ModelInputs random_inputs(RandomNetwork& model) {
    const TrainBatch batch = random_batch(model.info(), 8, 8, 1, 9, 5);
    ModelInputs in         = model.inputs(8, 8, 1, 9);
    in.x.values()          = batch.x;
    in.timesteps.values()  = {model.family().timestep(batch.timesteps[0])};
    in.context.values()    = batch.text[0].context;
    in.vector.values()     = batch.text[0].vector;
    return in;
}

struct Case {
    std::string name;
    NetworkRequest request;
    size_t tensors;    // of the file
    std::string like;  // a name in it
};

static void check_case(RandomNetwork& model, const Case& c) {
    static int files = 0;
    Network network(c.request, model.layers(), model.version(), model.backend());
    randomise(network, 11);
    const std::string file = scratch("network-" + std::to_string(files++) + ".safetensors");
    save_network(file, network.parameters(), network.alphas());
    bool named = false;
    for (const NetworkTensor& parameter : network.parameters()) {
        named = named || parameter.name == c.like;
    }
    check(named, c.name + ": the file has " + c.like, network.parameters()[0].name);

    const ModelInputs in           = random_inputs(model);
    const std::vector<float> plain = model.forward(in, nullptr);
    const std::vector<float> ours  = model.forward(in, std::make_shared<NetworkAdapter>(network, 1, false));

    auto lora = std::make_shared<LoraModel>("test", model.backend(), model.backend(), file, "", model.version());
    const bool loaded = lora->load_from_file(1);
    check(loaded && lora->lora_tensors.size() == c.tensors, c.name + ": the engine reads the file",
          std::to_string(lora->lora_tensors.size()) + " tensors");
    const std::vector<float> engines = model.forward(in, std::make_shared<MultiLoraAdapter>(std::vector<std::shared_ptr<LoraModel>>{lora}));
    std::string unused;
    for (const auto& [name, tensor] : lora->lora_tensors) {
        if (lora->applied_lora_tensors.count(name) == 0) {
            unused += name + " ";
        }
    }
    check(unused.empty() && lora->misfit_count == 0, c.name + ": the engine uses all of it", unused.substr(0, 200));
    std::vector<float> change(plain.size()), apart(plain.size());
    for (size_t i = 0; i < plain.size(); i++) {
        change[i] = ours[i] - plain[i];
        apart[i]  = ours[i] - engines[i];
    }
    check(ours == engines && norm(change) > 1e-3 * norm(plain), c.name + ": the same output, bit for bit",
          "apart " + std::to_string(norm(apart)) + ", changed by " + std::to_string(norm(change)) + " of " + std::to_string(norm(plain)));
}

// All names in a file, as those programs spell them that the file is for (bench/train/loads.ts loads it there). Every layer of the blocks is in it.
static void check_names(RandomNetwork& model, const std::string& family, const std::string& spelling, size_t left_out = 0) {
    NetworkRequest request;
    request.rank    = 1;
    request.targets = "full";
    Network network(request, model.layers(), model.version(), model.backend());
    const std::regex expected(spelling);
    std::string others;
    const auto read = [&](const std::string& name) { others += std::regex_match(name, expected) ? "" : name + " "; };
    for (const NetworkTensor& parameter : network.parameters()) {
        read(parameter.name);
    }
    for (const auto& [name, alpha] : network.alphas()) {
        read(name);
    }
    check(others.empty(), family + ": the names in a file", others.substr(0, 300));
    check(network.left_out().size() == left_out, family + ": layers without a name", std::to_string(network.left_out().size()));
}

// kohya's form of an SD3 LoRA: query, key and value in one, their factors side by side.
static void check_kohya_file(RandomNetwork& model) {
    NetworkRequest request;
    request.rank = request.alpha = 2;
    Network network(request, model.layers(), model.version(), model.backend());
    randomise(network, 11);
    Checkpoint file;
    for (const AdaptableLayer& layer : model.layers()) {
        const NetworkLayer* trained = network.find(layer.name);
        if (trained == nullptr) {
            continue;
        }
        const auto parts = static_cast<int64_t>(trained->parts.size()), rank = 2 * parts;
        Array down{{layer.in(), rank}, {}, "F32"}, up{{rank, layer.out()}, std::vector<float>(static_cast<size_t>(rank * layer.out())), "F32"};
        int64_t row = 0;
        for (int64_t p = 0; p < parts; p++) {
            const NetworkPart& part        = trained->parts[static_cast<size_t>(p)];
            const std::vector<float> first = read(part.find("lora_down")), second = read(part.find("lora_up"));
            down.values.insert(down.values.end(), first.begin(), first.end());
            for (int64_t i = 0; i < part.out; i++, row++) {
                std::copy_n(second.begin() + 2 * i, 2, up.values.begin() + row * rank + 2 * p);
            }
        }
        std::string name = "lora_unet_" + layer.name.substr(std::string("model.diffusion_model.").size());
        std::replace(name.begin(), name.end(), '.', '_');
        file[name + ".lora_down.weight"] = down;
        file[name + ".lora_up.weight"]   = up;
        file[name + ".alpha"]            = {{1}, {static_cast<float>(rank)}, "F32"};
    }
    const std::string path = scratch("kohya-sd3.safetensors");
    write_checkpoint(path, file);
    auto lora         = std::make_shared<LoraModel>("test", model.backend(), model.backend(), path, "", model.version());
    const bool loaded = lora->load_from_file(1);
    const ModelInputs in             = random_inputs(model);
    const std::vector<float> ours    = model.forward(in, std::make_shared<NetworkAdapter>(network, 1, false));
    std::vector<float> apart         = model.forward(in, std::make_shared<MultiLoraAdapter>(std::vector<std::shared_ptr<LoraModel>>{lora}));
    for (size_t i = 0; i < apart.size(); i++) {
        apart[i] -= ours[i];
    }
    check(loaded && file.size() == 567 && lora->applied_lora_tensors.size() == 567 && norm(apart) < 1e-3 * norm(ours),
          "the engine computes with kohya's form of an SD3 LoRA",
          std::to_string(lora->applied_lora_tensors.size()) + " tensors of " + std::to_string(file.size()) + ", apart " + std::to_string(norm(apart) / norm(ours)));
}

static NetworkRequest request_of(NetworkKind kind, int rank, float alpha, const std::string& targets = "default") {
    NetworkRequest request;
    request.kind    = kind;
    request.rank    = rank;
    request.alpha   = alpha;
    request.targets = targets;
    return request;
}

// Gradients of every kind of network, on all layers of a UNet: exact with F32 weights, and close to those with F16 weights and kernels.
static void check_gradients_of(const std::string& name, const NetworkRequest& request, double tolerance = 2e-3) {
    std::vector<std::vector<float>> gradients;
    for (const ggml_type type : {GGML_TYPE_F32, GGML_TYPE_F16}) {
        const auto model = make("sdxs", type);
        Network network(request, model->layers(), model->version(), model->backend());
        randomise(network, 3);
        const MeasuredGradient measured = measure_gradient(*model, network, random_batch(model->info(), 16, 16, 1, 9, 2));
        if (type == GGML_TYPE_F32) {
            check(measured.directional < tolerance, name + ": the gradient is the derivative", std::to_string(measured.directional));
        }
        gradients.push_back(measured.values);
    }
    check(cosine(gradients[0], gradients[1]) > 0.999, name + ": F16 weights hardly change the gradient", std::to_string(cosine(gradients[0], gradients[1])));
}

// Names that kohya's trainers write for transformers.
static void check_kohya_names() {
    const auto reads = [](const std::string& name, const std::string& layer, SDVersion version) {
        const std::string read = convert_tensor_name("lora.lora_unet_" + name + ".lora_down.weight", version);
        check(read == "lora.model.diffusion_model." + layer + ".lora_down", "the engine reads lora_unet_" + name, read);
    };
    reads("joint_blocks_3_x_block_attn_qkv", "joint_blocks.3.x_block.attn.qkv.weight", VERSION_SD3);
    reads("joint_blocks_23_context_block_adaLN_modulation_1", "joint_blocks.23.context_block.adaLN_modulation.1.weight", VERSION_SD3);
    reads("context_embedder", "context_embedder.weight", VERSION_SD3);
    reads("final_layer_linear", "final_layer.linear.weight", VERSION_SD3);
    reads("layers_3_feed_forward_w2", "layers.3.feed_forward.w2.weight", VERSION_Z_IMAGE);
    reads("noise_refiner_1_attention_to_k", "noise_refiner.1.attention.qkv.weight.1", VERSION_Z_IMAGE);
}

int main() {
    start_engine();
    check_kohya_names();
    check_gradients_of("LoRA", request_of(NetworkKind::lora, 4, 3, "full"));
    // Small factors multiplied twice move the loss so little that the roughness of GELU's table shows.
    check_gradients_of("LoHa", request_of(NetworkKind::loha, 2, 3, "full"), 1e-2);
    check_gradients_of("LoKr", request_of(NetworkKind::lokr, 2, 3, "full"));
    check_gradients_of("LoKr, full matrices", request_of(NetworkKind::lokr, 512, 3, "full"));
    const std::string kohya = R"(\.(lora_down\.weight|lora_up\.weight|alpha))", transformer = R"(transformer_blocks_\d_(attn[12]_to_(q|k|v|out_0)|ff_net_(0_proj|2)))";
    const std::string diffusers_unet = R"(lora_unet_(down_blocks_\d|mid_block|up_blocks_\d)_(attentions_\d_(proj_in|proj_out|)" + transformer +
                                       R"()|resnets_\d_(conv1|conv2|time_emb_proj|conv_shortcut)|(down|up)samplers_0_conv))" + kohya;
    const std::string attention = "lora_unet_down_blocks_1_attentions_0_transformer_blocks_0_attn1_to_q";
    {
        const auto sd1 = make("sd1");
        check_names(*sd1, "sd1", diffusers_unet);
        for (const int rank : {1, 4, 8}) {
            check_case(*sd1, {"sd1 LoRA, rank " + std::to_string(rank), request_of(NetworkKind::lora, rank, 3), 576, attention + ".lora_down.weight"});
        }
        check_case(*sd1, {"sd1 LoRA, all blocks", request_of(NetworkKind::lora, 4, 3, "conv"), 834, "lora_unet_mid_block_resnets_1_conv2.lora_up.weight"});
        NetworkRequest small = request_of(NetworkKind::lora, 4, 3, "conv");
        small.conv_rank      = 1;
        small.conv_alpha     = 0.5f;
        check_case(*sd1, {"sd1 LoRA, another rank for kernels", small, 834, "lora_unet_up_blocks_0_upsamplers_0_conv.lora_down.weight"});
        check_case(*sd1, {"sd1 LoHa", request_of(NetworkKind::loha, 2, 3, "conv"), 1390, attention + ".hada_w1_a"});
        check_case(*sd1, {"sd1 LoHa, rank 1", request_of(NetworkKind::loha, 1, 3), 960, attention + ".hada_w2_b"});
        check_case(*sd1, {"sd1 LoKr", request_of(NetworkKind::lokr, 2, 3, "conv"), 1064, attention + ".lokr_w1"});
        check_case(*sd1, {"sd1 LoKr, full matrices", request_of(NetworkKind::lokr, 512, 3), 576, attention + ".lokr_w2"});
    }
    const auto mini = make("sdxs", GGML_TYPE_Q8_0);
    check_case(*mini, {"sdxs LoRA on quantised weights", request_of(NetworkKind::lora, 4, 3), 216, attention + ".lora_down.weight"});
    const auto flux = make("flux");
    check_names(*flux, "flux", R"(lora_unet_(double_blocks_\d_(img|txt)_(attn_(qkv|proj)|mlp_[02]|mod_lin)|single_blocks_\d_(linear[12]|modulation_lin)))" + kohya);
    check_case(*flux, {"flux LoRA", request_of(NetworkKind::lora, 4, 3), 60, "lora_unet_double_blocks_0_img_attn_qkv.lora_down.weight"});
    check_case(*flux, {"flux LoKr", request_of(NetworkKind::lokr, 2, 3), 80, "lora_unet_single_blocks_1_linear1.lokr_w2_a"});
    check_case(*flux, {"flux LoHa", request_of(NetworkKind::loha, 2, 3), 100, "lora_unet_single_blocks_1_linear1.hada_w1_a"});
    const auto sd3 = make("sd3");
    // the last block's text modulation, which diffusers has in another order
    check_names(*sd3, "sd3", R"(transformer\.transformer_blocks\.\d+\.(attn\.(to_[qkv]|to_out\.0|add_[qkv]_proj|to_add_out)|ff(_context)?\.net\.(0\.proj|2)|norm1(_context)?\.linear)\.lora_[AB]\.weight)", 1);
    check_case(*sd3, {"sd3 LoRA", request_of(NetworkKind::lora, 4, 3), 570, "transformer.transformer_blocks.3.attn.to_k.lora_A.weight"});
    check_kohya_file(*sd3);
    check_case(*sd3, {"sd3 LoRA, all layers", request_of(NetworkKind::lora, 1, 0.3f, "full"), 664, "transformer.transformer_blocks.22.norm1_context.linear.lora_B.weight"});
    check_case(*sd3, {"sd3 LoKr", request_of(NetworkKind::lokr, 2, 3), 756, "diffusion_model.joint_blocks.3.x_block.attn.qkv.lokr_w1"});
    const auto z_image = make("z-image");
    check_names(*z_image, "z-image", R"(diffusion_model\.(layers|noise_refiner|context_refiner)\.\d\.(attention\.(to_[qkv]|to_out\.0)|feed_forward\.w[123]|adaLN_modulation\.0)\.(lora_[AB]\.weight|alpha))");
    check_case(*z_image, {"z-image LoRA", request_of(NetworkKind::lora, 4, 3, "full"), 93, "diffusion_model.layers.0.attention.to_v.lora_B.weight"});
    check_case(*z_image, {"z-image LoHa", request_of(NetworkKind::loha, 2, 3), 100, "diffusion_model.layers.0.attention.qkv.hada_w1_a"});
    const auto sdxl = make("sdxl");
    check_names(*sdxl, "sdxl", R"(lora_unet_(input_blocks_\d|middle_block|output_blocks_\d)_\d_(proj_in|proj_out|in_layers_2|out_layers_3|emb_layers_1|skip_connection|op|conv|)" + transformer + ")" + kohya);
    check_case(*sdxl, {"sdxl LoRA", request_of(NetworkKind::lora, 4, 3), 2166, "lora_unet_input_blocks_4_1_transformer_blocks_0_attn1_to_q.lora_down.weight"});
    const auto sd2 = make("sd2");
    check_names(*sd2, "sd2", diffusers_unet);
    check_case(*sd2, {"sd2 LoRA", request_of(NetworkKind::lora, 4, 3), 576, attention + ".lora_up.weight"});

    std::string refused;
    try {
        Network network(request_of(NetworkKind::loha, 2, 3), mini->layers(), mini->version(), mini->backend());
    } catch (const std::exception& error) {
        refused = error.what();
    }
    check(refused.find("weightType f16") != std::string::npos, "a LoHa on quantised weights is refused with advice", refused);
    return result();
}
