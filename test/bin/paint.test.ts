import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import * as assert from 'uvu/assert';
import type { Candidate } from '../../lib/artist/loop/candidates.ts';
import { readRecipe } from '../../lib/image/index.ts';
import { choosePrompt } from '../../lib/prompt/index.ts';
import { suite } from '../harness.ts';
import { typescript } from '../support/run-source.ts';
import { type CliJson, type CliResult, cli, cliSeries, jsonOf, scratch } from './support.ts';

/** Two steps at the model's smallest useful size: fast, and enough for everything but picture quality. */
const quick = ['--steps', '2', '--width', '64', '--height', '64'];

interface CreateJson extends CliJson {
  path: string;
  prompt: string;
  promptSource: string;
  seed: number;
  width: number;
  height: number;
  curation: string;
  candidates: Candidate[];
  upscaled: number;
}

suite('bin paint', { timeoutMs: 180_000 }, (test) => {
  const folder = path.join(scratch, 'pictures');
  const file = (name: string): string => path.join(folder, name);
  test.before(() => mkdirSync(folder, { recursive: true }));

  test('create files a picture in the home folder, says which, and --quiet is silent', async () => {
    const home = path.join(scratch, 'paint-home');
    const result = await cli([
      'create',
      'flat vector art of a fox in the snow',
      ...quick,
      '--no-upscale',
      '--seed',
      '7',
      '--home',
      home,
      '--quiet',
    ]);
    assert.is(result.code, 0, result.stderr);
    assert.is(result.stderr, '');
    const painted = result.stdout.trim();
    assert.match(path.relative(home, painted).replaceAll(path.sep, '/'), /^gallery\/\d{4}\/\d{2}\/[0-9A-Z]{26}\.png$/);
    const found = await readRecipe(painted);
    assert.is(found?.source, 'ai-artist');
    assert.is(found?.recipe.prompt, 'flat vector art of a fox in the snow');
    assert.is(found?.recipe.seed, 7);
    const record = JSON.parse(readFileSync(painted.replace('.png', '.json'), 'utf8'));
    assert.equal(record.recipe, found?.recipe);
    assert.is(record.curation.candidates[0].seed, 7);
    assert.equal(record.derivation, { source: 'given' });
    assert.equal(readdirSync(path.dirname(painted)).sort(), [path.basename(painted).replace('.png', '.json'), path.basename(painted)]);
  });

  test('create --json: path, seed, recipe, every candidate, and no score if nothing was scored', async () => {
    const result = await cli([
      'create',
      'an owl',
      ...quick,
      '--no-upscale',
      '--seed',
      '11',
      '--candidates',
      '2',
      '--no-score',
      '--out',
      file('owl.png'),
      '--json',
    ]);
    assert.is(result.code, 0, result.stderr);
    const json = jsonOf(result) as CreateJson;
    // --out adds a copy: the work is still in the gallery, with the pictures of all its candidates.
    assert.is(json.path, file('owl.png'));
    assert.ok(readFileSync(String(json['work'])).equals(readFileSync(file('owl.png'))));
    assert.ok(existsSync(String(json['work']).replace('.png', '.candidates.webp')));
    assert.is(json.promptSource, 'given');
    assert.is(json.curation, 'unscored');
    assert.equal(
      json.candidates.map(({ seed }) => seed),
      [11, 12],
    );
    assert.is(json.candidates.filter(({ kept }) => kept).length, 1);
    assert.is(json.candidates.find(({ kept }) => kept)?.seed, json.seed);
    assert.is(json.upscaled, 1);
    assert.match(JSON.stringify(json.candidates[0]?.measures), /contrast/);
    assert.not.match(result.stdout, /"score"/);
    const { width, height } = await sharp(json.path).metadata();
    assert.equal([width, height, json.width, json.height], [64, 64, 64, 64]);
  });

  test('create without a prompt: the seed chooses the subject, and a small picture is enlarged four times', async () => {
    const result = await cli([
      'create',
      '--seed',
      '3',
      '--steps',
      '2',
      '--width',
      '64',
      '--height',
      '64',
      '--out',
      file('chosen.png'),
      '--no-gallery',
      '--json',
    ]);
    assert.is(result.code, 0, result.stderr);
    const json = jsonOf(result) as CreateJson;
    assert.is(json['id'], null);
    assert.not.ok('work' in json);
    assert.is(json.promptSource, 'chosen');
    assert.is(json.prompt, choosePrompt({ family: 'bundled', seed: 3 }).prompt);
    assert.match(result.stderr, /style: .* \(of 7, by what was liked/);
    assert.equal([json.upscaled, json.width], [4, 256]);
  });

  test('same seed, same bytes', async () => {
    const line = (name: string) => ['generate', 'a cat', ...quick, '--seed', '5', '--out', file(name), '--quiet'];
    const results = await cliSeries([line('a.png'), line('b.png')]);
    assert.equal(
      results.map(({ code }) => code),
      [0, 0],
    );
    assert.equal(readFileSync(file('a.png')), readFileSync(file('b.png')));
  });

  test('generate --batch: seeds in the names, one path a line, formats by ending', async () => {
    const result = await cli(['generate', 'a bus', ...quick, '--seed', '20', '--batch', '2', '--out', file('bus-{seed}-{index}.webp')]);
    assert.is(result.code, 0, result.stderr);
    assert.is(result.stdout, `${file('bus-20-1.webp')}\n${file('bus-21-2.webp')}\n`);
    assert.is((await sharp(file('bus-21-2.webp')).metadata()).format, 'webp');
    assert.is((await readRecipe(file('bus-21-2.webp')))?.recipe.seed, 21);
  });

  test('generate --preview in a pipe says that it cannot, and paints', async () => {
    const result = await cli(['generate', 'a cat', ...quick, '--preview', '--out', file('preview.png')]);
    assert.is(result.code, 0, result.stderr);
    assert.match(result.stderr, /--preview: this terminal shows no pictures/);
    assert.ok(existsSync(file('preview.png')));
  });

  test('upscale, then inspect: the recipe is kept', async () => {
    await sharp({ create: { width: 16, height: 8, channels: 3, background: '#3377aa' } })
      .png()
      .toFile(file('small.png'));
    const result = await cli(['upscale', file('small.png')]);
    assert.is(result.code, 0, result.stderr);
    assert.is(result.stdout, `${file('small-upscaled.png')}\n`);
    const { width, height } = await sharp(file('small-upscaled.png')).metadata();
    assert.equal([width, height], [64, 32]);
    const inspected = jsonOf(await cli(['inspect', file('small-upscaled.png'), '--json'])) as {
      recipe?: { upscaler?: { factor?: number } };
    };
    assert.is(inspected.recipe?.upscaler?.factor, 4);
  });

  test('doctor --json finds the addon this test paints with', async () => {
    const result = await cli(['doctor', '--json']);
    assert.is(result.code, 0, result.stderr);
    assert.is(jsonOf(result)['ok'], true);
  });

  // [name, flags, flag named by the message]: checked by lib, reported in terms of the command line
  const outside: [string, string[], string][] = [
    ['no steps', ['--steps', '0'], '--steps'],
    ['an odd size', ['--width', '63'], '--width'],
    ['a huge size', ['--width', '9999999'], '--width'],
    ['guidance below zero', ['--cfg', '-1'], '--cfg'],
    ['a seed that is too large', ['--seed', '9007199254740992'], '--seed'],
    ['a strength above one', ['--init', 'x.png', '--strength', '2'], '--strength'],
    ['a mask alone', ['--mask', 'x.png'], '--mask'],
    ['a tile too small', ['--tiling', '--tile-width', '1'], '--tile-width'],
    ['an empty batch', ['--batch', '0'], '--batch'],
    ['a LoRA that is too strong', ['--lora', 'x.safetensors:99'], '--lora'],
  ];
  test('generate with a value outside its range: exit 2, the flag is named, nothing written', async () => {
    const results = await cliSeries(outside.map(([, flags]) => ['generate', 'x', ...flags, '--out', file('never.png')]));
    for (const [index, [what, , named]] of outside.entries()) {
      const { code, stderr } = results[index] as CliResult;
      assert.is(code, 2, `${what}: ${stderr}`);
      assert.match(stderr, new RegExp(`error ERR_INVALID_ARGUMENT: (${named}): expected`), what);
    }
    assert.not.ok(existsSync(file('never.png')));
  });

  test('an existing file is refused before painting, and replaced with --force', async () => {
    writeFileSync(file('taken.png'), 'mine');
    const line = ['generate', 'x', ...quick, '--out', file('taken.png'), '--quiet'];
    const [refused] = await cliSeries([line]);
    assert.is(refused?.code, 1);
    assert.match(refused?.stderr ?? '', /error ERR_ALREADY_EXISTS: .*\n.*--force/);
    assert.is(readFileSync(file('taken.png'), 'utf8'), 'mine');
    const [replaced] = await cliSeries([[...line, '--force']]);
    assert.is(replaced?.code, 0, replaced?.stderr);
    assert.is((await sharp(file('taken.png')).metadata()).format, 'png');
  });

  for (const [signal, command] of [
    ['SIGINT', 'create'],
    ['SIGTERM', 'create'],
    ['SIGINT', 'generate'],
  ] as const) {
    test(`${signal} while \`${command}\` paints: it stops in its step, exit 130, no file of any kind left`, async () => {
      const own = file(`cancel-${command}-${signal}`);
      mkdirSync(own);
      const result = await cli([command, 'x', '--steps', '1000', '--out', path.join(own, 'fox.png')], {
        onStart: (child) => {
          let seen = '';
          child.stderr?.on('data', (text: string) => {
            const before = seen.includes('painting …');
            seen += text;
            if (!before && seen.includes('painting …')) child.kill(signal);
          });
        },
      });
      assert.is(result.code, 130, result.stderr);
      assert.is(result.stdout, '');
      assert.match(result.stderr, /cancelling… \(Ctrl-C again stops at once\)\ncancelled \(ERR_ABORTED\)/);
      assert.equal(readdirSync(own), []);
    });
  }

  test('a second Ctrl-C ends the process at once', async () => {
    const program = `import { watchInterrupts } from ${JSON.stringify(path.resolve('bin/shell/interrupt.ts'))}; watchInterrupts(() => console.log('first')); setInterval(() => {}, 1000); console.log('ready');`;
    const child = spawn(process.execPath, ['--import', typescript, '--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child.stdout.setEncoding('utf8').on('data', () => child.kill('SIGINT')); // after "ready", then after "first"
    assert.is(await new Promise((resolve) => child.on('close', (_, signal) => resolve(signal))), 'SIGINT');
  });

  test('a reader that closes the pipe is not a failure', async () => {
    const result = await cli(['models', 'list', '--quiet'], { onStart: (child) => child.stdout?.destroy() });
    assert.is(result.code, 0, result.stderr);
    assert.is(result.stderr, '');
  });
});
