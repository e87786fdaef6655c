import * as assert from 'uvu/assert';
import { seededRandom } from '../../../lib/core/index.ts';
import { ArtImage } from '../../../lib/image/index.ts';
import { figuresRoutes } from '../../../lib/server/api/figures/routes.ts';
import { recipe } from '../../gallery/support.ts';
import { suite } from '../../harness.ts';
import { serve, type TestServer } from './support.ts';

/** A picture of stripes; like ones have like hues. */
function stripes(hue: number, seed: number): ArtImage {
  const random = seededRandom(seed);
  const data = new Uint8Array(32 * 32 * 3);
  for (let at = 0; at < data.length; at++) data[at] = Math.min(255, (at % 3 === hue ? 200 : 30) + Math.floor(random() * 50));
  return new ArtImage({ data, width: 32, height: 32, channels: 3 }, recipe(`stripes ${hue} ${seed}`));
}

const weights = { promptAlign: 1, aesthetic: 0, styleFit: 0, novelty: 0, technical: 0 };

/** A ledger whose second candidate won by `gain`; the third was rejected. */
function ledger(seed: number, gain: number): Record<string, unknown> {
  const candidate = (at: number, value: number, verdict: string, fault?: string) => ({
    seed: seed + at,
    terms: { promptAlign: value, technical: 0.5 },
    ...{ z: null, total: fault ? null : value, rank: null, verdict, reason: 'x', wouldHaveWonWithout: [], seconds: 2 },
    faults: fault ? [{ fault, reason: 'x' }] : [],
  });
  return {
    ...{ schema: 1, curation: 'clip', weights: { version: 'x', values: weights }, dropped: [], wildCard: false, winner: 1 },
    basis: { promptAlign: { from: 'batch', mean: 0, deviation: 1, n: 2 } },
    candidates: [candidate(0, 0.2, 'runner-up'), candidate(1, 0.2 + gain, 'kept'), candidate(2, 0.9, 'rejected', 'blank')],
  };
}

type Point = { x: number; y: number };
const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y);

suite('figures over HTTP', { timeoutMs: 120_000 }, (test) => {
  let server: TestServer;
  const ids: string[] = [];
  test.before(async () => {
    server = await serve([figuresRoutes]);
    for (let at = 0; at < 24; at++) {
      const isInk = at % 2 === 0;
      const about = {
        title: `secret ${at}`,
        tags: [isInk ? 'liked' : 'disliked', 'all'],
        rating: isInk ? 4 + (at % 4) / 2 : 1 + (at % 3 === 0 ? 1 : 0),
        derivation: { style: isInk ? 'ink' : 'oil', topic: 'animals', subject: `s${at}`, period: at < 12 ? 'p1' : 'p2' },
        curation: ledger(at * 10, 0.1),
      };
      ids.push((await server.gallery.add({ image: stripes(isInk ? 0 : 2, at), about } as never)).id);
    }
  });
  test.after(() => server.close());
  const get = async (to: string, as: 'read' | 'none' = 'read') => {
    const { status, body } = await server.call('GET', to, { as });
    assert.is(status, 200, JSON.stringify(body));
    return body;
  };
  const map = async (as: 'read' | 'none' = 'read'): Promise<Map<string, Point>> => {
    let { bytes } = await raw('/map', as);
    for (let tries = 0; bytes.readUInt32LE(12) > 0 && tries < 20; tries++) {
      server.skip(1_000_000);
      ({ bytes } = await raw('/map', as));
    }
    assert.is(bytes.toString('latin1', 0, 8), 'AIAMAP1\n');
    const n = bytes.readUInt32LE(8);
    assert.equal([bytes.length, bytes.readUInt32LE(12)], [16 + n * 34, 0]);
    return new Map(
      Array.from({ length: n }, (_, at): [string, Point] => [
        bytes.toString('latin1', 16 + 8 * n + 26 * at, 16 + 8 * n + 26 * (at + 1)),
        { x: bytes.readFloatLE(16 + 4 * at), y: bytes.readFloatLE(16 + 4 * (n + at)) },
      ]),
    );
  };
  const raw = async (to: string, as: 'read' | 'none', headers: Record<string, string> = {}) => server.bytes(to, as, headers);

  test('days, shares and spreads count what was painted; no prompt, title or subject is told', async () => {
    const days = await get('/figures/days');
    assert.equal([days.works, days.read], [24, 24]);
    const [day] = days.days;
    assert.equal([day.works, day.candidates, day.rejected, day.timed, day.pictures, day.seconds], [24, 72, 24, 24, 72, 144]);
    assert.is(day.day, new Date().toISOString().slice(0, 10));
    const shares = await get('/figures/shares?of=style&by=period');
    assert.equal(shares.names, ['ink', 'oil']);
    assert.equal(
      shares.spans.map(({ span, counts }: { span: string; counts: number[] }) => [span, counts]),
      [
        ['p1', [6, 6]],
        ['p2', [6, 6]],
      ],
    );
    const tags = await get('/figures/shares?of=tag');
    assert.equal([tags.names[0], tags.spans[0].counts[0]], ['all', 24]);
    const spreads = await get('/figures/spreads');
    const align = spreads.scores.find(({ term }: { term: string }) => term === 'promptAlign');
    assert.equal([align.n, align.classes.reduce((sum: number, one: number) => sum + one, 0)], [24, 24]);
    assert.ok(Math.abs(align.mean - 0.3) < 1e-9);
    assert.equal(spreads.ratings, [8, 4, 0, 6, 6]);
    for (const one of [days, shares, spreads]) assert.not.match(JSON.stringify(one), /stripes|secret|s11/);
  });

  test('choosing: the gain over the ones passed over and over the first, and whether the ranking used the term', async () => {
    const { terms, rounds, chosen, candidates, rejected, faults } = await get('/figures/choosing');
    assert.equal([rounds, chosen, candidates, rejected, faults], [24, 24, 72, 24, [{ name: 'blank', candidates: 24 }]]);
    const of = (name: string) => terms.find(({ term }: { term: string }) => term === name);
    assert.ok(Math.abs(of('promptAlign').gain.mean - 0.1) < 1e-9);
    assert.ok(Math.abs(of('promptAlign').overFirst.mean - 0.1) < 1e-9);
    assert.equal([of('promptAlign').ranked, of('technical').ranked, of('technical').gain.mean], [true, false, 0]);
  });

  test('recommendations: what is liked is told from what is not, and a name that all works have from neither', async () => {
    const { rated, names, compared } = await get('/figures/recommendations');
    assert.is(rated, 24);
    const verdicts = Object.fromEntries(names.map(({ name, verdict }: { name: string; verdict: string }) => [name, verdict]));
    assert.equal(verdicts, { ink: 'more', liked: 'more', oil: 'less', disliked: 'less' });
    assert.is(compared, 4);
    const [ink] = names;
    assert.ok(ink.with.interval[0] <= ink.with.mean && ink.with.mean <= ink.with.interval[1] && ink.p < 0.01);
    assert.equal([ink.with.n, ink.rest.n], [12, 12]);
  });

  test('style by period, with intervals', async () => {
    let { spans, compared, scorer } = await get('/figures/style?by=period');
    // On a busy machine the vectors of all works take more than one request.
    for (let tries = 0; compared < 24 && tries < 20; tries++) {
      server.skip(1_000_000);
      ({ spans, compared, scorer } = await get('/figures/style?by=period'));
    }
    assert.is(compared, 24);
    assert.ok(scorer.length > 0);
    assert.equal(
      spans.map(({ span, n }: { span: string; n: number }) => [span, n]),
      [
        ['p1', 12],
        ['p2', 12],
      ],
    );
    for (const { consistency, novelty, vendi } of spans) {
      assert.ok(consistency.interval[0] <= consistency.mean && consistency.mean <= consistency.interval[1]);
      assert.ok(novelty.mean >= 0 && novelty.n >= 11);
      assert.is(vendi.of, 6);
      assert.ok(vendi.mean >= 1 && vendi.mean <= 6 && vendi.interval[0] <= vendi.mean && vendi.mean <= vendi.interval[1]);
    }
    // The second period repeats the first: it is nearer to what was there.
    assert.ok(spans[1].novelty.mean < spans[0].novelty.mean);
  });

  test('a range of days: all figures are of its works; novelty still knows the works before', async () => {
    const dayMs = 86_400_000;
    const day = (shift: number): string => new Date(Date.now() + shift * dayMs).toISOString().slice(0, 10);
    const past = { from: day(-3), to: day(-1) };
    for (const [range, works] of [
      [`from=${day(-1)}`, 24],
      [`to=${day(1)}`, 24],
      [`from=${past.from}&to=${past.to}`, 0],
    ] as const) {
      const [days, shares, spreads, choosing, recommendations] = await Promise.all(
        ['days', 'shares', 'spreads', 'choosing', 'recommendations'].map((name) => get(`/figures/${name}?${range}`)),
      );
      assert.equal([days.works, shares.works, choosing.rounds, recommendations.rated], [works, works, works, works], range);
      assert.is(
        spreads.ratings.reduce((sum: number, one: number) => sum + one, 0),
        works,
      );
    }
    const { spans } = await get(`/figures/style?by=period&from=${day(-1)}`);
    const { spans: all } = await get('/figures/style?by=period');
    assert.equal(spans, all);
    assert.equal((await get(`/figures/style?from=${day(1)}`)).spans, []);
    for (const wrong of ['from=2026', 'from=2026-02-30', `from=${past.to}&to=${past.from}`])
      assert.is((await server.call('GET', `/figures/days?${wrong}`, { as: 'read' })).status, 400, wrong);
  });

  test('the map puts like works together, and leaves them where they are when works arrive', async () => {
    const before = await map();
    assert.equal([...before.keys()].sort(), [...ids].sort());
    const at = (id: string | undefined): Point => before.get(id ?? '') as Point;
    const [within, between] = [distance(at(ids[0]), at(ids[2])), distance(at(ids[0]), at(ids[1]))];
    assert.ok(within < between / 3, `${within} ${between}`);
    const { status } = await raw('/map', 'read', { 'if-none-match': (await raw('/map', 'read')).etag });
    assert.is(status, 304);
    const fresh = await server.gallery.add({ image: stripes(0, 99) });
    server.skip(1_000_000);
    const after = await map();
    assert.is(after.size, 25);
    for (const [id, point] of before) assert.equal(after.get(id), point);
    const place = after.get(fresh.id) as Point;
    assert.ok(distance(place, at(ids[0])) < distance(place, at(ids[1])));
  });

  test('hidden works are in no figure and on no map of a reader without a token', async () => {
    const [first = ''] = ids;
    await server.gallery.update(first, { hidden: true });
    server.skip(1_000_000);
    const known = await map();
    const open = await map('none');
    assert.equal([known.has(first), open.has(first), known.size - open.size], [true, false, 1]);
    assert.is((await get('/figures/days', 'none')).works, 24);
    assert.is((await get('/figures/recommendations', 'none')).rated, 23);
  });

  test('an empty home has empty figures', async () => {
    const empty = await serve([figuresRoutes]);
    try {
      for (const to of ['days', 'shares', 'spreads', 'choosing', 'recommendations'])
        assert.is((await empty.call('GET', `/figures/${to}`, { as: 'read' })).status, 200, to);
      assert.is((await empty.bytes('/map', 'read')).bytes.length, 16);
      assert.is((await empty.call('GET', '/figures/shares?of=prompt', { as: 'read' })).status, 400);
    } finally {
      await empty.close();
    }
  });
});
