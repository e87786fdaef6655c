// The bundled model (quantised weights, small text encoder, TAESD autoencoder) through the facade: captions and a picture to conditions,
// a LoRA that learns one sample, and the saved file in the engine.
#include <cmath>
#include <cstdio>

#include "support/check.h"
#include "support/model.h"
#include "support/training.h"
#include "train/self_test.h"

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

int main() {
    start_engine();
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

    Adam adam(3e-3f);
    float last = 0;
    for (int i = 0; i < 40; i++) {
        last = model.forward_backward(batch, scale, false)[0];
        adam.step(model.parameters(), scale);
    }
    check(last < 0.5f * loss[0], "forty steps learn one sample", std::to_string(loss[0]) + " -> " + std::to_string(last));
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
