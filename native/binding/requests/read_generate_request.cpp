#include "binding/requests/read_generate_request.h"

#include "binding/requests/arguments.h"
#include "binding/requests/engine_names.h"

namespace ai_artist {
namespace {

constexpr int max_edge = 8192;
constexpr size_t max_prompt_bytes = 1 << 20;
constexpr size_t max_path_bytes = 4096;
constexpr size_t max_name_bytes = 4096;
constexpr size_t max_lora_modules = 100000;

void read_sample_params(const Arguments& in, GenerateRequest& request) {
    sd_sample_params_t& sample = request.params.sample_params;
    in.optional_enum("sampler", sample.sample_method, str_to_sample_method, SAMPLE_METHOD_COUNT);
    in.optional_enum("scheduler", sample.scheduler, str_to_scheduler, SCHEDULER_COUNT);
    in.optional_int("steps", sample.sample_steps, 1, 1000);
    in.optional_float("eta", sample.eta, 0, 100);
    in.optional_int("shiftedTimestep", sample.shifted_timestep, 0, 1000);
    in.optional_floats("sigmas", request.sigmas, 1001);
    if (request.sigmas.size() == 1) {
        in.fail("sigmas", "at least 2 values", "1");
    }
    in.optional_float("flowShift", sample.flow_shift, 0, 1000);
    std::string extra;
    if (in.optional_string("extraSampleArgs", extra)) {
        sample.extra_sample_args = request.keep(std::move(extra));
    }
    in.optional_float("cfgScale", sample.guidance.txt_cfg, 0, 1000);
    in.optional_float("imageCfgScale", sample.guidance.img_cfg, 0, 1000);
    in.optional_float("distilledGuidance", sample.guidance.distilled_guidance, 0, 1000);
    in.optional_ints("skipLayers", request.skip_layers, 256);
    in.optional_float("skipLayerStart", sample.guidance.slg.layer_start, 0, 1);
    in.optional_float("skipLayerEnd", sample.guidance.slg.layer_end, 0, 1);
    in.optional_float("skipLayerScale", sample.guidance.slg.scale, 0, 1000);
}

void read_images(const Arguments& in, GenerateRequest& request) {
    const auto image = [&](const char* key, sd_image_t& out, uint32_t channels) {
        Image read;
        if (in.optional_image(key, read, channels)) {
            out = request.keep(std::move(read));
        }
    };
    image("initImage", request.params.init_image, 3);
    image("maskImage", request.params.mask_image, 1);
    image("controlImage", request.params.control_image, 3);
    for (Image& reference : in.optional_images("referenceImages", 3, 16)) {
        request.reference_images.push_back(request.keep(std::move(reference)));
    }
    for (Image& portrait : in.optional_images("photoMakerImages", 3, 16)) {
        request.photo_maker_images.push_back(request.keep(std::move(portrait)));
    }
    in.optional_bool("autoResizeReferenceImages", request.params.auto_resize_ref_image);
    in.optional_bool("increaseReferenceIndex", request.params.increase_ref_index);
    in.optional_float("controlStrength", request.params.control_strength, 0, 10);
    in.optional_float("photoMakerStyleStrength", request.params.pm_params.style_strength, 0, 100);
    std::string embedding;
    if (in.optional_string("photoMakerEmbedding", embedding, max_path_bytes)) {
        request.params.pm_params.id_embed_path = request.keep(std::move(embedding));
    }
}

void read_tiling(const Arguments& in, GenerateRequest& request) {
    if (!in.has("vaeTiling")) {
        return;
    }
    const Arguments tiling(in.raw("vaeTiling"), "vaeTiling");
    sd_tiling_params_t& params = request.params.vae_tiling_params;
    tiling.optional_bool("enabled", params.enabled);
    tiling.optional_int("tileWidth", params.tile_size_x, 0, max_edge);
    tiling.optional_int("tileHeight", params.tile_size_y, 0, max_edge);
    tiling.optional_float("overlap", params.target_overlap, 0, 0.5);
    tiling.optional_float("relativeWidth", params.rel_size_x, 0, 64);
    tiling.optional_float("relativeHeight", params.rel_size_y, 0, 64);
    std::string extra;
    if (tiling.optional_string("extraArgs", extra)) {
        params.extra_tiling_args = request.keep(std::move(extra));
    }
}

void read_cache(const Arguments& in, GenerateRequest& request) {
    if (!in.has("cache")) {
        return;
    }
    const Arguments cache(in.raw("cache"), "cache");
    sd_cache_params_t& params = request.params.cache;
    const std::string mode = cache.string("mode", 64);
    const int value = cache_mode_from_name(mode.c_str());
    if (value < 0) {
        cache.fail("cache.mode", "a name the engine knows", "\"" + mode + "\"");
    }
    params.mode = static_cast<sd_cache_mode_t>(value);
    cache.optional_float("reuseThreshold", params.reuse_threshold, 0, 1000);
    cache.optional_float("startPercent", params.start_percent, 0, 1);
    cache.optional_float("endPercent", params.end_percent, 0, 1);
    cache.optional_float("errorDecayRate", params.error_decay_rate, 0, 1000);
    cache.optional_bool("useRelativeThreshold", params.use_relative_threshold);
    cache.optional_bool("resetErrorOnCompute", params.reset_error_on_compute);
    cache.optional_int("fnComputeBlocks", params.Fn_compute_blocks, 0, 1024);
    cache.optional_int("bnComputeBlocks", params.Bn_compute_blocks, 0, 1024);
    cache.optional_float("residualDiffThreshold", params.residual_diff_threshold, 0, 1000);
    cache.optional_int("maxWarmupSteps", params.max_warmup_steps, 0, 1000);
    cache.optional_int("maxCachedSteps", params.max_cached_steps, -1, 1000);
    cache.optional_int("maxContinuousCachedSteps", params.max_continuous_cached_steps, -1, 1000);
    cache.optional_int("taylorseerDerivatives", params.taylorseer_n_derivatives, 0, 16);
    cache.optional_int("taylorseerSkipInterval", params.taylorseer_skip_interval, 1, 1000);
    std::string mask;
    if (cache.optional_string("scmMask", mask)) {
        params.scm_mask = request.keep(std::move(mask));
    }
    cache.optional_bool("scmPolicyDynamic", params.scm_policy_dynamic);
    cache.optional_float("spectrumW", params.spectrum_w, 0, 1);
    cache.optional_int("spectrumM", params.spectrum_m, 1, 64);
    cache.optional_float("spectrumLam", params.spectrum_lam, 0, 1000);
    cache.optional_int("spectrumWindowSize", params.spectrum_window_size, 1, 1000);
    cache.optional_float("spectrumFlexWindow", params.spectrum_flex_window, 0, 1000);
    cache.optional_int("spectrumWarmupSteps", params.spectrum_warmup_steps, 0, 1000);
    cache.optional_float("spectrumStopPercent", params.spectrum_stop_percent, 0, 1);
}

void read_hires(const Arguments& in, GenerateRequest& request, int size_multiple) {
    if (!in.has("hires")) {
        return;
    }
    const Arguments hires(in.raw("hires"), "hires");
    sd_hires_params_t& params = request.params.hires;
    params.enabled = true;
    hires.optional_enum("upscaler", params.upscaler, str_to_sd_hires_upscaler, SD_HIRES_UPSCALER_COUNT);
    std::string path;
    if (hires.optional_string("modelPath", path, max_path_bytes)) {
        params.model_path = request.keep(std::move(path));
    } else if (params.upscaler == SD_HIRES_UPSCALER_MODEL) {
        hires.fail("hires.modelPath", "the path of an upscaler model", "undefined");
    }
    hires.optional_float("scale", params.scale, 0.01, 16);
    hires.optional_int("width", params.target_width, size_multiple, max_edge);
    hires.optional_int("height", params.target_height, size_multiple, max_edge);
    hires.optional_int("steps", params.steps, 0, 1000);
    hires.optional_float("denoisingStrength", params.denoising_strength, 0, 1);
    hires.optional_int("tileSize", params.upscale_tile_size, 16, max_edge);
    hires.optional_floats("sigmas", request.hires_sigmas, 1001);
}

void read_preview(const Arguments& in, GenerateRequest& request) {
    if (!in.has("preview")) {
        return;
    }
    const Arguments preview(in.raw("preview"), "preview");
    preview.optional_enum("mode", request.preview_mode, str_to_preview, PREVIEW_COUNT);
    preview.optional_int("interval", request.preview_interval, 1, 1000);
    preview.optional_bool("denoised", request.preview_denoised);
    preview.optional_bool("noisy", request.preview_noisy);
}

// Modules are objects { weight, part, alpha, names, roles }; names[i] has the role roles[i].
void read_lora(const Arguments& in, GenerateRequest& request) {
    std::vector<sd_lora_module_t>& modules = request.lora_modules.emplace_back();
    std::vector<sd_lora_tensor_t>& tensors = request.lora_tensors.emplace_back();
    for (const Arguments& module : in.objects("modules", 1, max_lora_modules)) {
        const std::vector<std::string> names = module.strings("names", 1, 32, max_name_bytes);
        const std::vector<std::string> roles = module.strings("roles", names.size(), names.size(), 64);
        for (size_t i = 0; i < names.size(); i++) {
            tensors.push_back({request.keep(names[i]), static_cast<uint32_t>(modules.size()), request.keep(roles[i])});
        }
        modules.push_back({request.keep(module.string("weight", max_name_bytes)), module.integer("part", -1, 8),
                           static_cast<float>(module.number("alpha", -1e9, 1e9))});
    }
    sd_lora_t lora{};
    lora.multiplier = static_cast<float>(in.number("weight", -100, 100));
    lora.path = request.keep(in.string("path", max_path_bytes));
    lora.identity = request.keep(in.string("identity"));
    lora.modules = modules.data();
    lora.module_count = static_cast<uint32_t>(modules.size());
    lora.tensors = tensors.data();
    lora.tensor_count = static_cast<uint32_t>(tensors.size());
    request.loras.push_back(lora);
}

}  // namespace

std::unique_ptr<GenerateRequest> read_generate_request(const Napi::Value& value, int size_multiple) {
    const Arguments in(value, "request");
    auto request = std::make_unique<GenerateRequest>();
    sd_img_gen_params_t& params = request->params;
    params.prompt = request->keep(in.string("prompt", max_prompt_bytes));
    std::string negative;
    in.optional_string("negativePrompt", negative, max_prompt_bytes);
    params.negative_prompt = request->keep(std::move(negative));
    in.optional_int("clipSkip", params.clip_skip, -1, 32);
    params.width = in.integer("width", size_multiple, max_edge);
    params.height = in.integer("height", size_multiple, max_edge);
    for (const char* key : {"width", "height"}) {
        const int edge = in.integer(key, size_multiple, max_edge);
        if (edge % size_multiple != 0) {
            // The engine would paint a larger picture without an error.
            in.fail(key, "a multiple of " + std::to_string(size_multiple), std::to_string(edge));
        }
    }
    params.seed = in.safe_integer("seed");
    in.optional_float("denoisingStrength", params.strength, 0, 1);
    in.optional_int("batchCount", params.batch_count, 1, 10000);
    for (const Arguments& lora : in.optional_objects("loras", 256)) {
        read_lora(lora, *request);
    }
    read_sample_params(in, *request);
    read_images(in, *request);
    read_tiling(in, *request);
    read_cache(in, *request);
    read_hires(in, *request, size_multiple);
    read_preview(in, *request);
    in.optional_bool("keepFinished", request->keep_finished);
    return request;
}

}  // namespace ai_artist
