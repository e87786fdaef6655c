import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { createIds, seededRandom } from '../../lib/core/index.ts';
import { facetNames, Gallery } from '../../lib/gallery/index.ts';
import { suite } from '../harness.ts';
import { file, type Place, place } from './support.ts';

/** Words that are parts of each other, of several scripts and Unicode forms, and those that queries or the index could mistake for their own. */
const words = [
  ...[
    'fox',
    'foxglove',
    'glove',
    'Owl',
    'OWLS',
    'snow',
    'a',
    'of',
    'in',
    'the',
    'ink',
    '20',
    '7.5',
    '-',
    '"',
    ':',
    '\\',
    'steps:20',
    'rating:>=4',
  ],
  ...[
    'é',
    'e\u0301',
    'straße',
    'STRASSE',
    'İstanbul',
    '狐と雪',
    '雪',
    'лиса',
    '🦊',
    '\ud83e',
    '\u00a0',
    '\u3000',
    'à',
    '\t',
    '\x1f',
    '\x01fox',
    '\x1d',
    '\x1e',
    '<b>',
    '%00',
  ],
];

type Random = () => number;
const below = (random: Random, limit: number): number => Math.floor(random() * limit);
const one = <T>(random: Random, from: readonly T[]): T => from[below(random, from.length)] as T;
const some = (random: Random, most: number): string =>
  Array.from({ length: 1 + below(random, most) }, () => one(random, words)).join(one(random, [' ', ' ', ' ', '  ', '']));

/** Adds or replaces the record of a work, as another program would. */
function write({ gallery, clock }: Place, id: string, template: object, random: Random): void {
  const numeral = (): unknown =>
    one(random, [random(), below(random, 50), below(random, 1e9), '20', '007', '1e3', '0x1f', '', 'none', some(random, 2)]);
  const record = {
    ...template,
    id,
    file: `${id}.png`,
    createdAt: new Date(clock.now()).toISOString(),
    image: { ...(template as { image: object }).image, width: one(random, [512, 640, 4096]), height: one(random, [512, 640]) },
    recipe: {
      prompt: some(random, 9),
      negativePrompt: some(random, one(random, [1, 20])),
      seed: below(random, 2 ** 32),
      steps: 1 + below(random, 50),
      cfgScale: below(random, 30) / 2,
      sampler: one(random, ['euler', 'euler_a', 'dpm++2m']),
      model: { name: one(random, ['sd15', 'SD-Turbo', 'my model']), hash: 'ab12' },
      extra: {
        style: some(random, 2),
        note: numeral(),
        serial: random() < 0.1 ? `${one(random, ['no', 'x'])}20` : random(),
        [one(random, ['a.b', 'straße', 'x y'])]: numeral(),
      },
    },
    ...(random() < 0.5 && { title: some(random, 4), altText: some(random, 4) }),
    tags: Array.from({ length: below(random, 5) }, (_, at) => `${some(random, 2)} ${at % 2}`),
    collections: random() < 0.3 ? [`${some(random, 2)} c`] : [],
    ...(random() < 0.4 && { rating: 1 + below(random, 5) }),
    ...(random() < 0.2 && { star: true }),
    ...(random() < 0.2 && { hidden: true }),
    ...(random() < 0.2 && { flag: one(random, ['pick', 'reject']) }),
    ...(random() < 0.2 && { trashedAt: new Date(clock.now()).toISOString() }),
  };
  writeFileSync(sidecarOf(gallery, id), random() < 0.02 ? '{' : JSON.stringify(record));
}

function sidecarOf(gallery: Gallery, id: string): string {
  const folder = path.join(gallery.folder, '2026', '10');
  mkdirSync(folder, { recursive: true });
  return path.join(folder, `${id}.json`);
}

function randomQuery(random: Random): string {
  const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
  const text = (): string => {
    const words = some(random, 3);
    const from = below(random, 2);
    return quoted(random() < 0.5 ? words : words.slice(from, words.length - below(random, 2)) || 'fox');
  };
  const range = (): string => one(random, ['20', '>=20', '>7.5', '<=1000', '5..8', '..31', '0.5..', '=7', '1e3', '>0.25', '007']);
  const clause = (): string =>
    one(random, [
      text,
      text,
      () =>
        `${one(random, ['prompt', 'title', 'alt', 'tag', 'collection', 'negative', 'style', 'extra.note', 'model', 'nothing', 'extra.straße'])}:${text()}`,
      () => `tag:${quoted(`${some(random, 1)} 0`)}`,
      () =>
        `${one(random, ['steps', 'cfg', 'seed', 'extra.serial', 'extra.serial', 'extra.note', 'extra.a.b', 'extra.straße', 'width', 'style', 'negative', 'hash', 'nothing'])}:${range()}`,
      () => `rating:${one(random, ['>=3', '5', 'none', '1..2'])}`,
      () =>
        one(random, [
          'is:star',
          'flag:pick',
          'flag:none',
          'hidden:true',
          'hidden:false',
          'is:unrated',
          'date:2026-10-30',
          'after:2027',
          'seed:12',
          'extra.serial:20',
          'hash:b1',
        ]),
      () => one(random, ['fox', 'o', '狐', 'ß', 'sampler:euler', 'size:640x', 'model:sd', 'a']),
      () =>
        one(random, ['sampler:=euler', 'model:"=my model"', 'is:untagged', 'is:uncollected', 'orientation:square', 'orientation:portrait']),
      () => `${one(random, ['style', 'negative', 'extra.note', 'hash', 'nothing'])}:"=${some(random, 2).replace(/["\\]/g, '\\$&')}"`,
    ])();
  return Array.from({ length: 1 + below(random, 3) }, () => (random() < 0.25 ? '-' : '') + clause()).join(' ');
}

suite('the word index of the search thread', { timeoutMs: 60_000 }, (test) => {
  const open: Gallery[] = [];
  test.after(() => Promise.all(open.map((gallery) => gallery.close())));

  /** A gallery of hostile works, which changes by steps; after each step, `queries` random queries must find what a scan of the bytes finds. */
  async function compare(seed: number, works: number, queries: number): Promise<void> {
    const random = seededRandom(seed);
    const here = place();
    const { path: _, sidecarPath: __, ...template } = await file(here, 'template');
    const next = createIds({ clock: here.clock, random });
    const ids: string[] = [];
    const serving = new Gallery({ home: here.home, serving: {}, onWarning: () => undefined });
    open.push(serving);
    for (const added of [works, 30, 0]) {
      for (let index = 0; index < added; index++) {
        here.clock.jump(1000);
        ids.push(next());
        write(here, ids.at(-1) ?? '', template, random);
      }
      if (added < works) {
        for (let index = 0; index < 20; index++) write(here, one(random, ids), template, random);
        for (let index = 0; index < 5; index++) rmSync(sidecarOf(here.gallery, one(random, ids)), { force: true });
      }
      await here.gallery.refresh();
      await serving.refresh();
      // Counting makes the word index ready, so the queries below do not scan.
      assert.equal(await serving.stats(), await here.gallery.stats());
      let found = 0;
      for (let index = 0; index < queries; index++) {
        const [query, trashed] = [randomQuery(random), random() < 0.2];
        const sort = one(random, ['newest', 'oldest', 'rating'] as const);
        const expected = await here.gallery.select(query, { sort, trashed }).catch(String);
        const actual = await serving.select(query, { sort, trashed }).catch(String);
        assert.equal(actual, expected, `seed ${seed}: ${query}`);
        if (index % 10 === 0 && Array.isArray(expected)) {
          assert.equal(await serving.facets(facetNames, { query, trashed }), await here.gallery.facets(facetNames, { query, trashed }));
          assert.equal(await serving.columns({ query, sort }), await here.gallery.columns({ query, sort }));
        }
        if (expected.length > 0) found++;
      }
      assert.ok(found > queries / 4, `${found} of ${queries} queries found something`);
    }
  }

  test('finds and counts what a scan of the bytes does: few works', () => compare(1, 60, 100));
  test('finds and counts what a scan of the bytes does: some hundred works', () => compare(2, 400, 100));
});
