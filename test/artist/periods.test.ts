import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as assert from 'uvu/assert';
import type { EmbeddedWork } from '../../lib/artist/measure/embedded-works.ts';
import { type Period, readClaim } from '../../lib/artist/periods/period.ts';
import { retrospect, ruleThatHolds } from '../../lib/artist/periods/retrospective.ts';
import { type Series, seriesWork } from '../../lib/artist/periods/series.ts';
import { PeriodStore } from '../../lib/artist/periods/store.ts';
import { VirtualClock } from '../../lib/core/index.ts';
import type { Artwork } from '../../lib/gallery/index.ts';
import { createArtist } from '../../lib/index.ts';
import { suite } from '../harness.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'ai-artist periods 🌒-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
let homes = 0;
function newHome(): string {
  const home = path.join(scratch, `home ${homes++}`);
  mkdirSync(home, { recursive: true });
  writeFileSync(path.join(home, 'config.yaml'), 'paint: {steps: 1, width: 64, height: 64}\ncreate: {upscale: false}\n');
  return home;
}
const { signal } = new AbortController();
const start = Date.parse('2027-01-01T00:00:00Z');
const day = 86_400_000;

/** Works whose embeddings are at these angles on a circle. */
function worksAt(...angles: number[]): EmbeddedWork[] {
  return angles.map((angle, index) => ({
    embedding: Float32Array.of(Math.cos(angle), Math.sin(angle)) as EmbeddedWork['embedding'],
    work: {
      id: `0${index}`,
      derivation: { subject: `a ${index}`, style: index % 2 ? 'b' : 'a' },
      ...(index > 1 && { rating: index }),
    } as unknown as Artwork,
  }));
}

suite('artist periods', { timeoutMs: 240_000 }, (test) => {
  test('one is open at a time; others wait for a time, or for the end of another', async () => {
    const clock = new VirtualClock(start);
    const store = new PeriodStore({ home: newHome(), clock });
    const first = await store.start({ name: 'first' });
    assert.is(first.startedAt, start);
    assert.is((await store.start({ name: 'x' }).catch((error) => error)).code, 'ERR_INVALID_ARGUMENT');
    const second = await store.start({ name: 'second', starts: { after: 'FIRST' } });
    const third = await store.start({ name: 'third', starts: { at: start + 2 * day } });
    assert.equal([second.id, second.startedAt, second.starts, third.startedAt], ['p2', undefined, { after: 'p1' }, undefined]);
    await clock.advance(day);
    await store.end('p1', 'by hand', {});
    assert.is((await store.current())?.id, 'p2');
    await store.end('p2', 'by hand', {});
    assert.is(await store.current(), undefined);
    await clock.advance(day);
    const third2 = await store.current();
    assert.equal([third2?.id, third2?.startedAt], ['p3', start + 2 * day]);
    const planned = await store.start({ name: 'never', starts: { after: 'p3' } });
    await store.end(planned.id, 'by hand', {});
    assert.equal(
      (await store.list()).map(({ id }) => id),
      ['p1', 'p2', 'p3'],
    );
    assert.match((await store.find('p9').catch((error) => error)).message, /no such period\. There: p1 \(first\)/);
  });

  test('end rules: works, date, novelty and consistency over a window', async () => {
    const close = worksAt(0, 0.01, 0.02, 0.03);
    const wide = worksAt(0, 1.5, 3, 4.5);
    const check = (ends: Period['ends'], works: EmbeddedWork[], now = start) =>
      ruleThatHolds(ends, {
        now,
        works: works.map(({ work }) => work),
        embed: async (some) => ({ works: works.slice(0, some.length), scorer: 'clip' }),
      });
    assert.is(await check([{ works: 5 }], close), undefined);
    assert.is(await check([{ works: 4 }], close), '4 works');
    assert.is(await check([{ at: start + 1 }], close), undefined);
    assert.is(await check([{ at: start }], close), 'until 2027-01-01T00:00:00.000Z');
    assert.match((await check([{ noveltyBelow: 0.1, window: 4 }], close)) ?? '', /^novelty of the last 4 works below 0\.1: 0\.00/);
    assert.is(await check([{ noveltyBelow: 0.1, window: 4 }], wide), undefined);
    assert.is(await check([{ noveltyBelow: 0.1, window: 5 }], close), undefined, 'too few works');
    assert.match(
      (await check([{ works: 9 }, { consistencyAbove: 0.9, window: 3 }], close)) ?? '',
      /^consistency of the last 3 works above 0\.9: 0\.99/,
    );
    assert.is(await check([{ consistencyAbove: 0.9, window: 3 }], wide), undefined);
  });

  test('a retrospective: the measurements, and whether the claim held with its whole interval', () => {
    const period = (claim: string): Period => ({
      id: 'p1',
      name: 'x',
      ends: [],
      topics: [],
      styles: [],
      loras: [],
      startedAt: start,
      hypothesis: { text: 'x', claim: readClaim(claim) },
    });
    const works = worksAt(0, 0.01, 0.02, 0.03, 0.04);
    const held = (claim: string, some = works) => retrospect(period(claim), { works: some, scorer: 'clip', now: start + day }).claim?.held;
    assert.equal(
      ['consistency > 0.9', 'consistency < 0.9', 'novelty below 0.1', 'vendi > 1.2', 'rating > 2.5', 'rating > 1', 'score > 0'].map(
        (claim) => held(claim),
      ),
      ['yes', 'no', 'yes', 'no', 'open', 'yes', 'open'],
    );
    const { facts, best, favourites, from } = retrospect(period('rating > 1'), { works, scorer: 'clip', now: start });
    assert.equal([facts.works, facts.rating?.mean, facts.score, facts.styles[0]], [5, 3, undefined, { name: 'a', works: 3, share: 0.6 }]);
    assert.equal([best[0]?.id, favourites, from], ['04', [], '2027-01-01T00:00:00.000Z']);
    assert.is(held('consistency > 0.9', works.slice(0, 2)), 'open');
    assert.throws(() => readClaim('beauty > 3'), /claim: expected one of consistency, novelty/);
  });

  test('works use the period, belong to it, and end it with its retrospective; the next begins', async () => {
    const home = newHome();
    await using artist = await createArtist({ home });
    const { store } = artist.periods;
    await store.start({
      name: 'ink woods',
      topics: ['forest scene'],
      styles: [{ name: 'black ink drawing' }],
      ends: [{ works: 3 }],
      hypothesis: { text: 'Ink holds together', claim: readClaim('consistency > -1') },
    });
    await store.start({ name: 'then', starts: { after: 'p1' } });
    const given = await artist.create({ prompt: 'a fox' });
    assert.not.ok('period' in given.derivation && given.derivation['period']);
    const works = [await artist.create(), await artist.create(), await artist.create()];
    for (const { work } of works) {
      const { period, topic, style } = work?.derivation ?? {};
      assert.equal([period, topic, style], ['p1', 'forest scene', 'black ink drawing']);
    }
    const ended = await store.find('p1');
    assert.is(ended.endedBy, '3 works');
    const retrospective = ended.retrospective as unknown as ReturnType<typeof retrospect>;
    assert.equal([retrospective.facts.works, retrospective.claim?.held], [3, 'yes']);
    assert.equal(await artist.periods.retrospective('p1', signal), retrospective);
    assert.is((await store.current())?.name, 'then');
    assert.is((await artist.create()).work?.derivation?.['period'], 'p2');
  });

  test('a series: subjects and styles vary in turn; it continues where it stopped, and fills its gaps', async () => {
    const base: Series = {
      id: 's1',
      name: 'x',
      works: 6,
      subjects: ['a fox', 'an owl'],
      styles: ['x', 'y'],
      createdAt: start,
      ended: false,
    };
    assert.equal(
      [0, 1, 2, 3, 4].map((index) => Object.values(seriesWork(base, index)).slice(0, 2).join()),
      ['a fox,x', 'an owl,x', 'a fox,y', 'an owl,y', 'a fox,x'],
    );
    assert.equal(
      [0, 1, 2].map((index) => seriesWork({ ...base, subjects: ['a fox'], seed: 7 }, index)),
      ['x', 'y', 'x'].map((style) => ({ subject: 'a fox', style, seed: 7 })),
    );
    assert.not.equal(seriesWork(base, 0).seed, seriesWork(base, 1).seed);
    assert.equal(Object.keys(seriesWork({ ...base, subjects: [], styles: [] }, 0)), ['seed']);
    await using artist = await createArtist({ home: newHome() });
    await artist.series.start({ name: 'owls', works: 3, subjects: ['an owl'], styles: ['black ink drawing', 'retro cartoon'] });
    for (const count of [-1, 0, 1.5, Number.NaN])
      assert.match(await artist.series.paint('owls', { count }).then(String, String), /count: expected an integer of at least 1, got /);
    const first = await artist.series.paint('owls', { count: 2 });
    assert.equal(
      first.map(({ derivation }) => derivation['style']),
      ['black ink drawing', 'retro cartoon'],
    );
    const [gone] = first;
    await artist.gallery.trash(gone?.work?.id ?? '');
    const outcomes = await Promise.allSettled([artist.series.paint('s1'), artist.series.paint('s1')]);
    const [refused, ...more] = outcomes.filter((outcome) => outcome.status === 'rejected');
    assert.equal([refused?.reason.code, more.length], ['ERR_LOCKED', 0]);
    const rest = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : []));
    assert.equal(
      rest.map(({ derivation }) => (derivation['series'] as { index: number }).index),
      [0, 2],
    );
    assert.is(rest[0]?.seed, gone?.seed);
    assert.equal((await artist.series.progress('owls')).missing, []);
    assert.equal(await artist.series.paint('owls'), []);
    await artist.series.store.end('owls');
    assert.is((await artist.series.paint('owls').catch((error) => error)).code, 'ERR_INVALID_ARGUMENT');
    assert.match(
      (await artist.series.start({ name: 'x', works: 1, subjects: ['a'], topic: 'b' }).catch((error) => error)).message,
      /^topic: expected to be left out with subjects/,
    );
  });
});
