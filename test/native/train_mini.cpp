// The bundled model (quantised weights, small text encoder, TAESD autoencoder) through the facade: captions and a picture to conditions,
// a LoRA that learns one sample, and the saved file in the engine.
#include <cmath>
#include <cstdio>

#include "support/check.h"
#include "support/model.h"
#include "support/training.h"
#include "train/model/check_gradients.h"

using namespace ai_artist;

static TrainModelRequest mini() {
    TrainModelRequest request;
    request.model   = repository("models/mini.gguf");
    request.tae     = repository("models/mini-tae.safetensors");
    request.threads = 2;
    return request;
}

static Image picture(uint32_t size) {
    Image image{size, size, 3, {}};
    for (uint32_t i = 0; i < size * size * 3; i++) {
        image.data.push_back(static_cast<uint8_t>((i * 7 + i / 13) % 256));
    }
    return image;
}

// Steps along the gradient of all parameters; the loss must change by the gradient's length.
static double directional_error(TrainModel& model, const TrainBatch& batch) {
    std::vector<std::vector<float>> values, gradients;
    double square = 0;
    for (NetworkTensor& parameter : model.parameters()) {
        values.push_back(read(parameter.tensor.value));
        gradients.push_back(read(parameter.tensor.gradient));
        square += norm(gradients.back()) * norm(gradients.back());
    }
    const double length = std::sqrt(square);
    const auto loss_at  = [&](double by) {
        for (size_t i = 0; i < values.size(); i++) {
            std::vector<float> moved = values[i];
            for (size_t j = 0; j < moved.size(); j++) {
                moved[j] += static_cast<float>(by / length * gradients[i][j]);
            }
            write(model.parameters()[i].tensor.value, moved);
        }
        return static_cast<double>(model.losses(batch)[0]);
    };
    // (L(t) - L(-t)) / 2 = a t + b t^3: least squares for a
    double t2 = 0, t4 = 0, t6 = 0, ty = 0, t3y = 0;
    for (int i = 1; i <= 8; i++) {
        const double t = 0.01 * i, y = (loss_at(t) - loss_at(-t)) / 2;
        t2 += t * t;
        t4 += t * t * t * t;
        t6 += t * t * t * t * t * t;
        ty += t * y;
        t3y += t * t * t * y;
    }
    const double derivative = (ty * t6 - t3y * t4) / (t2 * t6 - t4 * t4);
    return std::abs(derivative - length) / length;
}

static void check_text_encoder() {
    TrainModelRequest request = mini();
    request.weight_type       = SD_TYPE_F32;
    TrainModel model(request);
    check(model.info().text_encoder_lora, "the text encoder can be trained");
    NetworkRequest network;
    network.rank         = 4;
    network.alpha        = 4;
    network.unet         = false;
    network.text_encoder = true;
    model.create_network(network);
    check(model.modules().size() == 24 && model.modules()[0].name == "lora_te_text_model_encoder_layers_0_self_attn_q_proj" &&
              model.parameters()[0].group == "text_encoder",
          "the text encoder's layers have kohya's names", std::to_string(model.modules().size()) + " " + model.modules()[0].name);

    TrainBatch batch = random_batch(model.info(), 8, 8, 1, 77, 5);
    batch.text       = model.encode_text({"flat vector art of a fox in the snow"}, 64, 64);
    // As it starts, the network adds nothing: what it computes is what the engine's encoder gives.
    TrainModel plain(request);
    NetworkRequest image;
    image.rank = 1;
    plain.create_network(image);
    check(model.losses(batch) == plain.losses(batch), "an untrained text encoder gives the engine's contexts, bit for bit");

    uint32_t seed = 1;
    for (NetworkTensor& parameter : model.parameters()) {
        Array values = random_array({parameter.size()}, 0.1f, seed++);
        write(parameter.tensor.value, values.values);
    }
    model.forward_backward(batch, 1.f, false);
    int dead = 0;
    for (NetworkTensor& parameter : model.parameters()) {
        dead += norm(read(parameter.tensor.gradient)) == 0 ? 1 : 0;
    }
    check(dead == 0, "every layer of the text encoder gets a gradient", std::to_string(dead) + " have none");
    const double error = directional_error(model, batch);
    check(error < 2e-2, "the text encoder's gradient is the derivative", std::to_string(error));

    network.unet = true;
    model.create_network(network);
    check(model.modules().size() == 72 + 24, "image network and text encoder train together");
    const float loss = model.forward_backward(batch, 1.f, false)[0];
    Adam adam(3e-3f);
    float last = 0;
    for (int i = 0; i < 4; i++) {
        last = model.forward_backward(batch, 1.f, false)[0];
        adam.step(model.parameters());
    }
    check(last < loss, "both learn", std::to_string(loss) + " -> " + std::to_string(last));
    const std::string file = scratch("both.safetensors");
    save_network(file, model.parameters(), model.alphas());
    const sd_lora_t lora  = {false, 1.f, file.c_str()};
    const Context context = load(repository("models/mini.gguf"));
    take_log(SD_LOG_WARN);
    const auto changed         = paint(context.get(), {[](sd_ctx_params_t&) {}, [&](sd_img_gen_params_t& p) {
                                                           p.loras      = &lora;
                                                           p.lora_count = 1;
                                                       }});
    const std::string warnings = take_log(SD_LOG_WARN);
    check(!changed.empty() && warnings.empty(), "the engine takes both parts of the file", warnings);
}

int main() {
    start_engine();
    check_text_encoder();
    TrainModel model(mini());
    const FamilyInfo& info = model.info();
    check(info.family == "sdxs" && info.objective == Objective::eps && info.latent_channels == 4 && info.context_width == 192 &&
              info.vector_width == 0 && !info.latents_are_sampled && info.alphas_cumprod.size() == 1000 && info.weight_type == "q8_0" &&
              info.weight_bytes > 1000000,
          "the bundled model is described", info.family + " " + info.weight_type + " " + std::to_string(info.context_width));

    std::vector<TextCondition> texts = model.encode_text({"flat vector art of a fox", "", "a (very:1.3) [odd] caption", "a very odd caption"}, 64, 64);
    check(texts.size() == 4 && texts[0].tokens == 77 && texts[0].context.size() == 77 * 192 && texts[0].vector.empty(), "captions become contexts");
    check(texts[2].context != texts[3].context, "brackets in a caption are text, not weights");
    const std::vector<TextCondition> again = model.encode_text({"flat vector art of a fox"}, 64, 64);
    check(again[0].context == texts[0].context, "a caption gives the same context each time");
    const TextCondition longer = model.encode_text({std::string(400, 'x') + std::string(" fox").append(std::string(400, 'y'))}, 64, 64)[0];
    check(longer.tokens % 77 == 0 && longer.tokens > 77, "a long caption takes more than one chunk", std::to_string(longer.tokens));

    const Latent latent = model.encode_image(picture(64));
    check(latent.width == 8 && latent.height == 8 && latent.channels == 4 && latent.mean.size() == 256 && latent.deviation.empty(),
          "a picture becomes a latent");
    model.release_encoders();

    NetworkRequest request;
    request.rank  = 4;
    request.alpha = 2;
    model.create_network(request);
    check(model.modules().size() == 72 && model.parameters().size() == 144 && model.left_out().empty(), "the targets are kohya's",
          std::to_string(model.modules().size()));
    check(model.modules()[0].name == "lora_unet_down_blocks_1_attentions_0_proj_in", "names are kohya's", model.modules()[0].name);
    check(model.alphas()[0] == std::make_pair(std::string("lora_unet_down_blocks_1_attentions_0_proj_in.alpha"), 2.f), "the file has alphas");

    TrainBatch batch  = random_batch(info, 8, 8, 1, 77, 5);
    batch.text[0]     = texts[0];
    const float scale = 256.f;
    const std::vector<float> before = model.losses(batch);
    const std::vector<float> loss   = model.forward_backward(batch, scale, false);
    check(loss.size() == 1 && before == loss, "loss is the same with and without backward",
          std::to_string(loss[0]) + " " + std::to_string(before[0]));
    int dead = 0;
    for (NetworkTensor& parameter : model.parameters()) {
        dead += parameter.name.find("lora_up") != std::string::npos && norm(read(parameter.tensor.gradient)) == 0 ? 1 : 0;
    }
    check(dead == 0, "every layer gets a gradient", std::to_string(dead) + " have none");

    Adam adam(6e-3f);
    float last = 0;
    for (int i = 0; i < 20; i++) {
        last = model.forward_backward(batch, scale, false)[0];
        adam.step(model.parameters(), scale);
    }
    check(last < 0.7f * loss[0], "twenty steps learn one sample", std::to_string(loss[0]) + " -> " + std::to_string(last));
    const std::string file = scratch("mini-lora.safetensors");
    save_network(file, model.parameters(), model.alphas());

    // The whole engine with the file: the picture changes, and nothing of the file is left over.
    const sd_lora_t lora        = {false, 1.f, file.c_str()};
    const Context context       = load(repository("models/mini.gguf"));
    const auto plain            = paint(context.get());
    take_log(SD_LOG_WARN);
    const auto changed          = paint(context.get(), {[](sd_ctx_params_t&) {}, [&](sd_img_gen_params_t& p) {
                                                           p.loras      = &lora;
                                                           p.lora_count = 1;
                                                       }});
    const std::string warnings = take_log(SD_LOG_WARN);
    check(difference(plain, changed) > 1 && warnings.find("unused") == std::string::npos && warnings.find("Only") == std::string::npos,
          "the engine paints with the file", warnings + std::to_string(difference(plain, changed)));
    return result();
}
