import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { suite } from '../harness.ts';
import { type CliResult, cli, cliSeries, jsonOf, scratch } from './support.ts';

let count = 0;

function homeWith(yaml?: string): string {
  const home = path.join(scratch, `config ⚙ ${++count}`);
  mkdirSync(home);
  if (yaml !== undefined) writeFileSync(path.join(home, 'config.yaml'), yaml);
  return home;
}

/** Runs command lines in one process, each with its own home. */
async function all(lines: readonly (readonly [string | undefined, string[]])[], env: Record<string, string> = {}): Promise<CliResult[]> {
  return cliSeries(
    lines.map(([yaml, args]) => [...args, '--home', homeWith(yaml)]),
    { env },
  );
}

async function at(yaml: string | undefined, args: string[], env: Record<string, string> = {}): Promise<CliResult> {
  const [result] = await all([[yaml, args]], env);
  if (!result) throw new Error('no result');
  return result;
}

const quick = ['--steps', '2', '--width', '64', '--height', '64'];

suite('bin config', { timeoutMs: 180_000 }, (test) => {
  test('init writes a file that sets nothing, a schema beside it, and nothing over an existing file', async () => {
    const home = homeWith();
    const [made, shown, again] = await cliSeries([
      ['config', 'init', '--home', home],
      ['config', 'check', '--home', home, '--json'],
      ['config', 'init', '--home', home],
    ]);
    const file = path.join(home, 'config.yaml');
    assert.is(made?.stdout, `${file}\n`);
    assert.is(JSON.parse(readFileSync(path.join(home, 'config.schema.json'), 'utf8')).title, 'Configuration of ai-artist');
    assert.equal(jsonOf(shown as CliResult), { ok: true, file, exists: true, set: 0, warnings: [] });
    assert.is(again?.code, 1);
    assert.match(again?.stderr ?? '', /ERR_ALREADY_EXISTS/);
    // The file may hold keys, so only its owner can read it.
    if (process.platform !== 'win32') {
      assert.is(statSync(file).mode & 0o777, 0o600);
      chmodSync(file, 0o644);
      await cliSeries([['config', 'init', '--force', '--home', home]]);
      assert.is(statSync(file).mode & 0o777, 0o600);
    }
  });

  test('show --origin: where each value comes from, and no secret', async () => {
    const yaml = 'create:\n  candidates: 2\nmodels:\n  token: hf_geheim\n';
    const result = await at(yaml, ['config', 'show', '--origin', '--set', 'log.level=debug'], { AI_ARTIST__PAINT__STEPS: '9' });
    assert.match(result.stdout, /^create\.candidates: 2 +\/.*config\.yaml:2$/m);
    assert.match(result.stdout, /^paint\.steps: 9 +AI_ARTIST__PAINT__STEPS$/m);
    assert.match(result.stdout, /^log\.level: "debug" +--set log\.level$/m);
    assert.match(result.stdout, /^create\.score: true +default$/m);
    assert.match(result.stdout, /^models\.token: "\(secret\)"/m);
    // The password inside an address is hidden, too.
    const address = "llm: {url: 'http://user:geheim99@127.0.0.1:9/v1'}\n";
    for (const { stdout } of await all([['--json'], ['--origin'], ['llm.url'], []].map((args) => [address, ['config', 'show', ...args]]))) {
      assert.match(stdout, /user:\(secret\)@127/);
      assert.not.match(stdout, /geheim/);
    }
    const json = await at(yaml, ['config', 'show', '--json']);
    assert.not.match(`${json.stdout}${json.stderr}${result.stdout}${result.stderr}`, /geheim/);
  });

  test('show of one key is the value alone; of a section, YAML', async () => {
    const [value, section, none] = await all([
      ['create: {candidates: 3}', ['config', 'show', 'create.candidates']],
      ['paint: {steps: 3}', ['config', 'show', 'paint']],
      [undefined, ['config', 'show', 'paint.steps']],
    ]);
    assert.is(value?.stdout, '3\n');
    assert.is(section?.stdout, 'steps: 3\n');
    assert.equal([none?.code, none?.stdout], [0, '']);
    assert.match(none?.stderr ?? '', /^paint\.steps: not set/);
  });

  // [config.yaml, message]
  const wrong: [string, RegExp][] = [
    ['paint:\n  sampler: eulr\n', /ERR_CONFIG: .*config\.yaml:2: paint\.sampler: expected one of euler, .*got "eulr"/],
    ['paint:\n  scheduler: karas\n', /ERR_CONFIG: .*config\.yaml:2: paint\.scheduler: expected one of/],
    [
      'loras:\n  - path: absent.safetensors\n',
      /ERR_CONFIG: .*config\.yaml:2: loras\.0\.path: expected a file that is there, got .*loras\/absent\.safetensors/,
    ],
    ['create:\n  clip: absent\n', /ERR_CONFIG: .*config\.yaml:2: create\.clip: expected a file that is there/],
    ['models:\n  token: {env: NOT_SET_ANYWHERE}\n', /ERR_CONFIG: models\.token: expected the environment variable NOT_SET_ANYWHERE/],
    [
      'prompt:\n  only: [forest scene, forrest]\n',
      /ERR_CONFIG: .*config\.yaml:2: prompt\.only: expected one of nature landscape, .*got "forrest"/,
    ],
    [
      "prompt:\n  templates: ['{style} of {subject}', '{subjct}']\n",
      /config\.yaml:2: prompt\.template: .*got \{subjct}\. Did you mean subject\?/,
    ],
    ['prompt:\n  avoidRecnt: 3\n', /config\.yaml:2: prompt\.avoidRecnt: unknown key, did you mean avoidRecent\?/],
    ['publish:\n  times: [daily 25:00]\n', /publish\.times\.0: .*25:00/],
    ['crate: {}\n', /ERR_CONFIG: .*config\.yaml:1: crate: unknown key, did you mean create\?/],
  ];
  test('check refuses an invalid value and names its place', async () => {
    const results = await all(wrong.map(([yaml]) => [yaml, ['config', 'check']]));
    for (const [index, [yaml, says]] of wrong.entries()) {
      assert.is(results[index]?.code, 1, yaml);
      assert.match(results[index]?.stderr ?? '', says, yaml);
    }
  });

  test('check warns of a token that others can read', async () => {
    if (process.platform === 'win32') return;
    const home = homeWith('models: {token: hf_x}\n');
    chmodSync(path.join(home, 'config.yaml'), 0o644);
    assert.match((await cli(['config', 'check', '--home', home])).stderr, /can be read by other users/);
    chmodSync(path.join(home, 'config.yaml'), 0o600);
    assert.not.match((await cli(['config', 'check', '--home', home])).stderr, /other users/);
  });

  test('path and schema need no valid file; a command without settings works with a broken one', async () => {
    const results = await all([
      ['nonsense: [', ['config', 'path']],
      ['nonsense: [', ['config', 'schema']],
      ['nonsense: [', ['models', 'list']],
      ['nonsense: [', ['create', 'x']],
    ]);
    assert.equal(
      results.map(({ code }) => code),
      [0, 0, 0, 1],
    );
    assert.match(results[3]?.stderr ?? '', /ERR_CONFIG/);
  });
});

/** Every key has its effect. */
suite('bin config in use', { timeoutMs: 180_000 }, (test) => {
  interface Created {
    recipe: Record<string, unknown>;
    ledger: { candidates: unknown[]; curation: string; weights: unknown };
    [field: string]: unknown;
  }
  const createdBy = (result: CliResult | undefined): Created => {
    assert.is(result?.code, 0, result?.stderr);
    return jsonOf(result as CliResult) as unknown as Created;
  };

  test('create: paint.*, create.candidates, create.upscale, create.score, curation.weights and gallery.folder; flags win', async () => {
    const yaml = `paint: {steps: 3, width: 64, height: 64, sampler: euler, cfg: 1.5}
create: {candidates: 2, upscale: false, score: false}
curation: {weights: {technical: 3}}
gallery: {folder: my works}
`;
    const line = ['create', 'an owl', '--seed', '7', '--json'];
    const results = await all([
      [yaml, line],
      [yaml, [...line, '--steps', '2', '--candidates', '1', '--set', 'paint.sampler=euler_a']],
    ]);
    const [set, given] = [createdBy(results[0]), createdBy(results[1])];
    assert.equal(
      [set.recipe['steps'], set.recipe['width'], set.recipe['sampler'], set.recipe['cfgScale'], set['upscaled']],
      [3, 64, 'euler', 1.5, 1],
    );
    assert.equal([set.ledger.candidates.length, set.ledger.curation], [2, 'unscored']);
    assert.equal(set.ledger.weights, {
      version: 'custom',
      values: { promptAlign: 1, aesthetic: 1, styleFit: 0.5, novelty: 0.25, technical: 3 },
    });
    assert.match(String(set['path']), /\/my works\/\d{4}\/\d{2}\/\w{26}\.png$/);
    assert.equal([given.recipe['steps'], given.recipe['sampler'], given.ledger.candidates.length], [2, 'euler_a', 1]);
  });

  test('create.clip, model and loras are used; with another --model neither model, loras nor paint', async () => {
    const model = 'model: absent-model.safetensors\npaint: {steps: 3}\nloras: [{path: absent.safetensors}]\n';
    const cases: [string, string[], RegExp][] = [
      ['create: {clip: absent, candidates: 2}\n', ['create', 'x'], /ERR_MODEL_NOT_FOUND: --clip: .*absent/],
      [model, ['create', 'x'], /ERR_MODEL_NOT_FOUND: .*absent-model/],
      [model, ['create', 'x', '--model', 'other.safetensors'], /ERR_MODEL_NOT_FOUND: "other\.safetensors"/],
      ['loras: [{path: absent.safetensors}]\n', ['create', 'x', ...quick], /loras\/absent/],
      ['loras: [{path: absent.safetensors}]\n', ['generate', 'x', ...quick, '--out', 'never.png'], /loras\/absent/],
      ['model: absent-model.gguf\n', ['generate', 'x'], /ERR_MODEL_NOT_FOUND: .*absent-model/],
    ];
    const results = await all(cases.map(([yaml, args]) => [yaml, args]));
    for (const [index, [yaml, args, says]] of cases.entries())
      assert.match(results[index]?.stderr ?? '', says, `${args.join(' ')} with ${yaml}`);
  });

  test('generate: paint.*', async () => {
    const out = path.join(scratch, 'generated.png');
    const yaml = 'paint: {steps: 3, width: 64, height: 64, negative: blurry, scheduler: karras}\n';
    const result = await at(yaml, ['generate', 'x', '--seed', '1', '--out', out, '--json']);
    const { recipe } = (jsonOf(result)['images'] as { recipe: Record<string, unknown> }[])[0] ?? { recipe: {} };
    assert.equal([recipe['steps'], recipe['width'], recipe['negativePrompt'], recipe['scheduler']], [3, 64, 'blurry', 'karras']);
    assert.ok(existsSync(out));
  });

  test('models.endpoint and models.token: pull uses them', async () => {
    const [endpoint, token] = await all([
      ['models: {endpoint: "http://127.0.0.1:1", connections: 2}\n', ['models', 'pull', 'hf:a/b/c.gguf', '--attempts', '1']],
      ['models: {token: {file: absent}}\n', ['models', 'pull', 'hf:a/b/c.gguf']],
    ]);
    assert.match(endpoint?.stderr ?? '', /127\.0\.0\.1:1/);
    assert.match(token?.stderr ?? '', /models\.token: expected the file/);
  });

  test('log.level: notes are not printed at warn', async () => {
    const [info, warn] = await all([
      ['log: {level: info}\n', ['create', '--no-gallery', '--out', 'x.png', '--model', 'absent']],
      [undefined, ['config', 'path', '--set', 'log.level=warn']],
    ]);
    assert.match(info?.stderr ?? '', /subject: /);
    assert.is(warn?.stderr, '');
  });

  test('show of a key that has no value, of a section, of a key that is mistyped', async () => {
    const [unset, section, mistyped, json] = await all([
      [undefined, ['config', 'show', 'create.candidates']],
      [undefined, ['config', 'show', 'create']],
      [undefined, ['config', 'show', 'create.candidats']],
      [undefined, ['config', 'show', 'create.candidates', '--json']],
    ]);
    assert.equal([unset?.code, unset?.stdout], [0, '']);
    assert.match(unset?.stderr ?? '', /^create\.candidates: not set/);
    assert.is(section?.code, 0);
    assert.is(mistyped?.code, 1);
    assert.match(mistyped?.stderr ?? '', /ERR_NOT_FOUND: create\.candidats: no such setting\. Did you mean create\.candidates\?/);
    assert.equal(jsonOf(json as CliResult)['values'], []);
  });

  test('check reports every fault with its line: of the schema, and of files that settings name', async () => {
    const [schema, files] = await all([
      ['create:\n  candidats: 4\npaint:\n  steps: -1\n  cfg: much\nlgo: {}\n', ['config', 'check']],
      [
        'create:\n  clip: nosuch\nloras:\n  - path: a.safetensors\n  - path: b.safetensors\nllm:\n  apiKey:\n    env: NO_SUCH_KEY\n',
        ['config', 'check'],
      ],
    ]);
    assert.equal([schema?.code, files?.code], [1, 1]);
    for (const [at, what] of [
      [2, 'create\\.candidats: unknown key, did you mean candidates\\?'],
      [4, 'paint\\.steps: expected a number of at least 1, got -1'],
      [5, 'paint\\.cfg: expected a number, got "much"'],
      [6, 'lgo: unknown key, did you mean log\\?'],
    ])
      assert.match(schema?.stderr ?? '', new RegExp(`config\\.yaml:${at}: ${what}`));
    for (const what of ['create.clip', 'loras.0.path', 'loras.1.path', 'llm.apiKey'])
      assert.ok(files?.stderr.includes(what), files?.stderr);
  });

  test('a wrong --set is wrong usage, also for a command without settings; with a wrong file such commands work', async () => {
    const [unknown, value, free, broken] = await all([
      [undefined, ['config', 'show', '--set', 'nosuch=1']],
      [undefined, ['create', 'x', '--set', 'paint.steps=many']],
      [undefined, ['models', 'list', '--set', 'create.candidates']],
      ['nosuch: 1\n', ['inspect', 'absent.png']],
    ]);
    for (const result of [unknown, value, free]) assert.is(result?.code, 2, result?.stderr);
    assert.match(broken?.stderr ?? '', /ERR_READ: absent\.png/);
  });
});
