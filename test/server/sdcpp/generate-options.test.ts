/** Requests of stable-diffusion.cpp's server become options of generate(): pure, without a server. */
import * as assert from 'uvu/assert';
import { resolveOptions } from '../../../lib/core/index.ts';
import { sdcppOptions, sdcppPictures } from '../../../lib/server/sdcpp/generate-options.ts';
import { sdcppParameters } from '../../../lib/server/sdcpp/parameters.ts';
import { suite } from '../../harness.ts';

const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

function optionsOf(body: object) {
  const given = resolveOptions('request', sdcppParameters, body);
  return sdcppOptions(given, sdcppPictures(given));
}

/** The request in the documentation of that server, with its defaults spelt out. */
const documented = {
  prompt: 'a cat sitting on a chair',
  negative_prompt: '',
  clip_skip: -1,
  width: 1024,
  height: 1024,
  strength: 0.75,
  seed: -1,
  batch_count: 1,
  auto_resize_ref_image: true,
  increase_ref_index: false,
  control_strength: 0.9,
  ip_adapter_strength: 1.0,
  embed_image_metadata: true,
  init_image: null,
  ref_images: [],
  mask_image: null,
  control_image: null,
  ip_adapter_image: null,
  sample_params: {
    scheduler: 'discrete',
    sample_method: 'euler_a',
    sample_steps: 28,
    eta: 1.0,
    shifted_timestep: 0,
    custom_sigmas: [],
    flow_shift: 0.0,
    guidance: {
      txt_cfg: 7.0,
      img_cfg: 7.0,
      distilled_guidance: 3.5,
      slg: { layers: [7, 8, 9], layer_start: 0.01, layer_end: 0.2, scale: 0.0 },
    },
  },
  lora: [],
  hires: { enabled: false, upscaler: 'Latent', scale: 2.0, target_width: 0, target_height: 0, steps: 0, denoising_strength: 0.7 },
  vae_tiling_params: { enabled: false, temporal_tiling: false, tile_size_x: 0, tile_size_y: 0, target_overlap: 0.5 },
  cache_mode: 'disabled',
  cache_option: '',
  scm_mask: '',
  scm_policy_dynamic: true,
  output_format: 'png',
  output_compression: 100,
};

suite('sdcpp: what a request paints', (test) => {
  test('the documented request: what is off is left out', () =>
    assert.equal(optionsOf(documented), {
      prompt: 'a cat sitting on a chair',
      width: 1024,
      height: 1024,
      batchCount: 1,
      sampler: 'euler_a',
      scheduler: 'discrete',
      steps: 28,
      eta: 1,
      cfgScale: 7,
      guidance: 3.5,
    }));

  const cases: [string, object, object][] = [
    ['a seed', { seed: 0 }, { seed: 0 }],
    ['the model’s own sampler', { sample_params: { sample_method: 'default', scheduler: 'default' } }, {}],
    ['normal is the engine’s discrete', { sample_params: { scheduler: 'normal' } }, { scheduler: 'discrete' }],
    ['noise levels replace steps and scheduler', { sample_params: { custom_sigmas: [14, 3, 0], sample_steps: 9 } }, { sigmas: [14, 3, 0] }],
    ['null is absent', { sample_params: { eta: null, flow_shift: null } }, {}],
    ['a field of another type is absent', { width: '64', seed: 1.5, hires: 3, prompt: 7 }, {}],
    [
      'skip-layer guidance',
      { sample_params: { guidance: { slg: { layers: [7], layer_start: 0.1, layer_end: 0.3, scale: 2 } } } },
      { skipLayerGuidance: { layers: [7], scale: 2, start: 0.1, end: 0.3 } },
    ],
    [
      'hires',
      { hires: { enabled: true, upscaler: 'Latent', scale: 2, target_width: 0, upscale_tile_size: 128, denoising_strength: 0.5 } },
      { hires: { upscaler: 'Latent', scale: 2, denoisingStrength: 0.5 } },
    ],
    ['tiling', { vae_tiling_params: { enabled: true, tile_size_x: 16, rel_size_x: 0 } }, { vaeTiling: { tileWidth: 16 } }],
    [
      'a cache',
      { cache_mode: 'ucache', cache_option: 'threshold=0.5,reset=0' },
      { cache: { mode: 'ucache', reuseThreshold: 0.5, resetErrorOnCompute: false } },
    ],
    [
      'LoRAs of one name add up',
      { lora: [{ path: 'ink' }, { path: 'ink.gguf', multiplier: -0.25 }] },
      { loras: [{ name: 'ink', weight: 0.75 }] },
    ],
    ['strength needs a picture', { strength: 0.5 }, {}],
    ['strength with a picture', { strength: 0.5, init_image: `data:image/png;base64,${png}` }, { denoisingStrength: 0.5 }],
  ];
  for (const [name, body, expected] of cases) test(name, () => assert.equal(optionsOf(body), expected));

  const faults: [object, RegExp][] = [
    [{ init_image: 'http://example.org/a.png' }, /init_image: .* This server fetches nothing/],
    [{ init_image: 'aGVsbG8=' }, /init_image: expected a picture as base64/],
    [{ init_image: 5 }, /init_image: expected a string, got 5/],
    [{ ip_adapter_image: png }, /ip_adapter_image: expected none/],
    [{ lora: [{ path: 'ink', is_high_noise: true }] }, /is_high_noise: expected false/],
    [{ cache_mode: 'ucache', cache_option: 'speed=3' }, /cache_option: expected pairs/],
  ];
  for (const [body, message] of faults)
    test(`refused: ${JSON.stringify(body).slice(0, 60)}`, () => assert.throws(() => optionsOf(body), message));

  test('pictures as bare base64 and as data: URLs', () => {
    const bytes = Buffer.from(png, 'base64');
    assert.equal(sdcppPictures({ init_image: png, ref_images: [`data:image/png;base64,${png}`] }), {
      initImage: bytes,
      referenceImages: [bytes],
    });
  });
});
