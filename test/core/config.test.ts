import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import * as assert from 'uvu/assert';
import {
  type Config,
  configJsonSchema,
  configPath,
  configSchema,
  configTemplate,
  type LoadedConfig,
  leaves,
  loadConfig,
  readSecret,
  redactedConfig,
} from '../../lib/config/index.ts';
import { isArtistError } from '../../lib/core/index.ts';
import { termNames } from '../../lib/curation/index.ts';
import { weightFields } from '../../lib/curation/terms.ts';
import { suite } from '../harness.ts';
import { codeOf, scratch } from './support.ts';

let count = 0;

function homeWith(yaml?: string): string {
  const home = path.join(scratch, `home ${++count}`);
  mkdirSync(home);
  if (yaml !== undefined) writeFileSync(path.join(home, 'config.yaml'), yaml);
  return home;
}

const load = (yaml?: string, environment: NodeJS.ProcessEnv = {}, set: string[] = []): Promise<LoadedConfig> =>
  loadConfig({ home: homeWith(yaml), environment, set });

async function failure(loading: Promise<unknown>): Promise<string> {
  return loading.then(
    () => 'no error',
    (error: unknown) => (isArtistError(error) ? `${error.code}: ${error.message.replace(/^.*home \d+\//, '')}` : String(error)),
  );
}

suite('core config', (test) => {
  test('nothing said: the defaults, and no file', async () => {
    const { config, fileExists, origins } = await load();
    assert.equal(config, configSchema.parse({}));
    assert.is(fileExists, false);
    assert.equal([config.create.candidates, config.create.score], [undefined, true]);
    assert.equal([...new Set([...origins.values()].map(({ from }) => from))], ['default']);
  });

  test('file, environment and --set: the later one wins, and each value knows its origin', async () => {
    const yaml = 'model: sd-turbo\ncreate:\n  candidates: 2\n  upscale: false\npaint:\n  steps: 20\n  cfg: 5\n';
    const environment = { AI_ARTIST__PAINT__STEPS: '30', AI_ARTIST__CREATE__CANDIDATES: '3', AI_ARTIST_HOME: '/x', OTHER: '1' };
    const { config, origins, file } = await load(yaml, environment, ['create.candidates=4']);
    assert.equal(
      [config.model, config.create.candidates, config.create.upscale, config.paint],
      ['sd-turbo', 4, false, { steps: 30, cfgScale: 5 }],
    );
    const from = (key: string) => origins.get(key);
    assert.equal(from('model'), { from: 'file', place: `${file}:1` });
    assert.equal(from('create.upscale'), { from: 'file', place: `${file}:4` });
    assert.equal(from('paint.steps'), { from: 'environment', place: 'AI_ARTIST__PAINT__STEPS' });
    assert.equal(from('create.candidates'), { from: 'set', place: '--set create.candidates' });
    assert.equal(from('log.level'), { from: 'default', place: '' });
  });

  test('keys by the names they had before: file, variable and --set; an error names what was written', async () => {
    const renamed = { cfgScale: 5, negativePrompt: 'blur' };
    const fromFile = await load('paint:\n  cfg: 5\n  negative: blur\n');
    assert.equal(fromFile.config.paint, renamed);
    assert.equal(fromFile.origins.get('paint.cfgScale'), { from: 'file', place: `${fromFile.file}:2` });
    assert.equal((await load(undefined, { AI_ARTIST__PAINT__CFG: '5', AI_ARTIST__PAINT__NEGATIVE: 'blur' })).config.paint, renamed);
    assert.equal((await load(undefined, {}, ['paint.cfg=5', 'paint.negative=blur'])).config.paint, renamed);
    assert.equal((await load('paint:\n  cfg: 5\n', {}, ['paint.cfgScale=6'])).config.paint, { cfgScale: 6 });
    assert.is(
      await failure(load('paint:\n  steps: 3\n  cfg: 101\n')),
      'ERR_CONFIG: config.yaml:3: paint.cfg: expected a number of at most 100, got 101',
    );
    assert.is(
      await failure(load('paint:\n  cfg: 5\n  cfgScale: 6\n')),
      'ERR_CONFIG: config.yaml:2: paint.cfg: unknown key, did you mean cfgScale?',
    );
  });

  // [text of a variable, key, value]: text where the key takes text, else what YAML says
  const values: [string, string, unknown][] = [
    ['AI_ARTIST__MODEL', '123', '123'],
    ['AI_ARTIST__MODEL', 'true', 'true'],
    ['AI_ARTIST__CREATE__SCORE', 'false', false],
    ['AI_ARTIST__CREATE__CANDIDATES', 'auto', 'auto'],
    ['AI_ARTIST__CURATION__WEIGHTS__PROMPT_ALIGN', '2.5', 2.5],
    ['AI_ARTIST__CURATION__WEIGHTS__PROMPTALIGN', '2.5', 2.5],
    ['AI_ARTIST__LORAS', '[{path: a.safetensors, weight: 0.5}]', [{ path: 'a.safetensors', weight: 0.5 }]],
    ['AI_ARTIST__MODELS__TOKEN', 'hf_x', 'hf_x'],
    ['AI_ARTIST__MODELS__TOKEN', '{env: HF}', { env: 'HF' }],
    ['AI_ARTIST__PAINT', '{steps: 9}', { steps: 9 }],
  ];
  for (const [name, text, expected] of values) {
    test(`${name}=${text}`, async () => {
      const { config } = await load(undefined, { [name]: text });
      const words = name
        .split('__')
        .slice(1)
        .map((word) => word.toLowerCase().replaceAll('_', ''));
      const value = words.reduce<unknown>(
        (inner, word) => Object.entries(inner as object).find(([key]) => key.toLowerCase() === word)?.[1],
        config,
      );
      assert.equal(value, expected);
    });
  }

  // [file, environment, --set, message]
  const wrong: [string | undefined, Record<string, string>, string[], RegExp][] = [
    ['create:\n  candidats: 4\n', {}, [], /^ERR_CONFIG: config\.yaml:2: create\.candidats: unknown key, did you mean candidates\?$/],
    ['creates: {}\n', {}, [], /^ERR_CONFIG: config\.yaml:1: creates: unknown key, did you mean create\?$/],
    ['model: sd\n\npaint:\n  steps: 0\n', {}, [], /^ERR_CONFIG: config\.yaml:4: paint\.steps: expected a number of at least 1, got 0$/],
    ['create:\n  candidates: many\n', {}, [], /^ERR_CONFIG: config\.yaml:2: create\.candidates: expected auto or an integer 1\.\.64/],
    ['paint: [1]\n', {}, [], /config\.yaml:1: paint: expected an object, got an array of 1/],
    ['loras:\n  - path: a\n  - wight: 1\n', {}, [], /config\.yaml:3: loras\.1\.\w+: /],
    ['- a\n', {}, [], /config\.yaml:1: expected sections with keys, got a list/],
    ['model: a\nmodel: b\n', {}, [], /ERR_CONFIG: config\.yaml:2: expected YAML, got Map keys must be unique/],
    ['paint: {steps: [\n', {}, [], /ERR_CONFIG: config\.yaml:\d: expected YAML/],
    [
      undefined,
      { AI_ARTIST__CREATE__CANDIDATS: '4' },
      [],
      /^ERR_CONFIG: AI_ARTIST__CREATE__CANDIDATS: create\.CANDIDATS: unknown key, did you mean candidates\?$/,
    ],
    [undefined, { AI_ARTIST__PAINT__STEPS: 'x' }, [], /^ERR_CONFIG: AI_ARTIST__PAINT__STEPS: paint\.steps: expected a number, got "x"$/],
    [undefined, { AI_ARTIST__MODEL__NAME: 'x' }, [], /model\.NAME: unknown key: model is no section/],
    [undefined, {}, ['paint.step=4'], /^ERR_CONFIG: --set paint\.step: paint\.step: unknown key, did you mean steps\?$/],
    [undefined, {}, ['paint.steps'], /^ERR_INVALID_ARGUMENT: --set: expected KEY=VALUE/],
    [
      'paint: {steps: 5}\n',
      {},
      ['paint.steps=-1'],
      /^ERR_CONFIG: --set paint\.steps: paint\.steps: expected a number of at least 1, got -1$/,
    ],
  ];
  for (const [yaml, environment, set, says] of wrong) {
    test(`refused: ${JSON.stringify(yaml ?? { ...environment, set })}`, async () => {
      assert.match(await failure(load(yaml, environment, set)), says);
    });
  }

  test('a wrong secret is not repeated in its error', async () => {
    const message = await failure(load('models:\n  token: {token: hf_geheim}\n'));
    assert.match(message, /config\.yaml:2: models\.token.*: expected a text, \{env: NAME\} or \{file: PATH\}/);
    assert.not.match(message, /geheim/);
  });

  test('secrets: as they are, from a variable, from a file; what is missing is told', async () => {
    const home = homeWith();
    writeFileSync(path.join(home, 'token'), 'hf_file\n');
    writeFileSync(path.join(home, 'empty'), '\n');
    const read = (secret: NonNullable<Config['models']['token']>) =>
      readSecret(secret, 'models.token', { home, environment: { HF: 'hf_env' } });
    assert.equal([await read('hf_text'), await read({ env: 'HF' }), await read({ file: 'token' })], ['hf_text', 'hf_env', 'hf_file']);
    assert.match(await failure(read({ env: 'NONE' })), /ERR_CONFIG: models\.token: expected the environment variable NONE/);
    assert.match(await failure(read({ file: 'absent' })), /absent, got ENOENT/);
    assert.match(await failure(read({ file: 'empty' })), /got an empty file/);
  });

  const hostile: [string, string][] = [
    ['50,000 brackets', '['.repeat(50_000)],
    ['braces', '{a: '.repeat(1000)],
    ['lists in lists on a line', `model: \n  ${'- '.repeat(2000)}x`],
    ['explicit keys', '? '.repeat(2000)],
    ['brackets over many lines', '[\n'.repeat(5000)],
    [
      'aliases of aliases',
      `a: &a [x, x]\n${'bcdefghij'.replaceAll(/./g, (name) => `${name}: &${name} [${Array(9).fill(`*${String.fromCharCode(name.charCodeAt(0) - 1)}`)}]\n`)}`,
    ],
    ['sections in sections', Array.from({ length: 900 }, (_, at) => `${' '.repeat(at)}a:`).join('\n')],
    ['two megabytes', `# ${'x'.repeat(2_000_000)}`],
    ['nine megabytes', `# ${'x'.repeat(9_000_000)}`],
  ];
  for (const [what, yaml] of hostile)
    test(`${what}: ERR_CONFIG in no time, again and again`, async () => {
      for (let time = 0; time < 3; time++) assert.is(await codeOf(load(yaml)), 'ERR_CONFIG');
      if (yaml.length < 100_000) assert.is(await codeOf(load(undefined, {}, [`prompt.topics=[${yaml}`])), 'ERR_CONFIG');
    });

  test('shown settings hold no secret, but say where one is kept', async () => {
    const shown = async (token: string): Promise<unknown> =>
      (redactedConfig((await load(`models: {token: ${token}}\n`)).config)['models'] as { token: unknown }).token;
    assert.is(await shown('hf_geheim'), '(secret)');
    assert.equal(await shown('{env: HF}'), { env: 'HF' });
  });

  test('paths: of the user, absolute, or relative to a folder', () => {
    assert.is(configPath('~/a', '/b'), path.join(homedir(), 'a'));
    assert.is(configPath('/a', '/b'), '/a');
    assert.is(configPath('a', '/b'), path.resolve('/b', 'a'));
  });

  test('the template sets nothing, and has every key; each line of it is valid when the # is taken away', async () => {
    const template = configTemplate('./config.schema.json');
    assert.equal((await load(template)).config, configSchema.parse({}));
    const schema = JSON.stringify(configJsonSchema());
    for (const { path: key } of leaves(configSchema.parse({}))) assert.match(template, new RegExp(`# ${key.at(-1)}:`));
    const filled = template.replace(/^( *)# (\w+: \S)/gm, '$1$2').replace('"my-style', '"x');
    const { config, origins } = await load(filled);
    assert.is(config.model, 'sd-turbo');
    assert.is(origins.get('create.score')?.from, 'file');
    assert.match(schema, /"candidates"/);
  });

  test('the JSON Schema knows every key and refuses others', async () => {
    const schema = configJsonSchema() as {
      additionalProperties: boolean;
      required?: string[];
      properties: Record<string, { properties?: object }>;
    };
    assert.is(schema.additionalProperties, false);
    assert.is(schema.required, undefined);
    assert.equal(
      Object.keys(schema.properties),
      Object.keys(configSchema.parse({ model: 'a' })).length > 0 ? Object.keys(configSchema.shape) : [],
    );
  });

  test('the weights are those of the curation', () => {
    assert.equal(Object.keys(configSchema.parse({}).curation.weights), [...termNames]);
    assert.equal(configSchema.parse({}).curation.weights, weightFields.parse({}));
  });

  test('docs/config.md has every key', () => {
    const page = readFileSync(path.resolve(import.meta.dirname, '../../docs/config.md'), 'utf8');
    const keys = leaves(
      configSchema.parse({
        model: 'a',
        paint: { width: 1, height: 1, steps: 1, sampler: 'euler', scheduler: 'karras', cfgScale: 1, negativePrompt: '' },
        create: { upscale: true, clip: 'a' },
        models: { endpoint: 'https://a.b', token: 'a' },
      }),
    );
    assert.equal(
      keys.map(({ path: key }) => key.join('.')).filter((key) => !page.includes(`\`${key}\``)),
      [],
    );
  });
});
