import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import * as assert from 'uvu/assert';
import { withLock } from '../../lib/core/index.ts';
import { Gallery, type GalleryOptions, type RowPlace } from '../../lib/gallery/index.ts';
import { codeOf } from '../core/support.ts';
import { suite } from '../harness.ts';
import { manyWorks } from './many-works.ts';
import { file, type Place, place } from './support.ts';

const open: Gallery[] = [];

/** A gallery as a server has it. */
function serving({ home }: Pick<Place, 'home'>, options: GalleryOptions = {}): Gallery {
  const gallery = new Gallery({ home, serving: {}, onWarning: () => undefined, ...options });
  open.push(gallery);
  return gallery;
}

async function until(holds: () => Promise<boolean>, ms = 10_000): Promise<number> {
  const began = performance.now();
  while (!(await holds())) {
    if (performance.now() - began > ms) throw new Error(`not within ${ms} ms`);
    await new Promise((done) => setTimeout(done, 20));
  }
  return performance.now() - began;
}

suite('a gallery that serves', { timeoutMs: 60_000 }, (test) => {
  let here: Place;
  let gallery: Gallery;
  test.before(async () => {
    here = place();
    await manyWorks(here, 1500);
    await here.gallery.refresh();
    gallery = serving(here);
    await gallery.list({ limit: 1 });
  });
  test.after(() => Promise.all(open.map((one) => one.close())));

  test('the thread finds the same as a search on this thread, in every order', async () => {
    for (const query of ['', 'fox', 'fox -night', 'steps:>=25 rating:>=3', 'rating:none', 'size:640x512', 'style:ink', 'score:>0.5']) {
      for (const sort of ['newest', 'oldest', 'rating'] as const) {
        const expected = await here.gallery.select(query, { sort });
        assert.ok(query === 'style:ink' || expected.length > 0, query);
        assert.equal(await gallery.select(query, { sort }), expected, query);
        const page = await gallery.summaries({ query, sort, limit: 7 });
        assert.equal(
          page.works.map(({ id }) => id),
          expected.slice(0, 7),
        );
        assert.is(page.total, expected.length);
      }
    }
    assert.equal(await gallery.stats(), await here.gallery.stats());
    const newest = async (of: Gallery) => (await of.newestOf('tag')).sort((a, b) => (a.name < b.name ? -1 : 1));
    assert.equal(await newest(gallery), await newest(here.gallery));
    for (const { name, works, newest: id } of await newest(gallery)) {
      const found = await here.gallery.select(`tag:"${name}"`);
      assert.equal([found.length, found[0]], [works, id]);
    }
  });

  test('an own write is seen by the next read, one of another process within about a second', async () => {
    const mine = await file({ ...here, gallery }, 'written here');
    assert.equal(await gallery.select('"written here"'), [mine.id]);
    assert.is((await gallery.list({ limit: 1 })).works[0]?.id, mine.id);
    const other = await file({ ...here, gallery: here.again() }, 'written there', { rating: 5 });
    assert.ok((await until(async () => (await gallery.select('"written there"')).length === 1)) < 5000); // half a second on an idle machine
    await here.gallery.update(other.id, { rating: 1, tags: ['kestrel'] });
    await until(async () => (await gallery.select('tag:kestrel rating:1'))[0] === other.id);
    assert.is((await gallery.summary(other.id)).rating, 1);
    await gallery.trash(mine.id);
    assert.equal(await gallery.select('"written here"'), []);
    await gallery.trash(other.id);
  });

  test('readers need no lock: lists and searches answer while another process holds it', async () => {
    await withLock(gallery.layout.lock, { purpose: 'a test' }, async () => {
      writeFileSync(path.join(gallery.folder, '2026', '10', 'notes.txt'), 'the folder has another time now');
      for (const reader of [serving(here), here.again()]) {
        const began = performance.now();
        assert.ok((await reader.list({ query: 'fox', limit: 3 })).works.length === 3);
        assert.ok(performance.now() - began < 5000);
      }
    });
  });

  test('works of equal and differing times page in one order; nothing twice, nothing skipped while works come and go', async () => {
    for (const sort of ['newest', 'oldest', 'rating'] as const) {
      const before = await gallery.select('fox', { sort });
      const seen: string[] = [];
      let after: RowPlace | undefined;
      for (let pages = 0; ; pages++) {
        const page = await gallery.summaries({ query: 'fox', sort, limit: 60, after });
        seen.push(...page.works.map(({ id }) => id));
        after = page.next;
        if (!after) break;
        if (pages === 1) await gallery.trash(page.works.at(-1)?.id ?? ''); // the place of the cursor itself
        if (pages === 2) await file({ ...here, gallery }, 'a new fox', { rating: 3 });
      }
      assert.is(new Set(seen).size, seen.length, sort);
      assert.equal(
        before.filter((id) => !seen.includes(id)),
        [],
        sort,
      );
    }
  });

  test('no search stops the event loop; too many at once and too long ones are refused', async () => {
    const busy = serving(here, { serving: { mostSearches: 4, searchMs: 500 } });
    await until(async () => (await codeOf(busy.select('fox'))) === 'no error', 40_000); // the thread has started
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    // A long query over many works: seconds of work, since texts in numbers are looked for in the bytes.
    const long = (seed: number): string => Array.from({ length: 8000 }, (_, at) => `-seed:"w${seed}x${at}"`).join(' ');
    const codes = await Promise.all([1, 2, 3, 4, 5].map((seed) => codeOf(busy.select(long(seed)))));
    assert.equal(codes, Array(5).fill('ERR_BUSY'));
    const controller = new AbortController();
    const aborted = busy.facets(['tag'], { query: long(9), signal: controller.signal }).catch((error: unknown) => error);
    controller.abort(new Error('gone'));
    assert.is(String(await aborted), 'Error: gone');
    assert.ok((await until(async () => (await codeOf(busy.select('fox'))) === 'no error', 20_000)) < 20_000);
    delay.disable();
    assert.ok(delay.percentile(99) / 1e6 < 100, `p99 ${delay.percentile(99) / 1e6} ms`);
  });

  test('columns have one entry for each work, in order', async () => {
    const { ids, ratios, days } = await gallery.columns({ query: 'fox', sort: 'oldest' });
    const expected = await gallery.select('fox', { sort: 'oldest' });
    assert.equal(
      expected.map((_, at) => Buffer.from(ids).toString('latin1', at * 26, at * 26 + 26)),
      expected,
    );
    assert.equal([ratios.length, days.length], [expected.length, expected.length]);
    assert.ok(ratios.includes(1.25) && ratios.includes(1));
    assert.is(new Date((days[0] ?? 0) * 86_400_000).toISOString().slice(0, 4), '2026');
  });

  test('facets of a query count each value', async () => {
    const { total, facets } = await gallery.facets(['model', 'rating', 'orientation', 'tag', 'month'], { query: 'fox' });
    const sum = (counts: { works: number }[] = []): number => counts.reduce((all, { works }) => all + works, 0);
    assert.equal([sum(facets.rating), sum(facets.orientation), sum(facets.month)], [total, total, total]);
    for (const { name, works } of facets.rating ?? []) assert.is((await gallery.select(`fox rating:${name}`)).length, works, name);
    assert.is(facets.sampler, undefined);
  });

  test('equal thumbnails are made once', async () => {
    const [id = ''] = await gallery.select('fox', { sort: 'oldest' });
    const paths = await Promise.all(Array.from({ length: 20 }, () => gallery.thumbnail(id, 640, 'avif')));
    assert.is(new Set(paths).size, 1);
    assert.match(readFileSync(paths[0] ?? '').toString('latin1'), /ftypavif.*trainedAlgorithmicMedia/s);
  });
});

suite('a gallery whose index or disk is gone', { timeoutMs: 60_000 }, (test) => {
  test.after(() => Promise.all(open.map((one) => one.close())));

  for (const [name, damage] of Object.entries<(index: string) => void>({
    deleted: (index) => rmSync(index),
    truncated: (index) => writeFileSync(index, readFileSync(index).subarray(0, 5000)),
    'of a newer version': (index) => writeFileSync(index, `H\t99\t${'f'.repeat(16)}\nwho knows\n`),
  })) {
    test(`an index that is ${name} is written again while works are served; a new process reads them meanwhile`, async () => {
      const here = place();
      await manyWorks(here, 1200);
      const gallery = serving(here);
      await until(async () => (await gallery.list({ limit: 1 })).total === 1200);
      damage(gallery.layout.index);
      const fresh = serving(here);
      const [known, late] = await Promise.all([gallery.list({ limit: 1 }), fresh.list({ limit: 1 })]);
      assert.is(known.total, 1200);
      assert.ok(late.total <= 1200);
      await until(async () => (await fresh.select('')).length === 1200);
      const added = await file({ ...here, gallery }, 'one more');
      await until(async () => (await fresh.select('"one more"'))[0] === added.id);
      await until(async () => (await here.again().select('')).length === 1201);
    });
  }

  test('progress is told while an index is made', async () => {
    const here = place();
    await manyWorks(here, 1200);
    const gallery = serving(here);
    const seen: number[] = [];
    await until(async () => {
      const { indexing, works } = gallery.state();
      if (indexing) seen.push(indexing.total);
      void gallery.list({ limit: 1 });
      return works === 1200 && !indexing;
    });
    assert.ok(seen.includes(1199), String(seen));
  });

  for (const missing of ['all month folders', 'a year of two, with most works'] as const) {
    test(`a disk that is not mounted (${missing}) prunes nothing and is told`, async () => {
      const here = place();
      await manyWorks(here, 60);
      here.clock.jump(70 * 86_400_000);
      await file(here, 'a year later');
      await here.gallery.refresh();
      const years = missing === 'all month folders' ? ['2026', '2027'] : ['2026'];
      for (const year of years) renameSync(path.join(here.gallery.folder, year), path.join(here.gallery.folder, `away-${year}`));
      for (const year of years) mkdirSync(path.join(here.gallery.folder, year));
      const warnings: string[] = [];
      const options = { onWarning: (message: string) => void warnings.push(message) };
      for (const gallery of [serving(here, options), new Gallery({ home: here.home, ...options }), here.gallery]) {
        assert.is((await gallery.select('')).length, 61);
        assert.is((await gallery.list()).total, 61);
      }
      assert.match(warnings[0] ?? '', /6[01] of 61 works that the index knows are gone from the disk\. Is a disk not mounted\?/);
      for (const year of years) {
        rmSync(path.join(here.gallery.folder, year), { recursive: true });
        renameSync(path.join(here.gallery.folder, `away-${year}`), path.join(here.gallery.folder, year));
      }
      const back = await here.again().list({ limit: 100 });
      assert.equal([back.total, back.works.length], [61, 61]);
      assert.ok(readdirSync(here.gallery.folder).includes('2026'));
    });
  }
});
