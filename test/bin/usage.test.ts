import * as assert from 'uvu/assert';
import { commands } from '../../bin/commands/index.ts';
import type { CommandEntry } from '../../bin/main.ts';
import { suite } from '../harness.ts';
import { type CliResult, cli, cliSeries, jsonOf } from './support.ts';

/** Every command with the words that lead to it. */
async function everyCommand(entries: readonly CommandEntry[] = commands, above: readonly string[] = []): Promise<string[]> {
  const found: string[] = [];
  for (const { usage, describe, load } of entries) {
    const words = [...above, usage.split(' ')[0] ?? ''];
    assert.ok(describe.length > 8, `${words.join(' ')}: what does it do?`);
    found.push(words.join(' '), ...(await everyCommand((await load()).commands ?? [], words)));
  }
  return found;
}

suite('bin usage', (test) => {
  // [arguments, what the message says]
  const wrong: [string[], RegExp][] = [
    [['creat'], /no such command. Did you mean create\?/],
    [['paint-me'], /paint-me/],
    [['create', '--sed', '4'], /--sed: unknown option. Did you mean --seed\?/],
    [['create', '--no-upscal'], /--no-upscal: unknown option. Did you mean --upscale\?/],
    [['create', 'a', 'red', 'fox'], /unexpected argument "red". A text with spaces needs quotes/],
    [['create', 'x', '--seed', 'abc'], /--seed: expected a number, got "abc"/],
    [['create', 'x', '--seed', ''], /--seed: expected a number, got ""/],
    [['create', 'x', '--seed', '1', '--seed', '2'], /--seed: expected one value, got 2/],
    [['create', 'x', '--seed'], /--seed: expected a value behind it, got none/],
    [['create', 'x', '--upscale=maybe'], /--upscale: expected nothing, true or false behind it, got "maybe"/],
    [['create', 'x', '--sampler', 'Euler'], /--sampler: expected one of euler, .*Did you mean euler\?/],
    [['create', 'x', '--candidates', '0'], /--candidates: expected auto or an integer 1\.\.64, got "0"/],
    [['create', 'x', '--candidates', '1.5'], /--candidates: expected auto/],
    [['create', 'x', '--lora', 'a.safetensors:'], /--lora: expected PATH or PATH:WEIGHT/],
    [['create', 'x', '--no-gallery'], /--no-gallery: expected --out with it/],
    [['create', 'x', '--out', 'fox.bmp'], /--out: expected a name ending in \.png/],
    [['generate'], /one more argument/],
    [['generate', 'x', '--sampler-arg', 'noise'], /--sampler-arg: expected NAME=VALUE, got "noise"/],
    [['generate', 'x', '--sigmas', '14,x,0'], /--sigmas: expected a number, got "x"/],
    [['upscale'], /one more argument/],
    [['upscale', 'a.png', 'b.png'], /unexpected argument "b.png"/],
    [['convert', 'm.gguf', '--out', 'x.gguf'], /--type: expected one of f32/],
    [['convert', 'm.gguf', '--type', 'q8_0'], /--out: expected a file ending in/],
    [['convert', 'm.gguf', '--type', 'q8', '--out', 'x.gguf'], /--type: expected one of f32/],
    [['models'], /models: expected one of list, pull, inspect, path, remove/],
    [['models', 'lst'], /Did you mean list\?/],
    [['models', 'pull'], /one more argument/],
    [['inspect'], /one more argument/],
  ];
  let wrongResults: CliResult[] = [];
  test.before(async () => {
    wrongResults = await cliSeries(wrong.map(([args]) => args));
  });
  for (const [index, [args, message]] of wrong.entries()) {
    test(`wrong usage exits 2 and says how: ${args.join(' ')}`, () => {
      const { code, stdout, stderr } = wrongResults[index] as CliResult;
      assert.is(code, 2, stderr);
      assert.is(stdout, '');
      assert.match(stderr, /^error ERR_INVALID_ARGUMENT: /);
      assert.match(stderr, message);
      assert.match(stderr, /See: ai-artist .*--help/);
    });
  }

  test('the process itself exits 2', async () => {
    assert.is((await cli(['creat'])).code, 2);
  });

  test('wrong usage with --json: one document on stdout', async () => {
    const result = await cli(['create', '--sed', '4', '--json', '--quiet']);
    assert.is(result.code, 2);
    assert.equal(jsonOf(result), { error: { code: 'ERR_INVALID_ARGUMENT', message: '--sed: unknown option. Did you mean --seed?' } });
    assert.is(result.stderr, '');
  });

  test('no command: help on stderr, exit 2', async () => {
    const result = await cli([]);
    assert.is(result.code, 2);
    assert.is(result.stdout, '');
    assert.match(result.stderr, /ai-artist create \[prompt\]/);
  });

  test('--help of every command shows usage and an example, exit 0', async () => {
    const all = await everyCommand();
    assert.ok(all.length > 70, String(all.length));
    const results = await cliSeries(all.map((command) => [...command.split(' '), '--help']));
    for (const [index, command] of all.entries()) {
      const { code, stdout, stderr } = results[index] as CliResult;
      assert.is(code, 0, stderr);
      assert.match(stdout, new RegExp(`^Usage: ai-artist ${command}`));
      assert.match(stdout, /Examples:\n +(\S+ )?ai-artist /, command);
      assert.match(stdout, /--json/);
      assert.is(stderr, '');
    }
  });

  test('--help says what the environment and the exit status mean', async () => {
    const { stdout } = await cli(['--help']);
    for (const name of ['AI_ARTIST_HOME', 'AI_ARTIST__SECTION__KEY', 'AI_ARTIST_BINARY', 'HF_TOKEN', 'HF_ENDPOINT', 'NODE_ENV', 'NO_COLOR'])
      assert.ok(stdout.includes(name), name);
    assert.match(stdout, /Exit status: 0 done, 1 failed, 2 wrong usage, 130 cancelled/);
  });

  test('--help and --version load neither the library nor the addon', async () => {
    // With NODE_DEBUG=esm Node names every module that it loads.
    const [help, version] = [
      await cli(['--help'], { env: { NODE_DEBUG: 'esm' } }),
      await cli(['--version'], { env: { NODE_DEBUG: 'esm' } }),
    ];
    for (const { stderr, code } of [help, version]) {
      assert.is(code, 0);
      assert.match(stderr, /bin\/main\.ts/);
      assert.not.match(stderr, /\/lib\/(core|engine|image|models|observe)\//);
      assert.not.match(stderr, /ai_artist\.node|\/zod\/|\/sharp\//);
    }
  });

  test('--version prints the version of package.json', async () => {
    const result = await cli(['--version']);
    assert.is(result.code, 0);
    assert.match(result.stdout, /^\d+\.\d+\.\d+\n$/);
  });

  // [arguments, code]: what fails although the usage is right
  const failing: [string[], string][] = [
    [['inspect', 'absent.png'], 'ERR_READ'],
    [['upscale', 'absent.png'], 'ERR_READ'],
    [['inspect', '/dev/null'], 'ERR_MODEL_FORMAT'],
    [['create', 'x', '--out', '/dev/null/fox.png'], 'ERR_WRITE'],
    [['create', 'x', '--model', 'absent.safetensors'], 'ERR_MODEL_NOT_FOUND'],
    [['convert', 'absent.safetensors', '--type', 'q8_0', '--out', 'x.gguf'], 'ERR_MODEL_NOT_FOUND'],
  ];
  test('failure exits 1 with its code, on stdout as JSON and on stderr as text', async () => {
    const results = await cliSeries(failing.map(([args]) => [...args, '--json']));
    for (const [index, [args, code]] of failing.entries()) {
      const result = results[index] as CliResult;
      assert.is(result.code, 1, `${args.join(' ')}: ${result.stderr}`);
      assert.is(jsonOf(result).error?.code, code);
      assert.match(result.stderr, new RegExp(`^error ${code}: `));
      assert.not.match(result.stderr, /^ +at /m, 'a stack trace is for --debug');
    }
  });

  test('a failure without --json leaves stdout empty', async () => {
    const result = await cli(['inspect', 'absent.png']);
    assert.is(result.code, 1);
    assert.is(result.stdout, '');
    assert.match(result.stderr, /^error ERR_READ: absent\.png: expected a picture or a model file, got no such file\n/);
  });

  test('--debug shows where an error was thrown', async () => {
    const result = await cli(['inspect', 'absent.png', '--debug']);
    assert.is(result.code, 1);
    assert.match(result.stderr, /^ +at .*inspect\.ts/m);
  });
});
