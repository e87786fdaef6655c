import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import { isArtistError, seededRandom } from '../../lib/core/index.ts';
import { EmbeddingFile, SavedSearches, SimilarWorks, type Vector } from '../../lib/gallery/index.ts';
import { parseQuery } from '../../lib/gallery/search/query.ts';
import { codeOf } from '../core/support.ts';
import { suite } from '../harness.ts';
import { file, type Place, place, prompts } from './support.ts';

/** The works that the table below searches. */
async function filled(): Promise<Place> {
  const here = place();
  await file(
    here,
    'A red Fox, "in the snow"',
    { tags: ['animal', 'ink'], rating: 5, title: 'Winter' },
    { steps: 20, sampler: 'euler_a', cfgScale: 7 },
  );
  await file(
    here,
    'an owl at night',
    { tags: ['animals'], rating: 3, star: true },
    { steps: 8, sampler: 'euler', negativePrompt: 'fox', loras: [{ name: 'ink-style', weight: 0.8 }] },
  );
  await file(
    here,
    'Füchse im Schnee',
    { collections: ['winter series'], altText: 'Zwei Füchse' },
    { seed: 17, model: { name: 'SD-Turbo', hash: '00ff' } },
  );
  await file(here, 'euler was a mathematician', { licence: { id: 'CC0-1.0' } }, { steps: 30, extra: { Style: 'Cubism' } });
  return here;
}

const [fox, owl, fuchs, euler] = ['A red Fox, "in the snow"', 'an owl at night', 'Füchse im Schnee', 'euler was a mathematician'];

suite('gallery search', (test) => {
  let here: Place;
  test.before(async () => {
    here = await filled();
  });

  // [query, results, oldest first]
  const queries: [string, (string | undefined)[]][] = [
    ['', [fox, owl, fuchs, euler]],
    ['   ', [fox, owl, fuchs, euler]],
    ['fox', [fox]],
    ['FOX snow', [fox]],
    ['"red fox"', [fox]],
    ['"in the snow"', [fox]],
    [String.raw`"\"in the"`, [fox]],
    ['snow fox -red', []],
    ['-fox', [owl, fuchs, euler]],
    ['euler', [euler]],
    ['füchse', [fuchs]],
    ['FÜCHSE', [fuchs]],
    ['fu\u0308chse', [fuchs]],
    ['winter', [fox, fuchs]],
    ['sampler:=euler', [owl]],
    ['-sampler:=euler', [fox, fuchs, euler]],
    ['model:"=sd-turbo"', [fuchs]],
    ['is:untagged', [fuchs, euler]],
    ['is:uncollected tag:ink', [fox]],
    ['-is:uncollected', [fuchs]],
    ['-orientation:square', [fox, owl, fuchs, euler]],
    ['orientation:square', []],
    ['title:winter', [fox]],
    ['alt:zwei', [fuchs]],
    ['prompt:zwei', []],
    ['tag:animal', [fox]],
    ['-tag:animal', [owl, fuchs, euler]],
    ['animal', [fox, owl]],
    ['collection:"winter series"', [fuchs]],
    ['collection:winter', []],
    ['sampler:euler_a', [fox, fuchs, euler]],
    ['sampler:EULER', [fox, owl, fuchs, euler]],
    ['-sampler:euler_a', [owl]],
    ['steps:20', [fox, fuchs]],
    ['steps:2', []],
    ['steps:>20', [euler]],
    ['steps:>=20 steps:<30', [fox, fuchs]],
    ['steps:8..20', [fox, owl, fuchs]],
    ['steps:..10', [owl]],
    ['seed:7', [fox, owl, euler]],
    ['seed:17', [fuchs]],
    ['cfg:7', [fox, owl, fuchs, euler]],
    ['cfgScale:7', [fox, owl, fuchs, euler]],
    ['negative:fox', [owl]],
    ['lora:ink', [owl]],
    ['lora.weight:>0.5', [owl]],
    ['model:turbo', [fuchs]],
    ['model.hash:00ff', [fuchs]],
    ['extra.style:cubism', [euler]],
    ['size:8x6', [fox, owl, fuchs, euler]],
    ['licence:cc0', [euler]],
    ['nosuchfield:x', []],
    ['rating:5', [fox]],
    ['rating:>=3', [fox, owl]],
    ['rating:none', [fuchs, euler]],
    ['-rating:none', [fox, owl]],
    ['is:star', [owl]],
    ['is:star rating:3 owl steps:8', [owl]],
    ['date:2026-10-30', [fox, owl, fuchs, euler]],
    ['date:2026', [fox, owl, fuchs, euler]],
    ['date:2025', []],
    ['before:2026-10', []],
    ['after:2026-10-29', [fox, owl, fuchs, euler]],
    ['date:2026-09..2026-11', [fox, owl, fuchs, euler]],
    ['date:2026-11..', []],
    ['prompt', []],
    ['\u001f', [fox, owl, fuchs, euler]],
  ];
  for (const [query, expected] of queries) {
    test(`${JSON.stringify(query)} finds ${expected.length}`, async () => {
      assert.equal(prompts((await here.gallery.list({ query, sort: 'oldest' })).works), expected);
    });
  }

  const wrong: [string, RegExp][] = [
    ['"fox', /closing quotation mark/],
    ['rating:many', /rating: expected a number 1\.\.5, a range such as >=4, or none, got "many"/],
    ['is:good', /is: expected star, unrated, picked, rejected, hidden, untagged or uncollected, got "good"/],
    ['flag:maybe', /flag: expected pick, reject or none, got "maybe"/],
    ['hidden:yes', /hidden: expected true or false, got "yes"/],
    ['date:yesterday', /date: expected 2026, 2026-11/],
    ['date:2026-13', /date: expected/],
    ['date:2026-02-30', /date: expected/],
    ['before:x', /before: expected/],
  ];
  for (const [query, says] of wrong) {
    test(`refuses ${JSON.stringify(query)}`, () => {
      try {
        parseQuery(query);
        assert.unreachable();
      } catch (error) {
        assert.ok(isArtistError(error, 'ERR_INVALID_ARGUMENT'), String(error));
        assert.match(error.message, says);
      }
    });
  }

  test('one pass over many works finds the same as checking each of them', async () => {
    const many = place();
    const random = seededRandom(5);
    const words = ['fox', 'owl', 'snow', 'night', 'ink', 'foxglove'];
    // More works than the threshold for searching all bytes at once; sidecars are written directly, to be fast.
    const first = await file(many, 'template');
    const text = readFileSync(first.sidecarPath, 'utf8');
    const made: { id: string; prompt: string; steps: number }[] = [];
    for (let index = 0; index < 2300; index++) {
      const id = `${first.id.slice(0, 20)}${String(index).padStart(6, '0')}`;
      const prompt = [0, 1, 2].map(() => words[Math.floor(random() * words.length)]).join(' ');
      const steps = Math.floor(random() * 50) + 1;
      made.push({ id, prompt, steps });
      writeFileSync(
        first.sidecarPath.replace(first.id, id),
        text.replaceAll(first.id, id).replace('template', prompt).replace('"steps": 20', `"steps": ${steps}`),
      );
    }
    const found = async (query: string): Promise<string[]> => [...(await many.gallery.select(query, { sort: 'oldest' }))];
    const expected = (matches: (work: { prompt: string; steps: number }) => boolean): string[] =>
      made
        .filter(matches)
        .map(({ id }) => id)
        .sort();
    assert.equal(
      await found('fox'),
      expected(({ prompt }) => prompt.includes('fox')),
    );
    assert.equal(
      await found('fox -foxglove'),
      expected(({ prompt }) => prompt.includes('fox') && !prompt.includes('foxglove')),
    );
    assert.equal(
      await found('steps:>=25 "owl snow"'),
      expected(({ prompt, steps }) => steps >= 25 && prompt.includes('owl snow')),
    );
    assert.equal(
      await found('-steps:>=25 seed:7 -template'),
      expected(({ steps }) => steps < 25),
    );
  });

  test('saved searches: kept, used by name, replaced, removed; no endless recursion', async () => {
    const searches = new SavedSearches(here.gallery.folder);
    await searches.save('best', 'rating:>=3');
    await searches.save('best-foxes', '@best fox');
    assert.is(await searches.expand('@best-foxes -draft'), 'rating:>=3 fox -draft');
    assert.equal(prompts((await here.gallery.list({ query: await searches.expand('@best-foxes') })).works), [fox]);
    assert.equal(await new SavedSearches(here.gallery.folder).all(), { best: 'rating:>=3', 'best-foxes': '@best fox' });
    assert.match(await searches.save('best', '@best-foxes').then(String, String), /does not contain itself/);
    assert.is(await codeOf(searches.save('a b', 'x')), 'ERR_INVALID_ARGUMENT');
    assert.is(await codeOf(searches.save('x', 'rating:many')), 'ERR_INVALID_ARGUMENT');
    assert.match(await searches.expand('@bst').then(String, String), /no saved search of that name, did you mean @best\?/);
    await searches.remove('best-foxes');
    assert.is(await codeOf(searches.remove('best-foxes')), 'ERR_NOT_FOUND');
  });

  test('stats count the works', async () => {
    const stats = await here.gallery.stats();
    assert.equal([stats.works, stats.starred, stats.trashed, stats.damaged], [4, 1, 0, 0]);
    assert.equal(stats.ratings, [2, 0, 0, 1, 0, 1]);
    assert.is(stats.meanRating, 4);
    assert.equal(stats.months, [{ name: '2026-10', works: 4 }]);
    assert.equal(stats.models, [
      { name: 'bundled', works: 3 },
      { name: 'sd-turbo', works: 1 },
    ]);
    assert.equal(
      stats.tags.map(({ name }) => name),
      ['animal', 'animals', 'ink'],
    );
    assert.equal(stats.collections, [{ name: 'winter series', works: 1 }]);
    assert.equal(stats.sizes, [{ name: '8x6', works: 4 }]);
  });
});

/** A vector that points mostly along one axis. */
const along = (axis: number, noise = 0): Vector => Float32Array.from({ length: 8 }, (_, index) => (index === axis ? 1 : noise));

suite('gallery likeness', (test) => {
  test('works are embedded once; results are nearest first, within those that a query finds', async () => {
    const here = place();
    const [a, b, c] = [await file(here, 'a fox'), await file(here, 'an owl'), await file(here, 'a fox and an owl')];
    const vectors = new Map([
      [a.path, along(0)],
      [b.path, along(1)],
      [c.path, along(0, 0.4)],
    ]);
    const asked: string[] = [];
    const embedder = {
      model: 'test',
      dimensions: 8,
      embed: async (path: string): Promise<Vector> => {
        asked.push(path);
        return vectors.get(path) ?? along(7);
      },
    };
    const works = new SimilarWorks(here.gallery, embedder);
    assert.equal(await works.embedMissing(), { embedded: 3, failed: [] });
    assert.equal(asked, [c.path, b.path, a.path]);
    const later = new SimilarWorks(here.again(), embedder);
    assert.equal(await later.embedMissing(), { embedded: 0, failed: [] });
    const found = await later.nearest(along(0));
    assert.equal(
      found.map(({ work }) => work.id),
      [a.id, c.id, b.id],
    );
    assert.ok(Math.abs((found[0]?.similarity ?? 0) - 1) < 0.005);
    const exact = 1 / Math.sqrt(1 + 7 * 0.16);
    assert.ok(Math.abs((found[1]?.similarity ?? 0) - exact) < 0.005, String(found[1]?.similarity));
    assert.equal(
      (await later.nearest(along(0), { query: 'owl', limit: 1 })).map(({ work }) => work.id),
      [c.id],
    );
    await here.gallery.trash(a.id);
    assert.equal(
      (await later.nearest(along(0), { limit: 1 })).map(({ work }) => work.id),
      [c.id],
    );
    assert.is(await later.vectorOf('01ARZ3NDEKTSV4RRFFQ69G5FAV'), undefined);
  });

  test('a work without its picture is reported and stops nothing; vectors of another model are not mixed in', async () => {
    const here = place();
    const [gone, kept] = [await file(here, 'a fox'), await file(here, 'an owl')];
    rmSync(gone.path);
    const embed = async (path: string): Promise<Vector> => {
      readFileSync(path); // ENOENT is no ArtistError: a real embedder reports ERR_READ
      return along(2);
    };
    const { ArtistError } = await import('../../lib/core/index.ts');
    const embedder = {
      model: 'one',
      dimensions: 8,
      embed: (path: string) =>
        embed(path).catch((cause: unknown) => Promise.reject(new ArtistError('ERR_READ', `${path}: gone`, { cause }))),
    };
    const works = new SimilarWorks(here.gallery, embedder);
    const { embedded, failed } = await works.embedMissing();
    assert.is(embedded, 1);
    assert.equal(
      failed.map(({ id }) => id),
      [gone.id],
    );
    assert.equal(
      (await works.nearest(along(2))).map(({ work }) => work.id),
      [kept.id],
    );
    assert.equal(await new SimilarWorks(here.gallery, { ...embedder, model: 'two' }).nearest(along(2)), []);
  });

  test('the vector file: a partial row is cut off; another length or a foreign file counts as empty', async () => {
    const { home } = place();
    const path = `${home}/v.bin`;
    const id = (last: string): string => `01ARZ3NDEKTSV4RRFFQ69G5FA${last}`;
    const open = async (dimensions = 8): Promise<EmbeddingFile> => {
      const file = new EmbeddingFile(path, dimensions);
      await file.refresh();
      return file;
    };
    await (await open()).append([
      { id: id('V'), vector: along(1) },
      { id: id('W'), vector: along(2) },
    ]);
    const whole = readFileSync(path);
    writeFileSync(path, whole.subarray(0, whole.length - 5));
    const torn = await open();
    assert.equal([torn.has(id('V')), torn.has(id('W')), torn.size], [true, false, 1]);
    await torn.append([{ id: id('W'), vector: along(3) }]);
    assert.is((await open()).nearest(along(3), 1)[0]?.id, id('W'));
    assert.is((await open(16)).size, 0);
    writeFileSync(path, 'something else that is longer than the header of such a file, and then some more of it');
    assert.is((await open()).size, 0);
    await (await open()).append([{ id: id('V'), vector: along(1) }]);
    assert.is((await open()).size, 1);
    for (const vector of [along(0).subarray(1), new Float32Array(8), Float32Array.from(along(0), () => Number.NaN)])
      assert.is(await codeOf((await open()).append([{ id: id('X'), vector }])), 'ERR_INVALID_ARGUMENT');
  });
});

suite('marks of a review', (test) => {
  const here = place();

  test('flag, hidden and unrated: by query, without a hidden work, and after the index was made again', async () => {
    const good = await file(here, 'good', { flag: 'pick', rating: 4 });
    const bad = await file(here, 'bad', { flag: 'reject', rating: 4, star: true });
    const secret = await file(here, 'secret', { hidden: true, flag: 'pick', note: 'for nobody' });
    const left = await file(here, 'left');
    const cases: [string, string[]][] = [
      ['flag:pick', ['good', 'secret']],
      ['flag:reject', ['bad']],
      ['flag:none', ['left']],
      ['-flag:none', ['good', 'bad', 'secret']],
      ['-flag:pick', ['bad', 'left']],
      ['is:picked hidden:true', ['secret']],
      ['hidden:false', ['good', 'bad', 'left']],
      ['-hidden:false', ['secret']],
      ['is:rejected is:star rating:4', ['bad']],
      ['is:unrated', ['secret', 'left']],
      ['nobody', []],
    ];
    for (const gallery of [here.gallery, here.again()])
      for (const [query, expected] of cases) assert.equal(prompts((await gallery.list({ query, sort: 'oldest' })).works), expected, query);
    await here.gallery.rebuild();
    for (const [query, expected] of cases)
      assert.equal(prompts((await here.gallery.list({ query, sort: 'oldest' })).works), expected, query);
    const open = await here.gallery.list({ hidden: false, sort: 'oldest' });
    assert.equal([open.total, ...prompts(open.works)], [3, 'good', 'bad', 'left']);
    assert.equal(await here.gallery.select('flag:pick', { hidden: false }), [good.id]);
    assert.equal(
      [good, bad, secret, left].map(({ id }) => here.gallery.isPublic(id)),
      [true, true, false, true],
    );
    await here.gallery.trash(left.id);
    assert.not(here.gallery.isPublic(left.id));
    await here.gallery.update(secret.id, { hidden: null, flag: null });
    assert.ok(here.gallery.isPublic(secret.id));
    assert.equal(await here.gallery.select('flag:pick'), [good.id]);
  });
});
