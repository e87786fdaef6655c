import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { writeLora } from '../../lib/lora/index.ts';
import { suite } from '../harness.ts';
import { random } from '../image/pictures.ts';
import { type CliResult, cli, cliSeries, jsonOf, scratch } from './support.ts';

const key = 'lora_unet_input_blocks_4_1_transformer_blocks_0_attn1_to_q';

function tensors(rank: number, seed: number) {
  const next = random(seed);
  const values = (count: number) => Float32Array.from({ length: count }, () => next() - 0.5);
  return [
    { name: `${key}.lora_down.weight`, shape: [rank, 128], data: values(rank * 128) },
    { name: `${key}.lora_up.weight`, shape: [128, rank], data: values(128 * rank) },
    { name: `${key}.alpha`, shape: [], data: Float32Array.of(rank) },
  ];
}

suite('bin lora', (test) => {
  const home = path.join(scratch, 'lora-home');
  const at = (name: string) => path.join(home, name);
  const sheet = {
    schema: 'ai-artist.data-sheet/1' as const,
    pictures: { train: 12, validation: 2, class: 0 },
    licence: { id: 'CC-BY-4.0', obligations: ['attribution' as const], note: 'name the authors' },
    licences: [{ id: 'CC-BY-4.0', pictures: 14, obligations: ['attribution'], stated: { folder: 14 } }],
    sources: [],
    attribution: ['by Ada, CC-BY-4.0'],
    captions: {},
    picturesHash: 'ab',
  };
  let results: CliResult[];
  const lines = [
    ['lora', 'list'],
    ['lora', 'list', '--json'],
    ['lora', 'inspect', 'ink'],
    ['lora', 'inspect', 'ink', '--json', '--hash'],
    ['lora', 'merge', 'ink:0.5', 'mine/kawaii', '--out', at('both.safetensors'), '--json'],
    ['lora', 'resize', at('both.safetensors'), '--rank', '3', '--out', at('small.safetensors'), '--type', 'f32'],
    ['lora', 'extract-metadata', 'ink'],
    ['lora', 'extract-metadata', 'ink', '--out', at('ink.json')],
    // Invalid calls.
    ['lora', 'inspect', 'inc', '--json', '--quiet'],
    ['lora', 'merge', 'ink', '--name', 'alone', '--json', '--quiet'],
    ['lora', 'merge', 'ink', '--out', at('both.safetensors'), '--json', '--quiet'],
    ['lora', 'resize', 'ink', '--out', at('x.safetensors'), '--json', '--quiet'],
    ['lora', 'resize', 'ink', '--rank', '0', '--out', at('x.safetensors'), '--json', '--quiet'],
    ['lora', 'merge', 'broken', '--out', at('x.safetensors'), '--json', '--quiet'],
    ['lora', 'list', '--home', at('empty')],
    ['lora', 'convert', at('sd3.safetensors'), '--to', 'sd-scripts', '--out', at('kohya.safetensors')],
    ['lora', 'convert', 'ink', '--to', 'sd-scripts', '--out', at('x.safetensors'), '--json', '--quiet'],
    ['lora', 'convert', 'ink', '--out', at('x.safetensors'), '--json', '--quiet'],
    // 18: results without --out get a name in <home>/loras
    ['lora', 'merge', 'ink', 'mine/kawaii:0.5'],
    ['lora', 'resize', 'ink', '--rank', '2'],
    ['lora', 'resize', 'ink', '--rank', '2', '--name', 'mine/small', '--json'],
    ['lora', 'inspect', 'ink', '--metadata'],
    ['lora', 'inspect', 'own'],
    ['lora', 'merge', 'own', '--name', 'own-2'],
    ['lora', 'list'],
    ['lora', 'remove', 'own'],
    ['lora', 'remove', 'own', '--json', '--quiet'],
    ['lora', 'remove', at('loras/ink.safetensors'), '--json', '--quiet'],
    // 28
    ['lora', 'resize', 'ink', '--rank', '2', '--name', '../x', '--json', '--quiet'],
    ['lora', 'resize', 'ink', '--rank', '2', '--name', 'x', '--out', at('x.safetensors'), '--json', '--quiet'],
    // 30: the inputs are not overwritten
    ['lora', 'merge', 'ink', 'mine/kawaii', '--out', at('loras/ink.safetensors'), '--force', '--json', '--quiet'],
    ['lora', 'merge', 'ink', 'mine/kawaii', '--out', `${at('loras/mine')}/../mine/kawaii.safetensors`, '--force', '--json', '--quiet'],
    ['lora', 'merge', 'ink', '--out', at('linked/ink.safetensors'), '--force', '--json', '--quiet'],
    ['lora', 'resize', 'ink', '--rank', '2', '--name', 'ink', '--force', '--json', '--quiet'],
    ['lora', 'resize', 'ink', '--rank', '2', '--out', at('loras/ink.safetensors'), '--force', '--json', '--quiet'],
    ['lora', 'convert', at('sd3.safetensors'), '--to', 'sd-scripts', '--out', at('sd3.safetensors'), '--force', '--json', '--quiet'],
    ['lora', 'extract-metadata', 'ink', '--out', at('loras/ink.safetensors'), '--force', '--json', '--quiet'],
  ];
  let inputs: Buffer[];
  const inputBytes = () => ['loras/ink', 'loras/mine/kawaii', 'sd3'].map((name) => readFileSync(at(`${name}.safetensors`)));
  test.before(async () => {
    await mkdir(at('loras/mine'), { recursive: true });
    const facts = { family: 'sd1-tiny-unet', baseModel: { name: 'ai-artist-mini' } };
    const sd3 = tensors(2, 3).filter(({ name }) => !name.endsWith('.alpha'));
    for (const tensor of sd3)
      tensor.name = `transformer.transformer_blocks.0.attn.to_out.0.${tensor.name.includes('down') ? 'lora_A' : 'lora_B'}.weight`;
    await writeLora(at('sd3.safetensors'), sd3, { family: 'sd3', name: 'sd3', rank: 2, alpha: 2 });
    await writeLora(
      at('loras/ink.safetensors'),
      tensors(4, 1),
      { ...facts, name: 'ink', rank: 4, alpha: 4, trigger: 'ink style' },
      { sheet },
    );
    await writeLora(at('loras/mine/kawaii.safetensors'), tensors(6, 2), {
      ...facts,
      name: 'kawaii',
      rank: 6,
      alpha: 6,
      licence: 'CC-BY-SA-4.0',
    });
    await writeFile(at('loras/broken.safetensors'), 'no model');
    const own = { ...sheet, licence: { id: 'own', obligations: [], note: 'nothing restricts it' } };
    await writeLora(at('loras/own.safetensors'), tensors(4, 5), { ...facts, name: 'own', rank: 4, alpha: 4 }, { sheet: own });
    await symlink(at('loras'), at('linked'));
    inputs = inputBytes();
    results = await cliSeries(lines.map((line) => (line.includes('--home') ? line : [...line, '--home', home])));
  });
  const result = (index: number): CliResult => results[index] as CliResult;

  test('list: name, base model, rank, trigger, licence; a broken file with its problem', () => {
    const { code, stdout } = result(0);
    assert.is(code, 0);
    const [broken = '', ink = '', kawaii = '', own = ''] = stdout.trim().split('\n');
    assert.match(broken, /^broken +8 B +unusable: is not a model file|^broken +8 B +unusable: /);
    assert.match(ink, /^ink .*lora rank 4, for ai-artist-mini; licence: CC-BY-4\.0; trigger: ink style$/);
    assert.match(kawaii, /^mine\/kawaii .*rank 6, for ai-artist-mini; licence: CC-BY-SA-4\.0$/);
    assert.match(own, /^own .*; licence: own$/);
    const { loras } = jsonOf(result(1)) as unknown as { loras: { name: string; ranks?: number[]; problem?: string }[] };
    assert.equal(
      loras.map(({ name, ranks }) => [name, ranks?.[0]]),
      [
        ['broken', undefined],
        ['ink', 4],
        ['mine/kawaii', 6],
        ['own', 4],
      ],
    );
    assert.match(String(loras[0]?.problem), /\S/);
    assert.match(result(14).stderr, /no LoRA in .*empty/);
  });

  test('inspect: the header, and the data sheet', () => {
    assert.match(result(2).stdout, /LoRA: lora, 1 targets, rank 4, alpha 4/);
    assert.match(result(2).stdout, /trained on: 12 pictures, 2 held out/);
    assert.match(result(2).stdout, /licences: CC-BY-4\.0 \(14\); name the authors\n {2}by Ada, CC-BY-4\.0/);
    const json = jsonOf(result(3));
    assert.match(String(json['tensorHash']), /^[0-9a-f]{64}$/);
    assert.is((json['dataSheet'] as typeof sheet).picturesHash, 'ab');
  });

  test('inspect: the useful facts first, and the metadata on request', () => {
    assert.not.match(result(2).stdout, /ss_network_dim/);
    assert.match(result(2).stdout, /\nmetadata: \d+ fields \(--metadata shows them\)\n$/);
    const lines = result(21).stdout.split('\n');
    assert.ok(lines.findIndex((line) => line.startsWith('trained on:')) < lines.indexOf('metadata:'));
    assert.ok(lines.includes('  ss_network_dim: 4'));
  });

  test('without --out a result gets a name in <home>/loras, and that name works for painting', () => {
    assert.is(result(18).stdout, `${at('loras/ink+kawaii.safetensors')}\n`);
    assert.match(result(18).stderr, /--lora ink\+kawaii$/m);
    assert.is(result(19).stdout, `${at('loras/ink-rank-2.safetensors')}\n`);
    assert.is(jsonOf(result(20))['path'], at('loras/mine/small.safetensors'));
  });

  test('the licence is the same in list, inspect and merge', () => {
    assert.match(result(22).stdout, /^licence: own$/m);
    assert.match(result(23).stderr, /^licence: own$/m);
    assert.match(result(24).stdout, /^own-2 .*; licence: own/m);
    assert.match(result(24).stdout, /^ink-rank-2 .*; licence: CC-BY-4\.0/m);
  });

  test('remove: the LoRA and its data sheet, by its name alone', () => {
    assert.is(result(25).stdout, `${at('loras/own.safetensors')}\n${at('loras/own.data-sheet.json')}\n`);
    assert.not.ok(existsSync(at('loras/own.data-sheet.json')));
    assert.ok(existsSync(at('loras/ink.safetensors')));
  });

  test('rename: the LoRA and its data sheet; never over another one', async () => {
    const there = path.join(scratch, 'rename-home');
    mkdirSync(path.join(there, 'loras'), { recursive: true });
    const inHome = (name: string) => path.join(there, 'loras', name);
    writeFileSync(inHome('old.safetensors'), 'any');
    writeFileSync(inHome('old.data-sheet.json'), '{"schema": "ai-artist.data-sheet/1"}');
    writeFileSync(inHome('other.safetensors'), 'other');
    const rename = (...words: string[]) => cli(['lora', 'rename', ...words, '--home', there]);
    const renamed = await rename('old', 'mine/new');
    assert.is(renamed.stdout, `${inHome('mine/new.safetensors')}\n`, renamed.stderr);
    assert.ok(existsSync(inHome('mine/new.data-sheet.json')));
    assert.not.ok(existsSync(inHome('old.safetensors')));
    const taken = await rename('mine/new', 'other');
    assert.is(taken.code, 1);
    assert.match(taken.stderr, /ERR_ALREADY_EXISTS: name: expected a name that no other LoRA has, got "other"/);
    assert.is(readFileSync(inHome('other.safetensors'), 'utf8'), 'other');
    assert.match((await rename('mine/nwe', 'x')).stderr, /ERR_MODEL_NOT_FOUND.*Did you mean mine\/new\?/);
    assert.match((await rename('mine/new', '../x')).stderr, /ERR_INVALID_ARGUMENT: .*expected the name of a LoRA/);
  });

  test('merge and resize: the report, and files that can be inspected', () => {
    const merged = jsonOf(result(4)) as unknown as { path: string; rank: number; licence: string; kept: number };
    assert.equal([merged.path, merged.rank, merged.licence, merged.kept], [at('both.safetensors'), 10, 'CC-BY-SA-4.0', 1]);
    assert.is(result(5).stdout, `${at('small.safetensors')}\n`);
    assert.match(result(5).stderr, /1 layers, rank up to 3, \d+\.\d\d % of the energy kept/);
    assert.match(result(5).stderr, /attn1_to_q: rank 10 to 3/);
    assert.ok(existsSync(at('small.safetensors')));
  });

  test('extract-metadata: JSON inside texts comes out as JSON', () => {
    const metadata = JSON.parse(result(6).stdout) as Record<string, unknown>;
    assert.is((metadata['ai_artist.data_sheet'] as typeof sheet).licence.id, 'CC-BY-4.0');
    assert.is(metadata['ss_network_dim'], '4');
    assert.equal(JSON.parse(readFileSync(at('ink.json'), 'utf8')), metadata);
  });

  test('convert: a LoRA of SD3 for another program', () => {
    assert.is(result(15).stdout, `${at('kohya.safetensors')}\n`);
    assert.match(result(15).stderr, /1 layers, rank up to 2/);
    assert.ok(readFileSync(at('kohya.safetensors')).includes('"lora_unet_joint_blocks_0_x_block_attn_proj.alpha"'));
  });

  // [line, exit status, code, message]
  const failing: [number, number, string, RegExp][] = [
    [8, 1, 'ERR_MODEL_NOT_FOUND', /Did you mean ink\?/],
    [26, 1, 'ERR_MODEL_NOT_FOUND', /own-2/],
    [27, 1, 'ERR_MODEL_NOT_FOUND', /no LoRA of that name/],
    [28, 2, 'ERR_INVALID_ARGUMENT', /--name: expected the name of a LoRA, such as ink or mine\/ink, got "\.\.\/x"/],
    [29, 2, 'ERR_INVALID_ARGUMENT', /--name, --out: expected one of them, got both/],
    [10, 1, 'ERR_ALREADY_EXISTS', /both\.safetensors/],
    [11, 2, 'ERR_INVALID_ARGUMENT', /expected rank or energy/],
    [12, 2, 'ERR_INVALID_ARGUMENT', /--rank: expected a number of at least 1, got 0/],
    [13, 1, 'ERR_MODEL_FORMAT', /broken\.safetensors/],
    [16, 1, 'ERR_UNSUPPORTED', /expected a LoRA of Stable Diffusion 3/],
    ...Array.from({ length: 7 }, (_, at): [number, number, string, RegExp] => [
      30 + at,
      2,
      'ERR_INVALID_ARGUMENT',
      /(ink|kawaii|sd3)\.safetensors: expected another file than the input, got .*loras.*\1\.safetensors|sd3\.safetensors: expected another file than the input, got .*sd3\.safetensors/,
    ]),
    [17, 2, 'ERR_INVALID_ARGUMENT', /--to: expected diffusers or sd-scripts, got none/],
  ];
  for (const [index, status, code, message] of failing)
    test(`${(lines[index] ?? []).slice(0, 7).join(' ').replaceAll(scratch, '')}: ${code}`, () => {
      const { error } = jsonOf(result(index));
      assert.is(error?.code, code, error?.message);
      assert.match(String(error?.message), message);
      assert.is(result(index).code, status);
      assert.not.ok(existsSync(at('x.safetensors')));
    });

  test('the inputs are unchanged', () => {
    assert.ok(inputBytes().every((bytes, at) => inputs[at]?.equals(bytes)));
  });
});
