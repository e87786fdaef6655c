#include "binding/requests/read_generate_request.h"

#include "binding/generated/bounds.h"
#include "binding/requests/arguments.h"
#include "binding/requests/engine_names.h"

namespace ai_artist {
namespace {

constexpr size_t max_prompt_bytes = 1 << 20;
constexpr size_t max_path_bytes = 4096;
constexpr size_t max_name_bytes = 4096;
constexpr size_t max_lora_modules = 100000;

void read_sample_params(const Arguments& in, GenerateRequest& request) {
    sd_sample_params_t& sample = request.params.sample_params;
    in.optional_enum("sampler", sample.sample_method, str_to_sample_method, SAMPLE_METHOD_COUNT);
    in.optional_enum("scheduler", sample.scheduler, str_to_scheduler, SCHEDULER_COUNT);
    in.optional_int("steps", sample.sample_steps, bounds::generate::steps);
    in.optional_float("eta", sample.eta, bounds::generate::eta);
    in.optional_int("shiftedTimestep", sample.shifted_timestep, bounds::generate::shifted_timestep);
    in.optional_floats("sigmas", request.sigmas, bounds::generate::sigmas_count);
    in.optional_float("flowShift", sample.flow_shift, bounds::generate::flow_shift);
    std::string extra;
    if (in.optional_string("extraSampleArgs", extra)) {
        sample.extra_sample_args = request.keep(std::move(extra));
    }
    in.optional_float("cfgScale", sample.guidance.txt_cfg, bounds::generate::cfg_scale);
    in.optional_float("imageCfgScale", sample.guidance.img_cfg, bounds::generate::image_cfg_scale);
    in.optional_float("distilledGuidance", sample.guidance.distilled_guidance, bounds::generate::distilled_guidance);
    in.optional_ints("skipLayers", request.skip_layers, bounds::generate::skip_layers_count);
    in.optional_float("skipLayerStart", sample.guidance.slg.layer_start, bounds::generate::skip_layer_start);
    in.optional_float("skipLayerEnd", sample.guidance.slg.layer_end, bounds::generate::skip_layer_end);
    in.optional_float("skipLayerScale", sample.guidance.slg.scale, bounds::generate::skip_layer_scale);
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
    in.optional_float("controlStrength", request.params.control_strength, bounds::generate::control_strength);
    in.optional_float("photoMakerStyleStrength", request.params.pm_params.style_strength, bounds::generate::photo_maker_style_strength);
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
    tiling.optional_int("tileWidth", params.tile_size_x, bounds::generate::vae_tiling::tile_width);
    tiling.optional_int("tileHeight", params.tile_size_y, bounds::generate::vae_tiling::tile_height);
    tiling.optional_float("overlap", params.target_overlap, bounds::generate::vae_tiling::overlap);
    tiling.optional_float("relativeWidth", params.rel_size_x, bounds::generate::vae_tiling::relative_width);
    tiling.optional_float("relativeHeight", params.rel_size_y, bounds::generate::vae_tiling::relative_height);
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
    cache.optional_float("reuseThreshold", params.reuse_threshold, bounds::generate::cache::reuse_threshold);
    cache.optional_float("startPercent", params.start_percent, bounds::generate::cache::start_percent);
    cache.optional_float("endPercent", params.end_percent, bounds::generate::cache::end_percent);
    cache.optional_float("errorDecayRate", params.error_decay_rate, bounds::generate::cache::error_decay_rate);
    cache.optional_bool("useRelativeThreshold", params.use_relative_threshold);
    cache.optional_bool("resetErrorOnCompute", params.reset_error_on_compute);
    cache.optional_int("fnComputeBlocks", params.Fn_compute_blocks, bounds::generate::cache::fn_compute_blocks);
    cache.optional_int("bnComputeBlocks", params.Bn_compute_blocks, bounds::generate::cache::bn_compute_blocks);
    cache.optional_float("residualDiffThreshold", params.residual_diff_threshold, bounds::generate::cache::residual_diff_threshold);
    cache.optional_int("maxWarmupSteps", params.max_warmup_steps, bounds::generate::cache::max_warmup_steps);
    cache.optional_int("maxCachedSteps", params.max_cached_steps, bounds::generate::cache::max_cached_steps);
    cache.optional_int("maxContinuousCachedSteps", params.max_continuous_cached_steps,
                       bounds::generate::cache::max_continuous_cached_steps);
    cache.optional_int("taylorseerDerivatives", params.taylorseer_n_derivatives, bounds::generate::cache::taylorseer_derivatives);
    cache.optional_int("taylorseerSkipInterval", params.taylorseer_skip_interval, bounds::generate::cache::taylorseer_skip_interval);
    std::string mask;
    if (cache.optional_string("scmMask", mask)) {
        params.scm_mask = request.keep(std::move(mask));
    }
    cache.optional_bool("scmPolicyDynamic", params.scm_policy_dynamic);
    cache.optional_float("spectrumW", params.spectrum_w, bounds::generate::cache::spectrum_w);
    cache.optional_int("spectrumM", params.spectrum_m, bounds::generate::cache::spectrum_m);
    cache.optional_float("spectrumLam", params.spectrum_lam, bounds::generate::cache::spectrum_lam);
    cache.optional_int("spectrumWindowSize", params.spectrum_window_size, bounds::generate::cache::spectrum_window_size);
    cache.optional_float("spectrumFlexWindow", params.spectrum_flex_window, bounds::generate::cache::spectrum_flex_window);
    cache.optional_int("spectrumWarmupSteps", params.spectrum_warmup_steps, bounds::generate::cache::spectrum_warmup_steps);
    cache.optional_float("spectrumStopPercent", params.spectrum_stop_percent, bounds::generate::cache::spectrum_stop_percent);
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
    hires.optional_float("scale", params.scale, bounds::generate::hires::scale);
    hires.optional_int("width", params.target_width, size_multiple, static_cast<int64_t>(bounds::generate::hires::width.max));
    hires.optional_int("height", params.target_height, size_multiple, static_cast<int64_t>(bounds::generate::hires::height.max));
    hires.optional_int("steps", params.steps, bounds::generate::hires::steps);
    hires.optional_float("denoisingStrength", params.denoising_strength, bounds::generate::hires::denoising_strength);
    hires.optional_int("tileSize", params.upscale_tile_size, bounds::generate::hires::tile_size);
    hires.optional_floats("sigmas", request.hires_sigmas, bounds::generate::hires::sigmas_count);
}

void read_preview(const Arguments& in, GenerateRequest& request) {
    if (!in.has("preview")) {
        return;
    }
    const Arguments preview(in.raw("preview"), "preview");
    preview.optional_enum("mode", request.preview_mode, str_to_preview, PREVIEW_COUNT);
    preview.optional_int("interval", request.preview_interval, bounds::generate::preview::interval);
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
    in.optional_int("clipSkip", params.clip_skip, bounds::generate::clip_skip);
    const auto max_edge = static_cast<int64_t>(bounds::generate::width.max);
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
    in.optional_float("denoisingStrength", params.strength, bounds::generate::denoising_strength);
    in.optional_int("batchCount", params.batch_count, bounds::generate::batch_count);
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
