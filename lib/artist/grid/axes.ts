/** The cells of a grid: every combination of the values of its axes. The command, the library and the server expand grids here. */
import { ArtistError, display } from '../../core/index.ts';

/** An option and the values that it takes along an axis. */
export interface GridAxis {
  /**
   * Path of an option of generate() or loadModel(), such as `steps` or `hires.scale`; `loraWeight`: the weight of all `loras`; `size`: `512x768`;
   * `replace`: words of the prompt, the first value is what the others replace.
   */
  option: string;
  values: readonly unknown[];
  /** What the sheet calls the option. Default: `option`. */
  title?: string | undefined;
  /** What the sheet calls the values. Default: the values. */
  labels?: readonly string[] | undefined;
}

/** The axes of a grid: columns, rows, and blocks of both. */
export interface GridAxes {
  x: GridAxis;
  y?: GridAxis | undefined;
  z?: GridAxis | undefined;
}

/** A place in a grid, each coordinate from 0. */
export interface GridPlace {
  column: number;
  row: number;
  block: number;
}

/** The axes that there are, in the order x, y, z. */
export const axesOf = ({ x, y, z }: GridAxes): GridAxis[] => [x, y, z].filter((axis) => axis !== undefined);

const coordinates = ['column', 'row', 'block'] as const;

/**
 * All places of a grid: columns first, then rows, then blocks.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT when there are more than `most`, or two axes have the same option
 */
export function placesOfGrid(axes: GridAxes, most: number): GridPlace[] {
  const options = axesOf(axes).map(({ option }) => option);
  const twice = options.find((option, at) => options.indexOf(option) !== at);
  if (twice !== undefined) throw new ArtistError('ERR_INVALID_ARGUMENT', `grid: expected another option on each axis, got ${twice} on two`);
  const [columns, rows, blocks] = [axes.x, axes.y, axes.z].map((axis) => axis?.values.length ?? 1) as [number, number, number];
  const count = columns * rows * blocks;
  if (count > most)
    throw new ArtistError('ERR_INVALID_ARGUMENT', `grid: expected at most ${most} cells, got ${count} (${options.join(' × ')})`);
  return Array.from({ length: count }, (_, index) => ({
    column: index % columns,
    row: Math.floor(index / columns) % rows,
    block: Math.floor(index / (columns * rows)),
  }));
}

/** The value of each axis at a place, in the order x, y, z. */
export function valuesAt(axes: GridAxes, place: GridPlace): { axis: GridAxis; value: unknown; label: string }[] {
  return [axes.x, axes.y, axes.z].flatMap((axis, at) => {
    if (!axis) return [];
    const index = place[coordinates[at] ?? 'column'];
    return [{ axis, value: axis.values[index], label: labelAt(axis, index) }];
  });
}

/** What an axis calls one of its values. */
export function labelAt({ values, labels }: GridAxis, index: number): string {
  const value = values[index];
  return labels?.[index] ?? (typeof value === 'string' ? value : JSON.stringify(value ?? null));
}

/** A copy of options with another value at a path: `steps`, `hires.scale`. */
export function withOption<T extends object>(options: T, path: string, value: unknown): T {
  const [name = '', inner] = path.split('.');
  if (inner === undefined) return { ...options, [name]: value };
  const before = (options as Record<string, unknown>)[name];
  const outer = before !== null && typeof before === 'object' && !Array.isArray(before) ? before : {};
  return { ...options, [name]: { ...outer, [inner]: value } };
}

/** Options of loadModel() and generate(), as a cell has them. */
export interface CellOptions {
  load: Record<string, unknown>;
  options: Record<string, unknown>;
}

function weighted(loras: unknown, weight: unknown): unknown[] {
  if (!Array.isArray(loras) || loras.length === 0)
    throw new ArtistError('ERR_INVALID_ARGUMENT', 'loraWeight: expected loras whose weight it is, got none');
  return loras.map((lora: unknown) => ({ ...(typeof lora === 'string' ? { path: lora } : (lora as object)), weight }));
}

function sized(options: Record<string, unknown>, value: unknown): Record<string, unknown> {
  const [, width, height] = /^(\d{1,5})[x×](\d{1,5})$/.exec(String(value)) ?? [];
  if (width === undefined)
    throw new ArtistError('ERR_INVALID_ARGUMENT', `size: expected WIDTHxHEIGHT such as 512x768, got ${display(value)}`);
  return { ...options, width: Number(width), height: Number(height) };
}

function replaced({ prompt = '', ...options }: Record<string, unknown>, [from]: readonly unknown[], to: unknown): Record<string, unknown> {
  if (String(from) === '' || !String(prompt).includes(String(from)))
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `replace: expected first what is in the prompt, got ${display(from)} for ${display(prompt)}`,
    );
  return { ...options, prompt: String(prompt).replaceAll(String(from), () => String(to)) };
}

/**
 * The options of a cell. `replace` comes last, because another axis may give the prompt.
 *
 * @param loads names of the options that are given to loadModel()
 * @throws ArtistError ERR_INVALID_ARGUMENT: there are no LoRAs to weigh, no such words in the prompt, or no such size
 */
export function cellOptions(base: CellOptions, axes: GridAxes, place: GridPlace, loads: (name: string) => boolean): CellOptions {
  let { load, options } = base;
  const values = valuesAt(axes, place).sort((a, b) => Number(a.axis.option === 'replace') - Number(b.axis.option === 'replace'));
  for (const { axis, value } of values) {
    if (axis.option === 'loraWeight') options = { ...options, loras: weighted(options['loras'], value) };
    else if (axis.option === 'size') options = sized(options, value);
    else if (axis.option === 'replace') options = replaced(options, axis.values, value);
    else if (loads(axis.option.split('.')[0] ?? '')) load = withOption(load, axis.option, value);
    else options = withOption(options, axis.option, value);
  }
  return { load, options };
}
