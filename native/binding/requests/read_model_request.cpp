#include "binding/requests/read_model_request.h"
#include "binding/generated/bounds.h"

#include "binding/requests/arguments.h"
#include "binding/requests/engine_names.h"

namespace ai_artist {
namespace {

constexpr size_t max_path_bytes = 4096;
constexpr size_t max_rules_bytes = 65536;
constexpr size_t max_embeddings = 4096;

// Everything that becomes a string of the engine: files, embeddings, rules and devices.
void read_strings(const Arguments& in, ModelRequest& request) {
    sd_ctx_params_t& params = request.params;
    const auto text = [&](const char* key, const char*& out, size_t max_bytes = max_path_bytes) {
        std::string read;
        if (in.optional_string(key, read, max_bytes)) {
            out = request.keep(std::move(read));
        }
    };
    text("model", params.model_path);
    text("diffusionModel", params.diffusion_model_path);
    text("uncondDiffusionModel", params.uncond_diffusion_model_path);
    text("clipL", params.clip_l_path);
    text("clipG", params.clip_g_path);
    text("clipVision", params.clip_vision_path);
    text("t5xxl", params.t5xxl_path);
    text("llm", params.llm_path);
    text("llmVision", params.llm_vision_path);
    text("vae", params.vae_path);
    text("tae", params.taesd_path);
    text("controlNet", params.control_net_path);
    text("photoMaker", params.photo_maker_path);
    std::string rules;
    if (in.optional_type_rules("tensorTypeRules", rules, max_rules_bytes)) {
        params.tensor_type_rules = request.keep(std::move(rules));
    }
    text("backend", params.backend);
    text("paramsBackend", params.params_backend);
    for (const Arguments& entry : in.optional_objects("embeddings", max_embeddings)) {
        const char* name = request.keep(entry.string("name", 256));
        const char* path = request.keep(entry.string("path", max_path_bytes));
        request.embeddings.push_back({name, path});
    }
}

}  // namespace

std::unique_ptr<ModelRequest> read_model_request(const Napi::Value& value) {
    const Arguments in(value, "request");
    auto request = std::make_unique<ModelRequest>();
    sd_ctx_params_t& params = request->params;

    read_strings(in, *request);
    in.optional_int("threads", params.n_threads, bounds::load_model::threads);
    in.optional_enum("weightType", params.wtype, str_to_sd_type, SD_TYPE_COUNT);
    in.optional_enum("rng", params.rng_type, str_to_rng_type, RNG_TYPE_COUNT);
    in.optional_enum("samplerRng", params.sampler_rng_type, str_to_rng_type, RNG_TYPE_COUNT);
    in.optional_enum("prediction", params.prediction, str_to_prediction, PREDICTION_COUNT);
    in.optional_enum("loraApplyMode", params.lora_apply_mode, str_to_lora_apply_mode, LORA_APPLY_MODE_COUNT);
    in.optional_enum("vaeFormat", params.vae_format, vae_format_from_name, SD_VAE_FORMAT_COUNT);
    in.optional_bool("mmap", params.enable_mmap);
    in.optional_bool("flashAttention", params.flash_attn);
    in.optional_bool("diffusionFlashAttention", params.diffusion_flash_attn);
    in.optional_bool("taePreviewOnly", params.tae_preview_only);
    params.diffusion_conv_direct_where_fast = !in.optional_bool("diffusionConvDirect", params.diffusion_conv_direct);
    in.optional_bool("vaeConvDirect", params.vae_conv_direct);
    params.cpu_bf16 = in.choice("cpuPrecision", {"f32", "bf16"}, 0) == 1;
    in.optional_bool("seamlessX", params.circular_x);
    in.optional_bool("seamlessY", params.circular_y);
    in.optional_bool("forceSdxlVaeConvScale", params.force_sdxl_vae_conv_scale);
    in.optional_bool("chromaUseDitMask", params.chroma_use_dit_mask);
    in.optional_bool("chromaUseT5Mask", params.chroma_use_t5_mask);
    in.optional_int("chromaT5MaskPad", params.chroma_t5_mask_pad, bounds::load_model::chroma_t5_mask_pad);
    in.optional_bool("qwenImageZeroCondT", params.qwen_image_zero_cond_t);
    in.optional_float("maxVram", params.max_vram, bounds::load_model::max_vram);
    in.optional_bool("streamLayers", params.stream_layers);
    in.optional_bool("lazy", request->lazy);
    return request;
}

}  // namespace ai_artist
