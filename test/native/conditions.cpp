// Patches 0031, 0032: the AYS scheduler's tables and SD3's text chunks.
#include "conditioning/conditioner.hpp"
#include "ggml-cpu.h"
#include "runtime/denoiser.hpp"
#include "support/check.h"
#include "support/model.h"

int main() {
    start_engine();
    for (const auto& [version, name] : {std::pair{VERSION_SD1, "SD1"}, std::pair{VERSION_SD2, "SD2"}, std::pair{VERSION_SDXL, "SDXL"}}) {
        AYSScheduler scheduler(version);
        for (uint32_t steps : {1u, 7u, 10u, 50u}) {
            const std::vector<float> sigmas = scheduler.get_sigmas(steps, 0.03f, 14.6f, nullptr);
            bool falls = sigmas.size() == steps + 1 && sigmas.back() == 0.f;
            for (size_t i = 0; falls && i < steps; i++) {
                falls = std::isfinite(sigmas[i]) && sigmas[i] > sigmas[i + 1];
            }
            check(falls, std::string("AYS gives falling noise levels: ") + name + ", " + std::to_string(steps) + " steps");
        }
    }
    bool refused = false;
    try {
        AYSScheduler(VERSION_FLUX).get_sigmas(10, 0.f, 1.f, nullptr);
    } catch (const std::runtime_error&) {
        refused = true;
    }
    check(refused, "AYS refuses a model it has no levels for");

    // Only names and shapes: the encoders are built, but have no weights.
    ggml_backend_t backend = ggml_backend_cpu_init();
    String2TensorStorage names;
    for (const char* name : {"text_encoders.clip_l.x", "text_encoders.clip_g.x", "text_encoders.t5xxl.x"}) {
        names[name].name = name;
    }
    SD3CLIPEmbedder embedder(backend, names);
    // Letters with accents: several T5 tokens, few CLIP tokens, and the other way round.
    for (const std::string& word : {std::string("\xC5\xBD\xC3\xB3\xC5\x82w "), std::string("photograph "), std::string("a "), std::string("")}) {
        std::string text;
        for (int i = 0; i < 70; i++) {
            text += word;
        }
        const auto tokens = embedder.tokenize(text, 77, 77, true);
        bool equal        = true;
        for (const auto& [ids, weights] : tokens) {
            equal = equal && ids.size() == tokens[0].first.size() && weights.size() == ids.size() && ids.size() % 77 == 0 && !ids.empty();
        }
        check(equal, "SD3: as many chunks for each text encoder, 70 x \"" + word + "\"",
              std::to_string(tokens[0].first.size()) + " " + std::to_string(tokens[1].first.size()) + " " + std::to_string(tokens[2].first.size()));
    }

    SD3CLIPEmbedder none(backend);
    const std::vector<int> ids(77, 0);
    const std::vector<float> weights(77, 1.f);
    const SDCondition condition = none.get_learned_condition_common(1, {{ids, weights}, {ids, weights}, {ids, weights}}, 2);
    check(condition.c_vector.shape() == std::vector<int64_t>{2048}, "SD3: the pooled vector of missing encoders has one dimension");
    ggml_backend_free(backend);
    return result();
}
