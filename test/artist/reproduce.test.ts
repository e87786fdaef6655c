import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { comparePixels, reproduce } from '../../lib/artist/index.ts';
import { type ErrorCode, isArtistError } from '../../lib/core/index.ts';
import { type Artwork, Gallery } from '../../lib/gallery/index.ts';
import { cli, cliSeries, jsonOf, scratch } from '../bin/support.ts';
import { safetensors } from '../engine/support.ts';
import { suite } from '../harness.ts';

const home = path.join(scratch, 'again 🖼');

interface Stage {
  exact: boolean;
  psnr: number | null;
  width: number;
  storedReduced: boolean;
}
interface Json {
  verdict: string;
  psnr: number | null;
  painted: Stage;
  upscaled: Stage | null;
  differences: { what: string; recorded: string | null; now: string | null }[];
  path: string | null;
}

/** Edits the sidecar as a text editor would. */
function edit(sidecar: string, change: (json: { recipe: Record<string, unknown> }) => void): void {
  const json = JSON.parse(readFileSync(sidecar, 'utf8'));
  change(json);
  writeFileSync(sidecar, JSON.stringify(json, undefined, 2));
}

const rgb = (...data: number[]) => ({ data: Uint8Array.from(data), width: data.length / 3, height: 1, channels: 3 });

suite('artist reproduce', { timeoutMs: 180_000 }, (test) => {
  let sidecar = '';
  let original = '';
  test.before(async () => {
    mkdirSync(home);
    const created = await cli([
      'create',
      'a {red|blue} fox',
      '--steps',
      '2',
      '--width',
      '64',
      '--height',
      '64',
      '--seed',
      '7',
      '--home',
      home,
      '--json',
    ]);
    assert.is(created.code, 0, created.stderr);
    sidecar = String(jsonOf(created)['sidecar']);
    original = readFileSync(sidecar, 'utf8');
  });
  test.after.each(() => writeFileSync(sidecar, original));

  test('PSNR follows its formula', () => {
    assert.equal(comparePixels(rgb(1, 2, 3), rgb(1, 2, 3)), { exact: true, psnr: null, differing: 0, largest: 0 });
    const one = comparePixels(rgb(0, 0, 0, 9, 9, 9), rgb(0, 0, 6, 9, 9, 9));
    // Mean square 36 / 6 = 6.
    assert.ok(Math.abs((one?.psnr ?? 0) - 10 * Math.log10(65025 / 6)) < 1e-9);
    assert.equal([one?.differing, one?.largest], [0.5, 6]);
    assert.is(comparePixels(rgb(1, 2, 3), rgb(1, 2, 3, 4, 5, 6)), undefined);
  });

  test('a work is bit-exact, also when enlarged; --out keeps the second picture', async () => {
    const out = path.join(scratch, 'second.png');
    const [result] = await cliSeries([['reproduce', 'latest', '--home', home, '--out', out, '--json']]);
    assert.is(result?.code, 0, result?.stderr);
    const json = JSON.parse(result?.stdout ?? '') as Json;
    assert.equal(
      [json.verdict, json.psnr, json.upscaled?.exact, json.upscaled?.width, json.differences],
      ['bit-exact', null, true, 256, []],
    );
    assert.equal([json.painted.width, json.painted.storedReduced, json.painted.exact], [64, true, false]);
    assert.ok((json.painted.psnr ?? 0) > 15);
    const stored = readdirSync(path.dirname(sidecar)).find((name) => name.endsWith('.png')) ?? '';
    assert.ok(readFileSync(out).equals(readFileSync(path.join(path.dirname(sidecar), stored))));
  });

  test('a changed recipe: PSNR, exit 1, and --psnr decides what is close', async () => {
    edit(sidecar, ({ recipe }) => {
      recipe['seed'] = 8;
    });
    const [far, near] = await cliSeries([
      ['reproduce', 'latest', '--home', home],
      ['reproduce', 'latest', '--home', home, '--psnr', '1', '--json'],
    ]);
    assert.is(far?.code, 1, far?.stderr);
    assert.match(far?.stdout ?? '', /^\w{26}: different, PSNR \d+\.\d dB \(below 40 dB\)$/m);
    assert.match(far?.stderr ?? '', /enlarged, 256x256: PSNR .* % of the pixels differ/);
    assert.is(near?.code, 0);
    assert.is((JSON.parse(near?.stdout ?? '') as Json).verdict, 'close');
  });

  const changed = async (change: (recipe: Record<string, unknown>) => void): Promise<Artwork> => {
    const work = await new Gallery({ home }).get('latest');
    const recipe = structuredClone(work.recipe) as Record<string, unknown>;
    change(recipe);
    return { ...work, recipe };
  };

  test('other weights, engine, backend and upscaler are named', async () => {
    const work = await changed((recipe) => {
      recipe['model'] = { name: 'ai-artist-mini', hash: 'ab'.repeat(32) };
      recipe['engine'] = 'stable-diffusion.cpp 0000000';
      recipe['backend'] = 'CUDA0';
      recipe['upscaler'] = { ...(recipe['upscaler'] as object), hash: 'cd'.repeat(32) };
    });
    const { differences, verdict } = await reproduce(work, { home });
    assert.equal(
      differences.map(({ what }) => what),
      ['model file', 'upscaler file', 'engine', 'backend'],
    );
    assert.match(differences[0]?.recorded ?? '', /ai-artist-mini \(abababababab…\)/);
    // The pixels are still the same, and the verdict depends only on them.
    assert.is(verdict, 'bit-exact');
  });

  test('a renamed LoRA is found by its tensors; a LoRA of the same name with other tensors is reported', async () => {
    const target = 'lora_unet_input_blocks_4_1_transformer_blocks_0_attn1_to_q';
    const values = (scale: number): Float32Array => Float32Array.from({ length: 512 }, (_, index) => Math.sin(index) * scale);
    const lora = (scale: number): Buffer =>
      safetensors({
        [`${target}.lora_down.weight`]: { shape: [4, 128], values: values(scale) },
        [`${target}.lora_up.weight`]: { shape: [128, 4], values: values(scale) },
      });
    const folder = path.join(home, 'loras');
    mkdirSync(folder);
    writeFileSync(path.join(folder, 'ink.safetensors'), lora(0.5));
    const line = [
      'create',
      'a fox',
      '--steps',
      '2',
      '--width',
      '64',
      '--height',
      '64',
      '--no-upscale',
      '--lora',
      'ink:0.7',
      '--home',
      home,
      '--json',
    ];
    const [created] = await cliSeries([line]);
    const { id } = JSON.parse(created?.stdout ?? '') as { id: string };
    const work = await new Gallery({ home }).get(id);
    renameSync(path.join(folder, 'ink.safetensors'), path.join(folder, 'renamed.safetensors'));
    writeFileSync(path.join(folder, 'ink.safetensors'), lora(5));
    const found = await reproduce(work, { home });
    assert.equal([found.verdict, found.differences], ['bit-exact', []]);
    rmSync(path.join(folder, 'renamed.safetensors'));
    const other = await reproduce(work, { home });
    assert.is(other.painted.exact, false);
    assert.equal(
      other.differences.map(({ what }) => what),
      ['LoRA file'],
    );
    await new Gallery({ home }).trash(id);
  });

  // [change, code, message]
  const refused: [(recipe: Record<string, unknown>) => void, string, RegExp][] = [
    [(recipe) => Object.assign(recipe, { mode: 'img2img' }), 'ERR_UNSUPPORTED', /got img2img: the picture it began with is not kept/],
    [(recipe) => delete recipe['seed'], 'ERR_UNSUPPORTED', /got one without seed/],
    [(recipe) => Object.assign(recipe, { model: { name: 'mine.safetensors' } }), 'ERR_MODEL_NOT_FOUND', /--model PATH/],
    [
      (recipe) => Object.assign(recipe, { loras: [{ name: 'absent.safetensors', hash: 'ef'.repeat(32), weight: 1 }] }),
      'ERR_MODEL_NOT_FOUND',
      /absent\.safetensors \(tensor hash efefefefefef…\)/,
    ],
    [(recipe) => Object.assign(recipe, { extra: { teleport: true } }), 'ERR_UNSUPPORTED', /teleport/],
    [(recipe) => Object.assign(recipe, { controlNet: { name: 'canny' } }), 'ERR_UNSUPPORTED', /ControlNet canny/],
    [(recipe) => Object.assign(recipe, { hires: { upscaler: 'mine.pth' } }), 'ERR_UNSUPPORTED', /hires .*mine\.pth/],
  ];
  test('a work that cannot be painted again is refused with the reason, before anything is loaded', async () => {
    for (const [change, code, says] of refused) {
      const work = await changed(change);
      const error: unknown = await reproduce(work, { home }).then(
        () => undefined,
        (caught: unknown) => caught,
      );
      assert.ok(isArtistError(error, code as ErrorCode), String(error));
      assert.match((error as Error).message, says);
    }
  });
});
