// Generated from lib/engine/options and lib/train/settings by scripts/generate.mjs. Change it there, then: npm run generate
#pragma once

namespace ai_artist {

// Both ends are allowed.
struct Bounds {
    double min;
    double max;
};

namespace bounds {

namespace generate {
inline constexpr Bounds width{1, 8192};
inline constexpr Bounds height{1, 8192};
inline constexpr Bounds batch_count{1, 64};
inline constexpr Bounds steps{1, 1000};
inline constexpr Bounds cfg_scale{0, 100};
inline constexpr Bounds image_cfg_scale{0, 100};
inline constexpr Bounds distilled_guidance{0, 100};
inline constexpr Bounds eta{0, 10};
inline constexpr Bounds sigmas_count{2, 1001};
inline constexpr Bounds flow_shift{0, 100};
inline constexpr Bounds shifted_timestep{0, 1000};
inline constexpr Bounds skip_layers_count{1, 256};
inline constexpr Bounds skip_layer_scale{0, 20};
inline constexpr Bounds skip_layer_start{0, 1};
inline constexpr Bounds skip_layer_end{0, 1};
inline constexpr Bounds clip_skip{1, 12};
inline constexpr Bounds denoising_strength{0, 1};
inline constexpr Bounds control_strength{0, 2};
inline constexpr Bounds photo_maker_style_strength{0, 100};

namespace vae_tiling {
inline constexpr Bounds tile_width{4, 1024};
inline constexpr Bounds tile_height{4, 1024};
inline constexpr Bounds overlap{0, 0.5};
inline constexpr Bounds relative_width{5e-324, 64};
inline constexpr Bounds relative_height{5e-324, 64};
}  // namespace vae_tiling

namespace cache {
inline constexpr Bounds reuse_threshold{0, 1000};
inline constexpr Bounds start_percent{0, 1};
inline constexpr Bounds end_percent{0, 1};
inline constexpr Bounds error_decay_rate{0, 1};
inline constexpr Bounds fn_compute_blocks{0, 256};
inline constexpr Bounds bn_compute_blocks{0, 256};
inline constexpr Bounds residual_diff_threshold{0, 1000};
inline constexpr Bounds max_warmup_steps{0, 1000};
inline constexpr Bounds max_cached_steps{-1, 1000};
inline constexpr Bounds max_continuous_cached_steps{-1, 1000};
inline constexpr Bounds taylorseer_derivatives{0, 4};
inline constexpr Bounds taylorseer_skip_interval{1, 100};
inline constexpr Bounds spectrum_w{0, 1};
inline constexpr Bounds spectrum_m{1, 16};
inline constexpr Bounds spectrum_lam{0, 1000};
inline constexpr Bounds spectrum_window_size{1, 100};
inline constexpr Bounds spectrum_flex_window{0, 10};
inline constexpr Bounds spectrum_warmup_steps{0, 1000};
inline constexpr Bounds spectrum_stop_percent{0, 1};
}  // namespace cache

namespace hires {
inline constexpr Bounds scale{1, 8};
inline constexpr Bounds width{1, 8192};
inline constexpr Bounds height{1, 8192};
inline constexpr Bounds steps{1, 1000};
inline constexpr Bounds denoising_strength{0, 1};
inline constexpr Bounds tile_size{32, 2048};
inline constexpr Bounds sigmas_count{2, 1001};
}  // namespace hires

namespace preview {
inline constexpr Bounds interval{1, 1000};
}  // namespace preview
}  // namespace generate

namespace load_model {
inline constexpr Bounds threads{1, 512};
inline constexpr Bounds chroma_t5_mask_pad{0, 512};
inline constexpr Bounds max_vram{-1, 4096};
}  // namespace load_model

namespace load_upscaler {
inline constexpr Bounds threads{1, 512};
inline constexpr Bounds tile_size{32, 2048};
}  // namespace load_upscaler

namespace canny_edges {
inline constexpr Bounds high_threshold{0, 1};
inline constexpr Bounds low_threshold{0, 1};
inline constexpr Bounds weak{0, 1};
inline constexpr Bounds strong{0, 1};
}  // namespace canny_edges

namespace train {

namespace network {
inline constexpr Bounds rank{1, 1024};
inline constexpr Bounds alpha{0.000001, 4096};
inline constexpr Bounds conv_rank{1, 1024};
inline constexpr Bounds conv_alpha{0.000001, 4096};
inline constexpr Bounds factor{2, 1024};
inline constexpr Bounds dropout{0, 0.999};
}  // namespace network

namespace noise {
inline constexpr Bounds mean{-10, 10};
inline constexpr Bounds deviation{5e-324, 10};
inline constexpr Bounds min{0, 1};
inline constexpr Bounds max{0, 1};
inline constexpr Bounds shift{5e-324, 100};
inline constexpr Bounds offset{0, 1};
inline constexpr Bounds input_perturbation{0, 1};
inline constexpr Bounds min_snr{0, 100};
inline constexpr Bounds huber{5e-324, 100};
}  // namespace noise

namespace optimizer {
inline constexpr Bounds beta1{0, 0.9999999};
inline constexpr Bounds beta2{0, 0.9999999};
inline constexpr Bounds epsilon{1e-30, 1};
inline constexpr Bounds weight_decay{0, 1};
}  // namespace optimizer
inline constexpr Bounds ema{0, 0.9999999};
inline constexpr Bounds clip_norm{0, 1000};
inline constexpr Bounds learning_rate{5e-324, 10};
inline constexpr Bounds text_learning_rate{5e-324, 10};
}  // namespace train

}  // namespace bounds
}  // namespace ai_artist
