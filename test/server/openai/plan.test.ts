/** Requests of the OpenAI dialect become jobs: pure, without a server. */
import * as assert from 'uvu/assert';
import { ArtistError, resolveOptions } from '../../../lib/core/index.ts';
import type { ModelFacts } from '../../../lib/server/models/facts.ts';
import { type Ground, planEdit, planGeneration, planVariation } from '../../../lib/server/openai/plan.ts';
import { editBody, generationBody, variationBody } from '../../../lib/server/openai/requests.ts';
import { suite } from '../../harness.ts';

const facts: ModelFacts = {
  name: 'ai-artist-mini',
  family: 'sd1',
  multiple: 64,
  trained: { width: 128, height: 128 },
  defaults: { width: 128, height: 128, steps: 20 },
  isEditor: false,
};
const ground: Ground = { model: undefined, facts };
const onePixel = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');

function generation(body: object, where: Ground = ground) {
  return planGeneration(resolveOptions('request', generationBody, body), where);
}

/** The options of the job that a body becomes. */
function optionsOf(body: object, where?: Ground) {
  const { work } = generation(body, where).request;
  if (work.kind !== 'generate') throw new Error(work.kind);
  return work.options;
}

function fault(body: object): string {
  try {
    generation(body);
  } catch (error) {
    if (error instanceof ArtistError) return error.message;
    throw error;
  }
  return 'no error';
}

suite('openai: what a request paints', (test) => {
  const cases: [string, object, object][] = [
    ['only a prompt: everything else is the model’s', {}, { prompt: 'a fox', batchCount: 1 }],
    ['n', { n: 3 }, { prompt: 'a fox', batchCount: 3 }],
    ['low quality: half of the steps', { quality: 'low' }, { prompt: 'a fox', batchCount: 1, steps: 10 }],
    ['standard is medium', { quality: 'standard' }, { prompt: 'a fox', batchCount: 1 }],
    ['hd is high', { quality: 'hd' }, { prompt: 'a fox', batchCount: 1, steps: 30 }],
    ['size', { size: '64x128' }, { prompt: 'a fox', batchCount: 1, width: 64, height: 128 }],
    ['a size between multiples', { size: '100x150' }, { prompt: 'a fox', batchCount: 1, width: 128, height: 128 }],
    ['a size far above the training', { size: '1024x1024' }, { prompt: 'a fox', batchCount: 1, width: 128, height: 128 }],
    ['a wide one', { size: '1536x1024' }, { prompt: 'a fox', batchCount: 1, width: 128, height: 128 }],
    ['size auto', { size: 'auto' }, { prompt: 'a fox', batchCount: 1 }],
    [
      'fields that paint nothing',
      { user: 'u1', moderation: 'low', style: 'vivid', seed_resize: 3, metadata: { a: 1 } },
      { prompt: 'a fox', batchCount: 1 },
    ],
  ];
  for (const [name, body, expected] of cases) test(name, () => assert.equal(optionsOf({ prompt: 'a fox', ...body }), expected));

  test('every field but the prompt may be null', () => {
    const names = Object.keys(generationBody.shape).filter((name) => name !== 'prompt');
    assert.equal(optionsOf({ prompt: 'a fox', ...Object.fromEntries(names.map((name) => [name, null])) }), {
      prompt: 'a fox',
      batchCount: 1,
    });
  });

  test('a large model keeps a large size', () => {
    const sdxl: ModelFacts = { ...facts, trained: { width: 1024, height: 1024 }, defaults: { steps: 30 } };
    const options = optionsOf({ prompt: 'a fox', size: '1536x1024', quality: 'low' }, { ...ground, facts: sdxl, model: 'sdxl' });
    assert.equal([options.width, options.height, options.steps], [1536, 1024, 15]);
  });

  test('a distilled model keeps at least one step', () => {
    const turbo: ModelFacts = { ...facts, defaults: { steps: 1 } };
    assert.is(optionsOf({ prompt: 'a fox', quality: 'low' }, { ...ground, facts: turbo }).steps, 1);
  });

  const faults: [object, string][] = [
    [{ prompt: '' }, 'prompt: expected at least 1 character, got ""'],
    [{ prompt: 'a', size: 'large' }, 'size: expected auto or WIDTHxHEIGHT such as 512x512, got "large"'],
    [{ prompt: 'a', size: '0x64' }, 'size: expected auto or WIDTHxHEIGHT such as 512x512, got "0x64"'],
    [{ prompt: 'a', size: '99999x1' }, 'size: expected edges up to 8192 pixels'],
    [{ prompt: 'a', n: 0 }, 'n: expected a number of at least 1, got 0'],
    [{ prompt: 'a', n: 11 }, 'n: expected a number of at most 10, got 11'],
    [{ prompt: 'a', background: 'transparent' }, 'background: expected auto or opaque, got transparent'],
    [{ prompt: 'a', output_format: 'gif' }, 'output_format: expected one of png, jpeg, webp, got "gif"'],
    [{ prompt: 'a', partial_images: 1.5 }, 'partial_images: expected an integer, got 1.5'],
    [{ prompt: 'a <sd_cpp_extra_args>{</sd_cpp_extra_args>' }, 'prompt: expected a JSON object in <sd_cpp_extra_args>'],
  ];
  for (const [body, message] of faults)
    test(`refused: ${JSON.stringify(body)}`, () => assert.ok(fault(body).includes(message), `${fault(body)} has not ${message}`));
});

suite('openai: how it is answered', (test) => {
  const as = (body: object) => generation({ prompt: 'a fox', ...body }).answer;
  test('base64 unless asked otherwise', () => assert.is(as({}).as, 'b64_json'));
  test('dall-e models answer with addresses', () => assert.is(as({ model: 'dall-e-3' }).as, 'url'));
  test('response_format counts for every model', () => {
    assert.is(as({ model: 'gpt-image-1', response_format: 'url' }).as, 'url');
    assert.is(as({ model: 'dall-e-2', response_format: 'b64_json' }).as, 'b64_json');
  });
  test('the answered quality is never auto', () => {
    assert.is(as({}).quality, 'medium');
    assert.is(as({ quality: 'hd' }).quality, 'high');
  });
  test('format and compression', () => {
    assert.equal(as({ output_format: 'jpeg', output_compression: 0 }).picture, { format: 'jpeg', quality: 1, embedRecipe: true });
    assert.equal(as({}).picture, { format: 'png', embedRecipe: true });
  });
  test('previews only with a stream', () => {
    assert.is(as({ partial_images: 2 }).partials, 0);
    assert.is(as({ partial_images: 2, stream: true }).partials, 2);
  });
  test('the painted size is known before painting', () => {
    assert.equal(as({}).size, { width: 128, height: 128 });
    assert.equal(as({ size: '1024x1024' }).size, { width: 128, height: 128 });
  });
});

suite('openai: <sd_cpp_extra_args>', (test) => {
  test('settings are taken out of the prompt', () => {
    const prompt = 'a fox <sd_cpp_extra_args>{"seed":7,"sample_params":{"sample_steps":3},"strength":0.2}</sd_cpp_extra_args>';
    assert.equal(optionsOf({ prompt, quality: 'high' }), { prompt: 'a fox', batchCount: 1, seed: 7, steps: 3 });
  });
  test('a second block is removed too', () => {
    const block = '<sd_cpp_extra_args>{"seed":7}</sd_cpp_extra_args>';
    assert.equal(optionsOf({ prompt: `a ${block}fox${block}` }).prompt, 'a fox');
  });
  test('LoRAs of the home folder', () => {
    const prompt = 'a fox <sd_cpp_extra_args>{"lora":[{"path":"ink.safetensors","multiplier":0.5}]}</sd_cpp_extra_args>';
    assert.equal(optionsOf({ prompt }).loras, [{ name: 'ink', weight: 0.5 }]);
  });
});

suite('openai: edits and variations', (test) => {
  const edit = (body: object, images: Uint8Array[], mask?: Uint8Array, where = ground) =>
    planEdit(resolveOptions('request', editBody, { prompt: 'a fox', ...body }), images, mask, where);

  test('a picture is the start', () => {
    const { request, answer } = edit({}, [onePixel]);
    assert.equal(request.pictures, { initImage: onePixel });
    assert.is(answer.event, 'image_edit');
    assert.is(answer.size, undefined); // the shape of the picture decides
  });
  test('input_fidelity high keeps more of it', () => {
    const { work } = edit({ input_fidelity: 'high' }, [onePixel]).request;
    assert.is(work.kind === 'generate' && work.options.denoisingStrength, 0.5);
  });
  test('with a mask', () => assert.equal(edit({}, [onePixel], onePixel).request.pictures, { initImage: onePixel, maskImage: onePixel }));
  test('several pictures need an editing model', () => {
    assert.throws(() => edit({}, [onePixel, onePixel]), /image: expected one picture for ai-artist-mini, got 2/);
    const editor = { ...ground, facts: { ...facts, isEditor: true } };
    assert.equal(edit({}, [onePixel, onePixel], undefined, editor).request.pictures, { referenceImages: [onePixel, onePixel] });
  });
  test('no picture', () => assert.throws(() => edit({}, []), /image: expected a picture, got none/));

  test('a variation uses the prompt in the picture', () => {
    const body = resolveOptions('request', variationBody, { n: 2 });
    const { request, answer } = planVariation(body, onePixel, { prompt: 'a fox', negativePrompt: 'fog' }, ground);
    assert.equal(request.work, {
      kind: 'generate',
      options: { prompt: 'a fox', negativePrompt: 'fog', batchCount: 2, denoisingStrength: 0.6 },
    });
    assert.is(answer.as, 'url');
  });
  test('or none', () => {
    const { work } = planVariation(resolveOptions('request', variationBody, {}), onePixel, undefined, ground).request;
    assert.is(work.kind === 'generate' && work.options.prompt, '');
  });

  test('a prompt of beginnings without an end is read in one pass', () => {
    const begin = performance.now();
    const prompt = '<sd_cpp_extra_args>'.repeat(40_000);
    assert.is(optionsOf({ prompt }).prompt, prompt);
    assert.ok(performance.now() - begin < 2000);
  });
});
