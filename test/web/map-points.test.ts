/** What the map computes over 100,000 points: right, and without holding up the page. */
import { equal, is, ok } from 'uvu/assert';
import { createIds, seededRandom, VirtualClock } from '../../lib/core/index.ts';
import { readPoints } from '../../web/map/points/columns.ts';
import { type Look, paintPoints } from '../../web/map/points/paint.ts';
import { PointGrid } from '../../web/map/points/point-grid.ts';
import { suite } from '../harness.ts';
import { mapBody } from './pretend-map.ts';

const many = 100_000;
/** Of computing, whatever else the machine does. */
const mostMs = 50;

function cpuMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

suite('points of the map', (test) => {
  const random = seededRandom(7);
  const newId = createIds({ clock: new VirtualClock(Date.UTC(2024, 4, 5)), random });
  const ids = Array.from({ length: many }, () => newId());
  const place = () => 2 * random() - 1;
  const [x, y] = [Float32Array.from(ids, place), Float32Array.from(ids, place)];
  const bytes = new Uint8Array(mapBody(ids, x, y, 3));
  const points = readPoints(bytes.buffer);
  const grid = new PointGrid(points);

  test('columns are read, with the times in the ids', () => {
    equal([points.count, points.unplaced, points.idAt(77_777)], [many, 3, ids[77_777]]);
    is(new Date(points.timeAt(0)).toISOString(), '2024-05-05T00:00:00.000Z');
    const other = new TextEncoder().encode(`xx${ids[4711]}${newId()}`);
    equal([points.ids.indexOf(other, 2), points.ids.indexOf(other, 28)], [4711, -1]);
    for (const cut of [bytes.buffer.slice(0, 1000), new ArrayBuffer(20)]) {
      let message = '';
      try {
        readPoints(cut);
      } catch (error) {
        message = String(error);
      }
      ok(/map: /.test(message), message);
    }
  });

  test('the works in a box and the nearest ones are those that a look at all finds', () => {
    for (const box of [
      grid.bounds,
      { left: 0.1, right: 0.3, bottom: -0.2, top: 0.1 },
      { left: 0.5, right: 0.505, bottom: 0.5, top: 0.505 },
    ]) {
      const far = (index: number) => Math.hypot((x[index] ?? 0) - (box.left + box.right) / 2, (y[index] ?? 0) - (box.bottom + box.top) / 2);
      const inside = [...x.keys()].filter(
        (index) =>
          (x[index] ?? 0) >= box.left && (x[index] ?? 0) <= box.right && (y[index] ?? 0) >= box.bottom && (y[index] ?? 0) <= box.top,
      );
      const { count, nearest } = grid.inBox(box, 20);
      is(count, inside.length);
      const sorted = inside.sort((a, b) => far(a) - far(b)).slice(0, 20);
      equal(nearest, sorted);
      if (sorted[0] !== undefined)
        is(
          grid.nearest((box.left + box.right) / 2, (box.bottom + box.top) / 2, 1),
          [...x.keys()].reduce((a, b) => (far(b) < far(a) ? b : a)),
        );
    }
    is(grid.nearest(5, 5, 0.1), undefined);
  });

  test('a look at the works in view takes less than a long task, and drawing pauses', async () => {
    for (let warm = 0; warm < 3; warm++) grid.inBox(grid.bounds, 60);
    const took = cpuMs(() => void grid.inBox(grid.bounds, 60));
    ok(took < mostMs, `${took} ms`);
    const [width, height] = [1200, 1200];
    const pixels = new Uint32Array(width * height);
    const look: Look = {
      paper: 1,
      colours: Uint32Array.of(0xff0000ff),
      classes: new Uint8Array(many),
      bright: (index) => index === 5,
      dim: 0xff00ff00,
    };
    const scale = width / (grid.bounds.right - grid.bounds.left);
    const bitmap = { box: grid.bounds, scale, width, height, radius: 2 };
    let pauses = 0;
    let isTimerHeard = false;
    setTimeout(() => {
      isTimerHeard = true;
    });
    const isWhole = await paintPoints(grid, look, bitmap, pixels, () => {
      pauses++;
      return true;
    });
    ok(isWhole && pauses >= 1 && isTimerHeard, `${pauses} pauses`);
    const at = (index: number) =>
      pixels[Math.round((grid.bounds.top - (y[index] ?? 0)) * scale) * width + Math.round(((x[index] ?? 0) - grid.bounds.left) * scale)];
    is(at(5), 0xff0000ff); // what stands out lies above the others
    is(await paintPoints(grid, look, bitmap, pixels, () => false), false);
  });
});
