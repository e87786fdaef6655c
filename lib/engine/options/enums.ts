/**
 * Names the engine knows, spelt exactly as it spells them (native/vendor/engine/src/stable-diffusion.cpp, the *_to_str tables; weight types: ggml).
 * test/engine/options.test.ts compares each list with what the loaded addon reports, so the test fails when a new engine adds a name.
 */

/** How the noise is removed step by step. Names ending in `_a` add noise again at each step (ancestral). */
export const samplers = [
  'euler',
  'euler_a',
  'heun',
  'dpm2',
  'dpm++2s_a',
  'dpm++2m',
  'dpm++2mv2',
  'ipndm',
  'ipndm_v',
  'lcm',
  'ddim_trailing',
  'tcd',
  'res_multistep',
  'res_2s',
  'er_sde',
  'euler_cfg_pp',
  'euler_a_cfg_pp',
  'euler_ge',
] as const;
export type Sampler = (typeof samplers)[number];

/** How the noise levels of the steps are spaced. */
export const schedulers = [
  'discrete',
  'karras',
  'exponential',
  'ays',
  'gits',
  'sgm_uniform',
  'simple',
  'smoothstep',
  'kl_optimal',
  'lcm',
  'bong_tangent',
  'ltx2',
] as const;
export type Scheduler = (typeof schedulers)[number];

/** Source of noise. On every machine, `cuda` reproduces PyTorch's noise on an NVIDIA GPU and `cpu` its noise on the CPU. */
export const rngs = ['std_default', 'cuda', 'cpu'] as const;
export type Rng = (typeof rngs)[number];

/** What the network predicts. Read from the weights; only needed for a checkpoint that does not say so. */
export const predictions = ['eps', 'v', 'edm_v', 'sd3_flow', 'flux_flow', 'flux2_flow'] as const;
export type Prediction = (typeof predictions)[number];

/** Method for previews. */
export const previewModes = ['none', 'proj', 'tae', 'vae'] as const;
export type PreviewMode = (typeof previewModes)[number];

export const loraApplyModes = ['auto', 'immediately', 'at_runtime'] as const;
export type LoraApplyMode = (typeof loraApplyModes)[number];

/** Method that enlarges the picture between the two passes of hires. */
export const hiresUpscalers = [
  'None',
  'Latent',
  'Latent (nearest)',
  'Latent (nearest-exact)',
  'Latent (antialiased)',
  'Latent (bicubic)',
  'Latent (bicubic antialiased)',
  'Lanczos',
  'Nearest',
  'Model',
] as const;
export type HiresUpscaler = (typeof hiresUpscalers)[number];

/** Number formats weights can be stored in. Those with a number below 8 trade quality for memory. */
export const weightTypes = [
  'f32',
  'f16',
  'q4_0',
  'q4_1',
  'q5_0',
  'q5_1',
  'q8_0',
  'q2_K',
  'q3_K',
  'q4_K',
  'q5_K',
  'q6_K',
  'iq2_xxs',
  'iq2_xs',
  'iq3_xxs',
  'iq1_s',
  'iq4_nl',
  'iq3_s',
  'iq2_s',
  'iq4_xs',
  'iq1_m',
  'bf16',
  'tq1_0',
  'tq2_0',
  'mxfp4',
  'nvfp4',
  'q1_0',
] as const;
export type WeightType = (typeof weightTypes)[number];

/** Ways to save work by reusing results that change little from step to step. */
export const cacheModes = ['disabled', 'easycache', 'ucache', 'dbcache', 'taylorseer', 'cache-dit', 'spectrum'] as const;
export type CacheMode = (typeof cacheModes)[number];

/** Latent layout of the VAE. */
export const vaeFormats = ['auto', 'flux', 'sd3', 'flux2'] as const;
export type VaeFormat = (typeof vaeFormats)[number];
