import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as assert from 'uvu/assert';
import type { z } from 'zod';
import { newOrder } from '../../lib/artist/index.ts';
import { loadConfig } from '../../lib/config/index.ts';
import { findFaults, isArtistError } from '../../lib/core/index.ts';
import { loadNative } from '../../lib/engine/addon/native.ts';
import type { NativeModel } from '../../lib/engine/addon/native-types.ts';
import {
  boundsOf,
  boundsText,
  cannyOptions,
  convertOptions,
  everyRow,
  generateOptions,
  loadModelOptions,
  loadUpscalerOptions,
  optionTables,
  upscaleOptions,
} from '../../lib/engine/index.ts';
import { suite } from '../harness.ts';
import { modelRequest, picture, silent, upscalerFile } from './isolation/paint.ts';
import { type Option, options, optionsWith } from './option-places.ts';
import { rowComments } from './row-comments.ts';

const schemas: Record<Option['call'], z.ZodType> = {
  generate: generateOptions,
  loadModel: loadModelOptions,
  loadUpscaler: loadUpscalerOptions,
  upscale: upscaleOptions,
  convertModel: convertOptions,
  cannyEdges: cannyOptions,
};

const refusal = (work: () => unknown): string => {
  try {
    work();
    return '';
  } catch (error) {
    return (error as Error).message;
  }
};

/** What a place says to each value of each option: nothing inside, and outside the name of the option. */
async function compare(
  tried: readonly Option[],
  says: (option: Option, value: number | string) => string | Promise<string>,
  name: (option: Option) => string = ({ path: key }) => key,
): Promise<void> {
  for (const option of tried) {
    for (const value of option.inside) {
      const said = await says(option, value);
      assert.not.ok(said.startsWith(`${name(option)}: `), `${option.call} ${option.path} ${value}: ${said}`);
    }
    for (const value of option.outside) {
      const said = await says(option, value);
      assert.ok(said.startsWith(`${name(option)}: expected `), `${option.call} ${option.path} ${value}: "${said}"`);
    }
  }
}

suite('option tables', { timeoutMs: 120_000 }, (test) => {
  test('there are numbers and enumerations to compare', () => assert.ok(options.length > 75, String(options.length)));

  test('the schemas of the calls take what the rows say', async () => {
    await compare(options, ({ call, path: key }, value) => {
      const { faults } = findFaults(schemas[call], optionsWith(key, value));
      const fault = faults?.find((one) => one.path.join('.') === key);
      return fault ? `${key}: ${fault.message}` : '';
    });
  });

  test('the settings take what the rows say', async () => {
    const settings = options.filter(({ row, call }) => call === 'generate' && row.setting);
    assert.ok(settings.length >= 6, String(settings.length));
    const home = mkdtempSync(path.join(tmpdir(), 'ai-artist-options-'));
    const says = async ({ path: key }: Option, value: unknown): Promise<string> =>
      loadConfig({ home, environment: {}, set: [`paint.${key}=${value}`] }).then(
        () => '',
        (error: unknown) => (isArtistError(error, 'ERR_CONFIG') ? error.message.replace(/^--set [\w.]+: /, '') : String(error)),
      );
    try {
      await compare(settings, says, ({ path: key }) => `paint.${key}`);
    } finally {
      rmSync(home, { recursive: true });
    }
  });

  test('scheduled orders take what the rows say', async () => {
    const says = ({ path: key }: Option, value: unknown): string => refusal(() => newOrder(optionsWith(key, value)));
    const ordered = options.filter(
      (option) => option.call === 'generate' && !says(option, option.outside[0]).startsWith(`${option.path.split('.')[0]}: unknown option`),
    );
    assert.ok(ordered.length > 45, String(ordered.length));
    await compare(ordered, says);
  });

  test('the comment of each number has its bounds, and its help leaves them to the schema', async () => {
    const comments = [...(await rowComments()).values()];
    for (const { path: key, row } of Object.values(optionTables).flatMap((table) => everyRow(table))) {
      if (!boundsOf(row.schema)) continue;
      const range = boundsText(row.schema);
      const name = key.replace(/^.*\./, '');
      // Several tables may have a row of that name, such as steps.
      const known = comments.flatMap((table) => table.get(name) ?? []);
      assert.ok(
        known.some((comment) => comment.includes(range)),
        `${key}: no comment has ${range}: ${known.join(' / ')}`,
      );
      assert.not.match(row.help, /\d\.\.-?\d|Default/, key);
    }
  });
});

suite('option tables and the addon', { timeoutMs: 120_000 }, (test) => {
  const native = loadNative();
  let model: NativeModel;
  test.before(async () => {
    model = await native.loadModel(modelRequest, silent).promise;
  });
  test.after(() => model.dispose().promise);

  /** Where an option stands in the native request: `hires.steps`, `skipLayerScale`; undefined: it is not sent as it is. */
  function nativePath({ row, path: key, parent }: Option): string | undefined {
    if (row.native === false || row.sampleArg !== undefined) return undefined;
    const own = row.native || key.replace(/^.*\./, '');
    return parent && parent.row.native !== '' ? `${parent.row.native || parent.path}.${own}` : own;
  }

  // The last field that each request reads is wrong: what comes to it has passed the fields before, and nothing begins.
  const asks: Partial<Record<Option['call'], (request: object) => unknown>> = {
    generate: (request) => model.generate({ ...picture(), ...request, keepFinished: 'x' } as never, silent),
    loadModel: (request) => native.loadModel({ ...request, lazy: 'x' } as never, silent),
    loadUpscaler: (request) => native.loadUpscaler({ model: upscalerFile, ...request, paramsBackend: 5 } as never, silent),
    cannyEdges: (request) =>
      native.cannyEdges({ width: 1, height: 1, channels: 3, data: new Uint8Array(3) }, { ...request, inverse: 'x' } as never),
  };
  const last = /^(keepFinished|lazy|paramsBackend|inverse): expected/;

  test('C++ takes what the rows say, and refuses before any work begins', () => {
    const sent = options.flatMap((option) => {
      const at = nativePath(option);
      const ask = asks[option.call];
      return at === undefined || !ask ? [] : [{ option, at, ask }];
    });
    assert.ok(sent.length > 65, String(sent.length));
    for (const { option, at, ask } of sent) {
      const [head = '', field] = at.split('.');
      const besides = { cache: { mode: 'ucache' }, hires: { upscaler: 'Latent', modelPath: 'x' } }[head];
      const says = (value: unknown): string =>
        refusal(() => ask({ [head]: field === undefined ? value : { ...besides, [field]: value } })).replace(
          /^(cache|hires|preview)\./,
          '',
        );
      // Sizes are multiples of the model's 64 besides.
      const isEdge = /(?:^|\.)(width|height)$/.test(at) && option.call === 'generate';
      for (const value of option.inside) assert.match(says(isEdge && value === 1 ? 64 : value), last, `${at} ${value}`);
      for (const value of option.outside) assert.match(says(value), new RegExp(`^${field ?? head}: expected `), `${at} ${value}`);
    }
  });
});
