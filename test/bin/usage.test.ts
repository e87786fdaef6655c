import { userInfo } from 'node:os';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { everywhere, shortOptions } from '../../bin/shell/everywhere.ts';
import { suite } from '../harness.ts';
import { type CliResult, cli, cliFromSource, cliSeries, everyCommand, jsonOf, scratch } from './support.ts';

suite('bin usage', (test) => {
  // [arguments, message]
  const wrong: [string[], RegExp][] = [
    [['creat'], /^error ERR_INVALID_ARGUMENT: creat: no such command\. Did you mean: ai-artist create\?$/m],
    [['paint-me'], /paint-me/],
    [['create', '--sed', '4'], /--sed: unknown option. Did you mean --seed\?/],
    [['create', '--no-upscal'], /--no-upscal: unknown option. Did you mean --upscale\?/],
    [['create', 'a', 'red', 'fox'], /unexpected argument "red"\. A text with spaces needs quotes around it: create "a red fox"/],
    [['create', 'x', '--seed', 'abc'], /--seed: expected a number, got "abc"/],
    [['create', 'x', '--seed', ''], /--seed: expected a number, got ""/],
    [['create', 'x', '--seed', '1', '--seed', '2'], /--seed: expected one value, got 2/],
    [['create', 'x', '--seed'], /--seed: expected a value after it, got none/],
    [['create', 'x', '--upscale=maybe'], /--upscale: expected nothing, true or false after it, got "maybe"/],
    [['create', 'x', '--sampler', 'eulr'], /--sampler: expected one of euler, .*Did you mean euler\?/],
    [['create', 'x', '--candidates', '0'], /--candidates: expected auto or an integer 1\.\.64, got "0"/],
    [['create', 'x', '--candidates', '1.5'], /--candidates: expected auto/],
    [['create', 'x', '--lora', 'a.safetensors:'], /--lora: expected PATH or PATH:WEIGHT/],
    [['create', 'x', '--no-gallery'], /--no-gallery: expected --out with it/],
    [['create', 'x', '--out', 'fox.bmp'], /--out: expected a name ending in \.png/],
    [['generate'], /prompt: expected what to paint, or --recipe with a picture to paint again, got neither/],
    [['generate', 'x', '--sampler-arg', 'noise'], /--sampler-arg: expected NAME=VALUE, got "noise"/],
    [['generate', 'x', '--sigmas', '14,x,0'], /--sigmas: expected a number, got "x"/],
    [['upscale'], /image: expected a value, got none/],
    [['rate'], /works-and-rating: expected a value, got none\. Usage: ai-artist rate <works-and-rating\.\.\.>/],
    [['rate', 'latest'], /rating: expected 1, 2, 3, 4, 5 or none as the last word, got "latest"/],
    [['gallery', 'compare'], /a, b: expected values, got none\. Usage: ai-artist gallery compare <a> <b>/],
    [['gallery', 'compare', 'latest'], /: b: expected a value, got none/],
    [['upscale', 'a.png', 'b.png'], /unexpected argument "b\.png"\. Usage: ai-artist upscale <image>/],
    [['convert', 'm.gguf', '--out', 'x.gguf'], /--type: expected one of f32/],
    [['convert', 'm.gguf', '--type', 'q8_0'], /--out: expected a file ending in/],
    [['convert', 'm.gguf', '--type', 'q8', '--out', 'x.gguf'], /--type: expected one of f32/],
    [['models'], /models: expected one of list, recommend, pull, inspect, path, remove/],
    [['models', 'lst'], /models lst: no such command\. Did you mean: ai-artist models list\?/],
    [['lora', 'delete', 'cc'], /lora delete: no such command\. Did you mean: ai-artist lora remove\?/],
    [['craete', 'x'], /craete: no such command\. Did you mean: ai-artist create\?/],
    [['help', 'a red fox'], /"a red fox": no such command\. Did you mean: ai-artist create "a red fox"\?/],
    [['lora', 'ls'], /lora ls: no such command\. Did you mean: ai-artist lora list\?/],
    [['models', 'rm', 'x'], /models rm: no such command\. Did you mean: ai-artist models remove\?/],
    [['gallery', 'delete'], /gallery delete: no such command\. Did you mean: ai-artist gallery trash\?/],
    [['train', 'runs'], /folder: expected a folder with pictures, got "runs", which is not there\. Did you mean list\?/],
    [['a', 'red', 'fox', '--json=false'], /a: no such command\. Did you mean: ai-artist create "a red fox"\?/],
    [['pull', 'sd-turbo'], /pull: no such command\. Did you mean: ai-artist models pull\?/],
    [['man'], /man: no such command\. Did you mean: ai-artist help\?/],
    [['foo'], /foo: no such command$/m],
    [['help', 'craete'], /craete: no such command\. Did you mean: ai-artist create\?/],
    [['models', 'list', '--home', 'a', '--home', 'b'], /--home: expected one value, got 2/],
    [['models', 'list', '--home='], /--home: expected a text, got an empty one/],
    [['doctor', '--log-format', 'jsn'], /--log-format: expected one of text, json, got "jsn"\. Did you mean json\?/],
    [['config', 'path', '--set', 'nosuch=1'], /--set nosuch: nosuch: unknown key/],
    [['train', 'resume', 'run', '--steps', '9'], /--steps: unknown option/],
    [['models', 'pull'], /models: expected a value|: expected a value, got none/],
    [['inspect'], /expected a value, got none/],
  ];
  let wrongResults: CliResult[] = [];
  test.before(async () => {
    wrongResults = await cliSeries(wrong.map(([args]) => args));
  });

  test('a quoted text without a command is painted, which is said', async () => {
    const env = { AI_ARTIST_HOME: path.join(scratch, 'prompt-home') };
    const painted = await cli(['a red apple', '--steps', '1', '--no-upscale', '--json'], { env });
    assert.is(painted.code, 0, painted.stderr);
    assert.is(jsonOf(painted)['prompt'], 'a red apple');
    assert.match(painted.stderr, /understood as: ai-artist create "a red apple"/);
    const wrong = await cli(['a red apple', '--sed', '4'], { env });
    assert.is(wrong.code, 2);
    assert.match(wrong.stderr, /--sed: unknown option\. Did you mean --seed\?\nSee: ai-artist create --help/);
  });
  for (const [index, [args, message]] of wrong.entries()) {
    test(`wrong usage exits 2 and says how: ${args.join(' ')}`, () => {
      const { code, stdout, stderr } = wrongResults[index] as CliResult;
      assert.is(code, 2, stderr);
      assert.is(stdout, '');
      assert.match(stderr, /^error (ERR_INVALID_ARGUMENT|ERR_CONFIG: --set nosuch): /);
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

  test('--help of every command: usage, only its own options, examples that can be copied; `help COMMAND` is the same', async () => {
    const all = await everyCommand();
    assert.ok(all.length > 70, String(all.length));
    const lines = all.map(({ words }) => words);
    const helps = await cliSeries([...lines.map((words) => [...words, '--help']), ...lines.map((words) => ['help', ...words])]);
    for (const [index, { words, command, describe }] of all.entries()) {
      const name = words.join(' ');
      assert.ok(describe.length > 8, `${name}: what does it do?`);
      const { code, stdout, stderr } = helps[index] as CliResult;
      assert.is(code, 0, stderr);
      assert.match(stdout, new RegExp(`^Usage: ai-artist ${name}`));
      const examples = /\nExamples:\n(.*?)(\n\n|\n$)/s.exec(stdout)?.[1]?.split('\n') ?? [];
      assert.equal(
        examples.filter((_, at) => at % 2 === 0),
        command.examples.map(([line]) => `  ${line.replaceAll('$0', 'ai-artist')}`),
        name,
      );
      // A name of one letter has one dash in the help.
      const shown = [...stdout.matchAll(/^ {2,6}(?:-\w, )?(?:--|-(?=\w\b))([\w-]+)/gm)].map(([, option]) => option ?? '');
      // A long name pushes the other name of its flag to a line of its own.
      const otherNames = Object.values(command.flags).flatMap(({ aliases = [] }) => aliases);
      const options = shown.filter((option) => !otherNames.includes(option));
      assert.equal(options.sort(), [...command.options, ...everywhere].sort(), name);
      assert.not.match(stdout, /\[default: \[\]\]/, name);
      assert.is(stderr, '');
      assert.is((helps[all.length + index] as CliResult).stdout, stdout, name);
    }
  });

  test('every command: a missing or surplus argument, an unknown option and a wrong switch are refused in our own words, not in those of yargs', async () => {
    const all = (await everyCommand()).filter(({ command }) => command.handle !== undefined);
    const lines = all.flatMap(({ words, required, usage }) => [
      ...(required.length > 0 ? [words] : []),
      ...(usage.includes('...')
        ? []
        : [
            [
              ...words,
              ...usage
                .split(' ')
                .slice(1)
                .map(() => '1'),
              'one',
              'more',
            ],
          ]),
      [...words, ...required.map(() => '1'), '--no-such-option'],
      [...words, ...required.map(() => '1'), '--home'],
      [...words, ...required.map(() => '1'), '--json=perhaps'],
      [...words, ...required.map(() => '1'), '--log-format', 'xml'],
    ]);
    const results = await cliSeries(lines);
    for (const [index, line] of lines.entries()) {
      const { code, stderr } = results[index] as CliResult;
      assert.is(code, 2, `${line.join(' ')}: ${stderr}`);
      assert.match(
        stderr,
        /^error ERR_INVALID_ARGUMENT: ([\w-]+(, [\w-]+)*: expected (a value|values), got none|unexpected argument "one"|--no-such-option: unknown option|--home: expected a value|--json: expected nothing, true or false after it, got "perhaps"|--log-format: expected one of text, json)/,
        line.join(' '),
      );
      assert.not.match(stderr, /non-option|Unknown arg|Not enough|Too many|Invalid values/, line.join(' '));
    }
  });

  test('option letters: each command with the option also has its letter, and the letter does the same', async () => {
    const all = await everyCommand();
    const letters = [...shortOptions].filter(([option]) => all.some(({ command }) => command.options.includes(option)));
    assert.ok(letters.length >= 12, String(letters.length));
    const [long, short] = await cliSeries([
      ['generate', 'x', '--width', '100', '--model', 'absent', '--json'],
      ['generate', 'x', '-W', '100', '-m', 'absent', '--json'],
    ]);
    assert.is(short?.stdout, long?.stdout);
    assert.match(short?.stdout ?? '', /absent/);
    assert.match((await cli(['generate', 'x', '-s'])).stderr, /--seed: expected a value after it, got none/);
  });

  test('`version`, -V and -v print the version; `help` alone is the help', async () => {
    const [long, ...others] = await cliSeries([['--version'], ['version'], ['-V'], ['-v'], ['create', '--version']]);
    for (const { code, stdout } of others) assert.equal([code, stdout], [0, long?.stdout]);
    const [help, word] = await cliSeries([['--help'], ['help']]);
    assert.is(word?.stdout, help?.stdout);
  });

  test('the home folder: ~ in AI_ARTIST_HOME is the user’s, HOME="" is not the current folder', async () => {
    const home = path.join(scratch, 'somebody');
    const shown = async (env: Record<string, string>): Promise<string> => (await cli(['config', 'path'], { env })).stdout.trim();
    assert.is(await shown({ HOME: home, AI_ARTIST_HOME: '~/art' }), path.join(home, 'art', 'config.yaml'));
    assert.is(await shown({ HOME: home, AI_ARTIST_HOME: '' }), path.join(home, '.ai-artist', 'config.yaml'));
    assert.is(await shown({ HOME: '', AI_ARTIST_HOME: '' }), path.join(userInfo().homedir, '.ai-artist', 'config.yaml'));
  });

  test('--help explains environment variables and exit statuses', async () => {
    const { stdout } = await cli(['--help']);
    for (const name of ['AI_ARTIST_HOME', 'AI_ARTIST__SECTION__KEY', 'AI_ARTIST_BINARY', 'HF_TOKEN', 'HF_ENDPOINT', 'NODE_ENV', 'NO_COLOR'])
      assert.ok(stdout.includes(name), name);
    assert.match(stdout, /Exit status: 0 done, 1 failed, 2 wrong usage, 130 cancelled/);
  });

  test('--help and --version load neither the library nor the addon', async () => {
    // With NODE_DEBUG=esm, Node logs every module that it loads.
    const [help, version] = [
      await cliFromSource(['--help'], { env: { NODE_DEBUG: 'esm' } }),
      await cliFromSource(['--version'], { env: { NODE_DEBUG: 'esm' } }),
    ];
    for (const { stderr, code } of [help, version]) {
      assert.is(code, 0);
      assert.match(stderr, /bin\/shell\/main\.ts/);
      assert.not.match(stderr, /\/lib\/(core|engine|image|models|observe)\//);
      assert.not.match(stderr, /ai_artist\.node|\/zod\/|\/sharp\//);
    }
  });

  test('--version prints the version of package.json', async () => {
    const result = await cli(['--version']);
    assert.is(result.code, 0);
    assert.match(result.stdout, /^\d+\.\d+\.\d+\n$/);
  });

  // [arguments, code]: calls that fail although their usage is right
  const failing: [string[], string][] = [
    [['inspect', 'absent.png'], 'ERR_READ'],
    [['upscale', 'absent.png'], 'ERR_READ'],
    [['inspect', '/dev/null'], 'ERR_READ'],
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
    assert.match(result.stderr, /^ +at .*\/dist\/esm\/bin\//m);
  });
});
