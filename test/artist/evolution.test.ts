import * as assert from 'uvu/assert';
import type { EmbeddedWork } from '../../lib/artist/measure/embedded-works.ts';
import { evolutionOf } from '../../lib/artist/measure/evolution.ts';
import { evolutionSvg } from '../../lib/artist/measure/evolution-chart.ts';
import { centroidCosine } from '../../lib/curation/index.ts';
import type { Artwork } from '../../lib/gallery/index.ts';
import { svgToPng } from '../../lib/train/index.ts';
import { suite } from '../harness.ts';

let count = 0;
const work = (createdAt: string, angle: number, style: string, period?: string): EmbeddedWork => ({
  embedding: Float32Array.of(Math.cos(angle), Math.sin(angle), 0) as EmbeddedWork['embedding'],
  work: {
    id: String(count++).padStart(4, '0'),
    createdAt,
    derivation: { style, subject: `a ${count}`, ...(period && { period }) },
  } as unknown as Artwork,
});

const works = [
  work('2026-12-30T10:00:00.000Z', 0, 'ink'),
  work('2027-01-02T10:00:00.000Z', 0.1, 'ink', 'p1'),
  work('2027-01-03T23:59:59.000Z', 0.05, 'flat', 'p1'),
  work('2027-01-04T00:00:00.000Z', 1.5, 'flat', 'p1'),
  work('2027-02-01T10:00:00.000Z', 1.55, 'flat <&>', 'p2'),
  work('2027-02-02T10:00:00.000Z', 1.6, 'flat', 'p2'),
];

suite('artist evolution', (test) => {
  test('weeks follow ISO 8601, months UTC, periods their record; oldest first', () => {
    const spans = (by: 'week' | 'month' | 'period') => evolutionOf([...works].reverse(), by, 'clip').map(({ span, works: n }) => [span, n]);
    assert.equal(spans('week'), [
      ['2026-W53', 3],
      ['2027-W01', 1],
      ['2027-W05', 2],
    ]);
    assert.equal(spans('month'), [
      ['2026-12', 1],
      ['2027-01', 3],
      ['2027-02', 2],
    ]);
    assert.equal(spans('period'), [
      ['none', 1],
      ['p1', 3],
      ['p2', 2],
    ]);
  });

  test('shares of styles, drift of the centroids, consistency from three works', () => {
    const [december, january, february] = evolutionOf(works, 'month', 'clip');
    assert.equal(
      january?.styles.map(({ name, share }) => [name, Math.round(100 * share)]),
      [
        ['flat', 67],
        ['ink', 33],
      ],
    );
    assert.is(december?.toPrevious, undefined);
    assert.is(december?.consistency, undefined);
    assert.ok((january?.consistency?.mean ?? 1) < 0.5);
    assert.ok(january?.consistency?.interval.every(Number.isFinite));
    const { cosine = 0, interval: [low, high] = [0, 0] } = february?.toPrevious ?? {};
    assert.ok(cosine > 0.3 && cosine < 0.9 && low <= cosine && cosine <= high && high - low > 0.1, `${cosine} ${low} ${high}`);
    assert.ok((february?.toFirst?.cosine ?? 1) < 0.1);
    assert.throws(() => evolutionOf([], 'month', 'clip'), /works: expected at least one/);
  });

  test('the cosine of centroids: 1 with itself, checked by hand at a right angle, refused for different lengths', () => {
    const x = Float32Array.of(2, 0);
    const y = Float32Array.of(0, 3);
    assert.ok(Math.abs(centroidCosine([x, y], [y, x]).cosine - 1) < 1e-12);
    assert.ok(Math.abs(centroidCosine([x], [y]).cosine) < 1e-12);
    assert.ok(Math.abs(centroidCosine([x], [x, y]).cosine - Math.SQRT1_2) < 1e-7);
    assert.throws(() => centroidCosine([x], [Float32Array.of(1, 2, 3)]), /after\.0|expected 2 values/);
  });

  test('a chart: one bar and one point for each row, text escaped, readable as a picture', async () => {
    const rows = evolutionOf(works, 'month', 'clip');
    const svg = evolutionSvg(rows);
    assert.is(svg.match(/<title>/g)?.length, 5);
    assert.match(svg, /flat &lt;&amp;&gt;/);
    assert.not.match(svg, /NaN|undefined|Infinity/);
    const png = await svgToPng(svg);
    assert.is(png.subarray(1, 4).toString(), 'PNG');
  });
});
