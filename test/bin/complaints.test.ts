/** Users' complaints about this program's predecessor, each as a test. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { configSchema, leaves } from '../../lib/config/index.ts';
import { readRecipe } from '../../lib/image/index.ts';
import { suite } from '../harness.ts';
import { listFiles, readText } from '../support/arrows.ts';
import { type CliResult, cliSeries, jsonOf, scratch } from './support.ts';

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));

const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[\s;{}(),])\/\/.*$/gm, '$1');

/** Source code that could read a setting: everything except the declaration of the settings. */
function readers(): string {
  const files = ['lib', 'bin'].flatMap((folder) => listFiles(root, folder, /\.ts$/));
  return files
    .filter((file) => !file.startsWith('lib/config/'))
    .map((file) => withoutComments(readText(root, file)))
    .join('\n');
}

/** Sections that are passed as a whole to a part of lib, which reads their keys. */
const handedOn: ReadonlySet<string> = new Set([
  'paint',
  'create',
  'llm',
  'log',
  'prompt',
  'prompt.museums',
  'curation',
  'curation.weights',
  'federation',
  'on',
  'provenance',
  'publish',
  'server',
]);

/**
 * Whether some code reads this key from its section: `config.log.level`, `const { level } = config.log`, or, for a section passed as a whole,
 * any property of this name.
 */
function isRead(source: string, key: string): boolean {
  const [last = '', ...above] = key.split('.').reverse();
  const section = above.reverse().join('.');
  const place = ['config', ...above].join('\\)?\\.');
  const direct = new RegExp(`\\b${place}\\)?\\??\\.${last}\\b`);
  const taken = new RegExp(`\\{[^{}=]*\\b${last}\\b[^{}=]*\\} = [^;]{0,60}\\b${place}\\b`);
  const nested = new RegExp(`config: \\{[^{}]*\\b${section}: \\{[^{}]*\\b${last}\\b`);
  if (direct.test(source) || taken.test(source) || nested.test(source)) return true;
  return handedOn.has(section) && new RegExp(`\\.${last}\\b|[{,]\\s*${last}\\s*[:,}]`).test(source);
}

/** Every key of the schema, including those without a default. */
function everyKey(): string[] {
  const known = new Set(leaves(configSchema.parse({})).map(({ path: words }) => words.join('.')));
  for (const [, key = ''] of readFileSync(path.join(root, 'docs/config.md'), 'utf8').matchAll(
    /`([a-z]\w*(?:\.\w+)+)`(?=[^|]*\|[^|]*\|[^|]*\|$)/gm,
  ))
    known.add(key);
  return [...known].sort();
}

suite('complaints about the predecessor', { timeoutMs: 120_000 }, (test) => {
  test('config blocks were never read: each key is read somewhere', () => {
    const source = readers();
    const keys = everyKey();
    assert.ok(keys.length > 40, String(keys.length));
    assert.equal(
      keys.filter((key) => !isRead(source, key)),
      [],
    );
    // Check that this test can fail: it finds a key that no code reads.
    for (const invented of ['log.zebra', 'paint.brushwood', 'curation.weights.humour', 'weather'])
      assert.not.ok(isRead(source, invented), invented);
  });

  test('schedule list was always empty; works had no seed; a batch always "succeeded"', async () => {
    const env = { AI_ARTIST_HOME: path.join(scratch, 'complaints') };
    // The word list of the second of three prompts is deleted before it is painted.
    const words = path.join(env.AI_ARTIST_HOME, 'wildcards/animal.txt');
    mkdirSync(path.dirname(words), { recursive: true });
    writeFileSync(words, 'fox\nhare\n');
    const topics = ['glossy 3d render of a red apple', 'a __animal__', 'glossy 3d render of a green pear'];
    const add = ['schedule', 'add', 'batch', '3@09:00', '--steps', '2', '--no-upscale'];
    const [refused, added] = await cliSeries(
      [
        [...add, '--topic', 'a {fox|hare'],
        [...add, ...topics.flatMap((topic) => ['--topic', topic])],
      ],
      {
        env,
      },
    );
    assert.is(refused?.code, 2);
    assert.match(refused?.stderr ?? '', /prompt: expected a } for the \{ at character 3/);
    rmSync(words);
    const [list, run, again, history] = await cliSeries(
      [
        ['schedule', 'list'],
        ['schedule', 'run-now', 'j1', '--json'],
        ['schedule', 'run-now', 'j1'],
        ['schedule', 'history', '--failed'],
      ],
      { env },
    );
    assert.is(added?.code, 0, added?.stderr);
    assert.match(list?.stdout ?? '', /^j1 +daily 09:00 /m);
    assert.is(run?.code, 1, run?.stderr);
    const record = jsonOf(run as CliResult)['run'] as {
      outcome: string;
      works: unknown;
      code: string;
      results: { path: string; seed: number }[];
    };
    assert.equal([record.outcome, record.works, record.code], ['partial', { done: 2, due: 3 }, 'ERR_INVALID_ARGUMENT']);
    assert.is(record.results.length, 2);
    for (const { path: file, seed } of record.results) {
      assert.ok(Number.isSafeInteger(seed) && seed >= 0);
      const sidecar = JSON.parse(readFileSync(file.replace(/\.png$/, '.json'), 'utf8')) as { recipe: { seed: number }; recipeHash: string };
      assert.is(sidecar.recipe.seed, seed);
      assert.match(sidecar.recipeHash, /^[0-9a-f]{64}$/);
      assert.is((await readRecipe(file))?.recipe.seed, seed);
    }
    assert.is(again?.code, 1);
    assert.match(again?.stderr ?? '', /: partial, 2 of 3 works: ERR_INVALID_ARGUMENT/);
    assert.match(history?.stdout ?? '', /partial .*2 of 3 works/);
    assert.match(history?.stderr ?? '', /success rate 0\.0 %, 4 of 6 works/);
  });
});
