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
    this.#size = Math.max(1, Math.min(mostCells, Math.ceil(Math.sqrt(points.count / perCell))));
    const cells = new Uint32Array(points.count);
    this.#starts = new Uint32Array(this.#size ** 2 + 1);
    for (let index = 0; index < points.count; index++) {
      const cell = this.#row(points.y[index] as number) * this.#size + this.#column(points.x[index] as number);
      cells[index] = cell;
      (this.#starts[cell + 1] as number)++;
    }
    for (let cell = 1; cell < this.#starts.length; cell++) (this.#starts[cell] as number) += this.#starts[cell - 1] as number;
    const next = this.#starts.slice();
    this.#order = new Uint32Array(points.count);
    for (let index = points.count - 1; index >= 0; index--) this.#order[(next[cells[index] as number] as number)++] = index;
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
    const [midX, midY] = [(box.left + box.right) / 2, (box.bottom + box.top) / 2];
    const nearest: { index: number; far: number }[] = [];
    let count = 0;
    for (const indices of this.around(box))
      for (const index of indices) {
        const [px, py] = [x[index] as number, y[index] as number];
        if (px < box.left || px > box.right || py < box.bottom || py > box.top) continue;
        count++;
        const far = (px - midX) ** 2 + (py - midY) ** 2;
        if (nearest.length === most && far >= (nearest[most - 1]?.far ?? 0)) continue;
        let at = nearest.length;
        while (at > 0 && (nearest[at - 1]?.far ?? 0) > far) at--;
        nearest.splice(at, 0, { index, far });
        if (nearest.length > most) nearest.pop();
      }
    return { count, nearest: nearest.map(({ index }) => index) };
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
