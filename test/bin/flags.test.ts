import * as assert from 'uvu/assert';
import { z } from 'zod';
import { type Flags, readFlags, readWeighted, type Values } from '../../bin/flags/flags.ts';
import { basicFlags, generateFlags } from '../../bin/flags/generate-flags.ts';
import { modelFlags } from '../../bin/flags/model-flags.ts';
import type { Arguments } from '../../bin/shell/parser.ts';
import { generateOptions, loadModelOptions, samplers, schedulers } from '../../lib/engine/index.ts';
import { samplerTitle, schedulerTitle } from '../../lib/image/recipes/sampler-names.ts';
import { suite } from '../harness.ts';
import { everyCommand } from './support.ts';

/** Every path of a schema that a flag must reach: the fields of nested objects, else the field itself. */
function pathsOfSchema(schema: unknown, prefix = ''): string[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return pathsOfSchema(schema.unwrap(), prefix);
  if (schema instanceof z.ZodUnion) {
    const objects = schema.options.filter((option) => option instanceof z.ZodObject);
    return objects.length > 0 ? objects.flatMap((option) => pathsOfSchema(option, prefix)) : [prefix];
  }
  if (schema instanceof z.ZodObject)
    return Object.entries(schema.shape).flatMap(([key, field]) => pathsOfSchema(field, prefix === '' ? key : `${prefix}.${key}`));
  return [prefix];
}

function typed<F extends Flags>(flags: F, args: Record<string, unknown>): Values<F> {
  return readFlags({ _: [], $0: '', ...args } as Arguments, flags, []);
}

suite('bin flags', (test) => {
  test('every option of generate() has a flag', () => {
    const reached = new Set(generateFlags.paths.values());
    const missing = pathsOfSchema(generateOptions).filter((path) => !reached.has(path));
    assert.equal(missing.sort(), ['onProgress', 'prompt', 'signal']);
  });

  test('every flag of generate reaches an option', () => {
    const known = new Set(pathsOfSchema(generateOptions));
    // These two switch an option with settings on or off as a whole; see switched().
    assert.equal([...generateFlags.paths.values()].filter((path) => !known.has(path)).sort(), ['hires.enabled', 'preview.enabled']);
  });

  test('every option of loadModel() has a flag, and vice versa', () => {
    const known = new Set(pathsOfSchema(loadModelOptions));
    const reached = new Set(modelFlags.paths.values());
    assert.equal([...known].filter((path) => !reached.has(path)).sort(), ['home', 'onProgress', 'signal']);
    assert.equal(
      [...reached].filter((path) => !known.has(path)),
      [],
    );
  });

  test('flags become the nested options of generate(), and those are valid', () => {
    const options = generateFlags.optionsOf(
      typed(generateFlags.flags, {
        'cfg-scale': '5',
        seed: '7',
        hires: true,
        'hires-scale': '1.5',
        'tile-width': '16',
        'vae-tiling': true,
        cache: 'spectrum',
        'cache-spectrum-w': '0.5',
        'slg-layers': '7,8',
        lora: ['a.safetensors:0.8', 'C:\\b.gguf'],
        'sampler-arg': ['gamma=2', 'flag=true'],
        preview: true,
      }),
    );
    assert.equal(options, {
      cfgScale: 5,
      seed: 7,
      hires: { scale: 1.5 },
      vaeTiling: { enabled: true, tileWidth: 16 },
      cache: { mode: 'spectrum', spectrumW: 0.5 },
      skipLayerGuidance: { layers: [7, 8] },
      loras: [{ path: 'a.safetensors', weight: 0.8 }, { path: 'C:\\b.gguf' }],
      samplerArgs: { gamma: 2, flag: true },
      preview: {},
    });
    assert.ok(generateOptions.safeParse(options).success);
  });

  test('--no-hires and --no-preview win over all related flags', () => {
    assert.equal(generateFlags.optionsOf(typed(generateFlags.flags, { hires: false, 'hires-scale': '2', preview: false })), {
      hires: false,
      preview: false,
    });
  });

  test('model flags become the options of loadModel(), and those are valid', () => {
    const options = modelFlags.optionsOf(
      typed(modelFlags.flags, {
        model: 'sd15',
        embedding: ['cat=a.pt'],
        'tensor-type-rule': ['attn=q8_0'],
        seamless: 'xy',
        'max-vram': '-1',
      }),
    );
    assert.equal(options, { model: 'sd15', embeddings: { cat: 'a.pt' }, tensorTypeRules: { attn: 'q8_0' }, seamless: true, maxVram: -1 });
    assert.ok(loadModelOptions.safeParse(options).success);
  });

  const loras: [string, { path: string; weight?: number }][] = [
    ['a.safetensors', { path: 'a.safetensors' }],
    ['a.safetensors:0.8', { path: 'a.safetensors', weight: 0.8 }],
    ['a:-1', { path: 'a', weight: -1 }],
    ['a:.5', { path: 'a', weight: 0.5 }],
    ['C:\\loras\\a.safetensors', { path: 'C:\\loras\\a.safetensors' }],
    ['C:\\loras\\a.safetensors:1', { path: 'C:\\loras\\a.safetensors', weight: 1 }],
  ];
  for (const [given, expected] of loras) test(`--lora ${given}`, () => assert.equal(readWeighted(given, '--lora'), expected));

  test('--seed: -1 and random draw a seed, as without the flag; a number that would be rounded is refused', () => {
    assert.equal(generateFlags.optionsOf(typed(generateFlags.flags, { seed: '-1' })), {});
    assert.equal(generateFlags.optionsOf(typed(generateFlags.flags, { seed: 'random' })), {});
    assert.equal(generateFlags.optionsOf(typed(generateFlags.flags, { seed: '9007199254740991' })), { seed: 9007199254740991 });
    assert.throws(
      () => typed(generateFlags.flags, { seed: '9007199254740993' }),
      /--seed: expected a number of at most 9007199254740991, got "9007199254740993"/,
    );
  });

  test('--sampler and --scheduler take every name that a recipe shows; for a name that includes a schedule, the message says what to give', () => {
    for (const sampler of samplers) assert.is(typed(basicFlags, { sampler: samplerTitle(sampler) }).sampler, sampler);
    for (const scheduler of schedulers)
      assert.is(typed(generateFlags.flags, { scheduler: schedulerTitle(scheduler) }).scheduler, scheduler);
    assert.is(typed(basicFlags, { sampler: 'DPM++ 2M' }).sampler, 'dpm++2m');
    assert.is(typed(basicFlags, { sampler: 'k_euler_ancestral' }).sampler, 'euler_a');
    assert.throws(() => typed(basicFlags, { sampler: 'DPM++ 2M Karras' }), /give --sampler dpm\+\+2m --scheduler karras/);
  });

  test('every option with a list of values suggests the nearest one', async () => {
    let options = 0;
    for (const { words, command } of await everyCommand()) {
      for (const [name, { choices = [], read }] of Object.entries(command.flags)) {
        const [first] = choices.filter((value) => value.length > 4);
        if (first === undefined) continue;
        options++;
        const mistyped = `${first.slice(1, 2)}${first.slice(0, 1)}${first.slice(2)}`;
        assert.throws(() => read(mistyped, `--${name}`), new RegExp(`--${name}: expected one of .*Did you mean `), words.join(' '));
      }
    }
    assert.ok(options > 20, String(options));
  });
});
