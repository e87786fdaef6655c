import type { MapPoints } from './columns.ts';

export interface Box {
  left: number;
  right: number;
  /** The smaller y: y grows upwards. */
  bottom: number;
  top: number;
}

/** Points in a cell, on average. */
const perCell = 8;
const mostCells = 256;

/** Points sorted into the cells of a grid, so that those in a rectangle are found without a look at all. */
export class PointGrid {
  readonly points: MapPoints;
  readonly bounds: Box;
  readonly #size: number;
  /** Begin of each cell in `#order`, and the end of the last. */
  readonly #starts: Uint32Array;
  readonly #order: Uint32Array;

  constructor(points: MapPoints) {
    this.points = points;
    this.bounds = boundsOf(points);
    const size = Math.max(1, Math.min(mostCells, Math.ceil(Math.sqrt(points.count / perCell))));
    const { count, x, y } = points;
    const { left, right, bottom, top } = this.bounds;
    const [perX, perY] = [size / (right - left), size / (top - bottom)];
    const cells = new Uint32Array(count);
    const starts = new Uint32Array(size ** 2 + 1);
    for (let index = 0; index < count; index++) {
      const column = Math.min(size - 1, ((x[index] as number) - left) * perX) | 0;
      const row = Math.min(size - 1, ((y[index] as number) - bottom) * perY) | 0;
      const cell = row * size + column;
      cells[index] = cell;
      starts[cell + 1] = (starts[cell + 1] as number) + 1;
    }
    for (let cell = 1; cell < starts.length; cell++) starts[cell] = (starts[cell] as number) + (starts[cell - 1] as number);
    const next = starts.slice();
    const order = new Uint32Array(count);
    for (let index = count - 1; index >= 0; index--) {
      const cell = cells[index] as number;
      const at = next[cell] as number;
      order[at] = index;
      next[cell] = at + 1;
    }
    this.#size = size;
    this.#starts = starts;
    this.#order = order;
  }

  #column(x: number): number {
    const { left, right } = this.bounds;
    return Math.max(0, Math.min(this.#size - 1, Math.floor(((x - left) / (right - left)) * this.#size)));
  }

  #row(y: number): number {
    const { bottom, top } = this.bounds;
    return Math.max(0, Math.min(this.#size - 1, Math.floor(((y - bottom) / (top - bottom)) * this.#size)));
  }

  /** Indices of the points in the cells that a box touches, a row of cells at a time: some lie outside of the box. */
  *around(box: Box): Generator<Uint32Array> {
    const [from, to] = [this.#column(box.left), this.#column(box.right)];
    for (let row = this.#row(box.bottom); row <= this.#row(box.top); row++) {
      const begin = this.#starts[row * this.#size + from] as number;
      const end = this.#starts[row * this.#size + to + 1] as number;
      if (end > begin) yield this.#order.subarray(begin, end);
    }
  }

  /** The points in a box: how many, and those nearest to its middle. */
  inBox(box: Box, most: number): { count: number; nearest: number[] } {
    const { x, y } = this.points;
    let count = 0;
    for (const indices of this.around(box)) for (const index of indices) if (isIn(box, x[index] as number, y[index] as number)) count++;
    return { count, nearest: this.#nearestIn(box, count, most) };
  }

  /** Looks in a small circle around the middle, and in larger ones until there are enough: to sort all points would take too long. */
  #nearestIn(box: Box, count: number, most: number): number[] {
    const { x, y } = this.points;
    const [midX, midY] = [(box.left + box.right) / 2, (box.bottom + box.top) / 2];
    const whole = Math.hypot(box.right - box.left, box.top - box.bottom) / 2;
    const wanted = Math.min(most, count);
    for (let radius = whole * Math.min(1, Math.sqrt(wanted / Math.max(1, count))); ; radius *= 1.5) {
      const found: { index: number; far: number }[] = [];
      for (const indices of this.around({ left: midX - radius, right: midX + radius, bottom: midY - radius, top: midY + radius }))
        for (const index of indices) {
          const [px, py] = [x[index] as number, y[index] as number];
          const far = (px - midX) ** 2 + (py - midY) ** 2;
          if (far <= radius ** 2 && isIn(box, px, py)) found.push({ index, far });
        }
      if (found.length < wanted && radius < whole) continue;
      return found
        .sort((a, b) => a.far - b.far)
        .slice(0, most)
        .map(({ index }) => index);
    }
  }

  /** The point nearest to a place, at most `radius` away; undefined: none is. */
  nearest(px: number, py: number, radius: number): number | undefined {
    const { x, y } = this.points;
    let found: number | undefined;
    let best = radius ** 2;
    for (const indices of this.around({ left: px - radius, right: px + radius, bottom: py - radius, top: py + radius }))
      for (const index of indices) {
        const far = ((x[index] as number) - px) ** 2 + ((y[index] as number) - py) ** 2;
        if (far > best) continue;
        best = far;
        found = index;
      }
    return found;
  }
}

const isIn = ({ left, right, bottom, top }: Box, x: number, y: number): boolean => x >= left && x <= right && y >= bottom && y <= top;

/** The smallest box around all points, with some room where all lie in a line. */
function boundsOf({ count, x, y }: MapPoints): Box {
  const box = { left: 1, right: -1, bottom: 1, top: -1 };
  for (let index = 0; index < count; index++) {
    const [px, py] = [x[index] as number, y[index] as number];
    if (index === 0) Object.assign(box, { left: px, right: px, bottom: py, top: py });
    box.left = Math.min(box.left, px);
    box.right = Math.max(box.right, px);
    box.bottom = Math.min(box.bottom, py);
    box.top = Math.max(box.top, py);
  }
  const room = Math.max(box.right - box.left, box.top - box.bottom, 1e-3) * 0.02;
  return { left: box.left - room, right: box.right + room, bottom: box.bottom - room, top: box.top + room };
}
