import * as assert from 'uvu/assert';
import { findFaults } from '../../../lib/core/index.ts';
import { samplers, schedulers } from '../../../lib/engine/index.ts';
import { img2imgBody, txt2imgBody } from '../../../lib/server/sdapi/bodies.ts';
import { Refusal } from '../../../lib/server/sdapi/fastapi-errors.ts';
import { readSampling, samplerItems, schedulerItems } from '../../../lib/server/sdapi/lists/sampling.ts';
import { type PaintingFacts, planPainting, refuseScripts, withInfotext } from '../../../lib/server/sdapi/painting.ts';
import { suite } from '../../harness.ts';

const facts: PaintingFacts = {
  model: undefined,
  multiple: 64,
  clipSkip: undefined,
  vae: undefined,
  styles: [
    { name: 'ink', prompt: 'ink drawing', negative_prompt: 'photograph' },
    { name: 'frame', prompt: 'a frame around {prompt}', negative_prompt: '' },
  ],
};

const options = (body: object, more: Partial<PaintingFacts> = {}) =>
  planPainting(txt2imgBody.parse(body), { ...facts, ...more }).work.options;

function refusal(run: () => unknown): Refusal {
  try {
    run();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('expected a Refusal');
}

suite('sdapi: bounds of a body', (test) => {
  test('styles, each of which makes the prompt anew', () => {
    assert.ok(txt2imgBody.safeParse({ styles: Array.from({ length: 100 }, () => 'ink') }).success);
    assert.not.ok(txt2imgBody.safeParse({ styles: Array.from({ length: 101 }, () => 'ink') }).success);
  });
});

suite('sdapi: samplers and schedulers', (test) => {
  for (const [sampler, scheduler, expected] of [
    ['Euler a', undefined, { sampler: 'euler_a' }],
    ['Euler a', 'automatic', { sampler: 'euler_a' }],
    ['Euler', 'Automatic', { sampler: 'euler' }],
    ['DPM++ 2M Karras', undefined, { sampler: 'dpm++2m', scheduler: 'karras' }],
    ['DPM++ 2M Karras', 'automatic', { sampler: 'dpm++2m', scheduler: 'karras' }],
    ['DPM++ 2M Karras', 'exponential', { sampler: 'dpm++2m', scheduler: 'exponential' }],
    ['DPM++ 2M', 'SGM Uniform', { sampler: 'dpm++2m', scheduler: 'sgm_uniform' }],
    ['DPM++ 2M', 'sgm_uniform', { sampler: 'dpm++2m', scheduler: 'sgm_uniform' }],
    ['DPM++ 2M', 'align_your_steps', { sampler: 'dpm++2m', scheduler: 'ays' }],
    ['DPM++ 2M', 'KL Optimal', { sampler: 'dpm++2m', scheduler: 'kl_optimal' }],
    ['k_euler', 'simple', { sampler: 'euler', scheduler: 'simple' }],
    ['DDIM', 'normal', { sampler: 'ddim_trailing', scheduler: 'discrete' }],
    [undefined, undefined, {}],
    [undefined, 'karras', { scheduler: 'karras' }],
  ] as const)
    test(`${sampler} with ${scheduler}`, () => {
      const { comments, ...found } = readSampling(sampler, scheduler) ?? { comments: ['none'] };
      assert.equal([found, comments], [expected, []]);
    });

  for (const unknown of ['UniPC', 'DPM++ 2M SDE Karras', 'x', '__proto__', 'Euler a '.repeat(300)])
    test(`${unknown.slice(0, 20)} is no sampler`, () => {
      assert.is(readSampling(unknown, undefined), undefined);
      const { statusCode, message } = refusal(() => options({ sampler_name: unknown }));
      assert.equal([statusCode, message], [400, 'Sampler not found']);
    });

  test('an unknown scheduler counts as automatic, and the answer says so', () =>
    assert.equal(readSampling('Euler', 'polyexponential'), {
      sampler: 'euler',
      comments: ['scheduler polyexponential is not known: Automatic was used'],
    }));

  test('every listed name is understood, by name and label', () => {
    const samplersOfList = samplerItems.map(({ name }) => readSampling(name, undefined)?.sampler);
    assert.equal(samplersOfList, [...samplers]);
    const [automatic, ...others] = schedulerItems;
    assert.equal(automatic, { name: 'automatic', label: 'Automatic', aliases: [], default_rho: -1, need_inner_model: false });
    for (const key of ['name', 'label'] as const) {
      const found = others.map((item) => readSampling(undefined, item[key])?.scheduler);
      assert.equal(found, [...schedulers], key);
    }
  });

  test('sampler_name wins over sampler_index, which older clients send alone', () => {
    assert.is(options({ sampler_name: 'Heun', sampler_index: 'Euler' }).sampler, 'heun');
    assert.is(options({ sampler_name: null, sampler_index: 'Euler' }).sampler, 'euler');
  });
});

suite('sdapi: options of a request', (test) => {
  test("what is left out is the model's own", () =>
    assert.equal(planPainting(txt2imgBody.parse({ prompt: 'a fox' }), facts), {
      work: { kind: 'generate', load: {}, options: { prompt: 'a fox', batchCount: 1, keepFinished: true } },
      comments: [],
    }));

  test('null is nothing, and numbers may be text', () => {
    const nulls = Object.fromEntries(Object.keys(txt2imgBody.shape).map((key) => [key, null]));
    assert.equal(options(nulls), { prompt: '', batchCount: 1, keepFinished: true });
    assert.equal(options({ steps: '12', cfg_scale: '4.5', width: '128', seed: '7' }), {
      prompt: '',
      seed: 7,
      width: 128,
      batchCount: 1,
      steps: 12,
      cfgScale: 4.5,
      keepFinished: true,
    });
  });

  for (const [body, field] of [
    [{ steps: 'many' }, 'steps'],
    [{ steps: 0 }, 'steps'],
    [{ steps: 2.5 }, 'steps'],
    [{ cfg_scale: -1 }, 'cfg_scale'],
    [{ width: 10_000 }, 'width'],
    [{ prompt: 7 }, 'prompt'],
    [{ styles: 'ink' }, 'styles'],
    [{ enable_hr: 'maybe' }, 'enable_hr'],
    [{ override_settings: [] }, 'override_settings'],
    [{ n_iter: 65 }, 'n_iter'],
  ] as const)
    test(`refused: ${JSON.stringify(body)}`, () => {
      const { faults } = findFaults(txt2imgBody, body);
      assert.equal(
        faults?.map(({ path }) => path[0]),
        [field],
      );
      assert.match(faults?.[0].message ?? '', /^expected .+, got /);
    });

  test('keys that are not known are dropped, with what clients keep in them', () =>
    assert.equal(txt2imgBody.parse({ prompt: 'x', url: 'http://host', auth: 'user:secret' }), { prompt: 'x' }));

  test('a negative seed is drawn', () => {
    assert.is(options({ seed: -1 }).seed, undefined);
    assert.is(options({ seed: 0 }).seed, 0);
  });

  test('batch_size x n_iter pictures, at most 64', () => {
    assert.is(options({ batch_size: 2, n_iter: 3 }).batchCount, 6);
    assert.equal(refusal(() => options({ batch_size: 8, n_iter: 9 })).field, ['n_iter']);
  });

  test('sizes between the multiples are painted at the nearest, and the answer says so', () => {
    const { work, comments } = planPainting(txt2imgBody.parse({ width: 360, height: 512 }), facts);
    assert.equal([work.options.width, work.options.height], [384, 512]);
    assert.equal(comments, ['width 360 is painted as 384: this model paints multiples of 64 pixels']);
    assert.is(options({ width: 8 }).width, 64);
  });

  test('styles are added to both prompts, or put around the first', () => {
    const both = options({ prompt: 'a fox', negative_prompt: 'snow', styles: ['ink', 'unknown'] });
    assert.equal([both.prompt, both.negativePrompt], ['a fox, ink drawing', 'snow, photograph']);
    assert.is(options({ prompt: 'a fox', styles: ['frame'] }).prompt, 'a frame around a fox');
  });

  test('lora tags stay in the prompt, where the engine finds them', () =>
    assert.is(options({ prompt: 'a fox <lora:ink:0.8>' }).prompt, 'a fox <lora:ink:0.8>'));

  test('clip_skip wins over the option of the client', () => {
    assert.is(options({}, { clipSkip: 2 }).clipSkip, 2);
    assert.is(options({ clip_skip: 1 }, { clipSkip: 2 }).clipSkip, 1);
    assert.is(options({ clip_skip: 0 }).clipSkip, undefined);
  });

  test('tiling and the autoencoder belong to the loaded model', () =>
    assert.equal(planPainting(txt2imgBody.parse({ tiling: true }), { ...facts, vae: '/v', model: 'sd15' }).work, {
      kind: 'generate',
      model: 'sd15',
      load: { seamless: true, vae: '/v' },
      options: { prompt: '', batchCount: 1, keepFinished: true },
    }));

  test('denoising_strength without hires changes nothing in txt2img', () =>
    assert.is(options({ denoising_strength: 0.3 }).denoisingStrength, undefined));

  const hires = { enable_hr: true, hr_upscaler: 'Latent' };
  const upscaler = { hiresUpscaler: { upscaler: 'Latent' } } as const;
  for (const [name, body, expected] of [
    ['by a factor', { hr_scale: 1.5, denoising_strength: 0.4, hr_second_pass_steps: 9 }, { scale: 1.5, steps: 9, denoisingStrength: 0.4 }],
    ['its defaults', { hr_second_pass_steps: 0, hr_resize_x: 0, hr_resize_y: 0, firstphase_width: 0 }, { scale: 2 }],
    ['to a size', { hr_scale: 2, hr_resize_x: 256, hr_resize_y: 192 }, { width: 256, height: 192 }],
    ['to a width', { hr_resize_x: 256, hr_resize_y: 0 }, { width: 256 }],
    ['to a width in proportion', { width: 128, height: 64, hr_resize_x: 256 }, { width: 256, height: 128 }],
  ] as const)
    test(`hires: ${name}`, () => assert.equal(options({ ...hires, ...body }, upscaler).hires, { upscaler: 'Latent', ...expected }));

  test('hires of old clients: firstphase is painted first, width and height are the result', () => {
    const old = options({ ...hires, width: 256, height: 256, firstphase_width: 128, firstphase_height: 128 }, upscaler);
    assert.equal([old.width, old.height, old.hires], [128, 128, { upscaler: 'Latent', width: 256, height: 256 }]);
  });

  test('what has no effect is said', () => {
    const asked = { subseed_strength: 0.5, restore_faces: true, s_churn: 1, seed_resize_from_w: 64 };
    const body = { ...hires, ...asked, hr_prompt: 'x', hr_scheduler: 'Use same scheduler' };
    const { comments } = planPainting(txt2imgBody.parse(body), { ...facts, ...upscaler });
    assert.is(comments.length, 5);
    for (const [index, name] of ['subseed', 'seed_resize_from_w', 'restore_faces', 's_churn', 'hr_prompt'].entries())
      assert.ok(comments[index]?.startsWith(name), comments[index]);
    const none = txt2imgBody.parse({ subseed: 5, subseed_strength: 0, seed_resize_from_w: -1 });
    assert.equal(planPainting(none, facts).comments, []);
  });

  test('img2img: the strength is 0.75 if left out, and 0 is 0', () => {
    const strength = (body: object) => planPainting(img2imgBody.parse({ init_images: [], ...body }), facts).work.options.denoisingStrength;
    assert.equal([strength({}), strength({ denoising_strength: null }), strength({ denoising_strength: 0 })], [0.75, 0.75, 0]);
  });

  test('an infotext fills in what is left out', () => {
    const infotext = 'a fox <lora:ink:0.5>\nNegative prompt: snow\nSteps: 9, Sampler: Euler a, CFG scale: 4, Seed: 5, Size: 128x64';
    assert.equal(options(withInfotext(txt2imgBody.parse({ infotext, steps: 3 }))), {
      prompt: 'a fox <lora:ink:0.5>',
      negativePrompt: 'snow',
      seed: 5,
      width: 128,
      height: 64,
      batchCount: 1,
      steps: 3,
      cfgScale: 4,
      sampler: 'euler_a',
      keepFinished: true,
    });
  });

  test('scripts are refused in the words of A1111', () => {
    refuseScripts(txt2imgBody.parse({ script_name: '', alwayson_scripts: {}, script_args: [] }));
    const named = refusal(() => refuseScripts(txt2imgBody.parse({ script_name: 'x/y/z plot' })));
    assert.equal([named.statusCode, named.message], [422, "Script 'x/y/z plot' not found"]);
    const always = refusal(() => refuseScripts(txt2imgBody.parse({ alwayson_scripts: { ControlNet: { args: [] } } })));
    assert.equal([always.statusCode, always.message], [422, 'always on script ControlNet not found']);
  });
});
