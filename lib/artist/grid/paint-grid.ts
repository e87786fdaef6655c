/** A grid: the same picture with other values of two or three options, as files and on one labelled sheet. */
import { join } from 'node:path';
import * as z from 'zod';
import { ArtistError, answering, display, errorLine, isArtistError, resolveOptions, systemClock, withLock } from '../../core/index.ts';
import { checkGenerate, drawSeed, type GenerateOptions, type LoadModelOptions, optionTables } from '../../engine/index.ts';
import { ArtImage, decodeImage, isOwnRecipe, type RawImage, type Recipe, readRecipe, resizeImage, sizeWithin } from '../../image/index.ts';
import { tunedModes } from '../../tune/index.ts';
import { type BatchOptions, type BatchResult, paintBatch } from '../batch/paint-batch.ts';
import type { Artist } from '../loop/artist.ts';
import { paintingOf } from '../orders/paint-settings.ts';
import type { Workplace } from '../workplace.ts';
import { axesOf, cellOptions, type GridAxis, type GridPlace, placesOfGrid, valuesAt } from './axes.ts';
import { digestOfGrid, GridRecord } from './grid-record.ts';
import { gridSheet, longestEdge } from './grid-sheet.ts';

/** Cells of one grid. */
export const mostGridCells = 400;

const axis = z.strictObject({
  option: z.string().regex(/^[A-Za-z]\w*(\.[A-Za-z]\w*)?$/, { error: 'the name of an option, such as steps or hires.scale' }),
  values: z.array(z.unknown()).min(1).max(100),
  title: z.string().optional(),
  labels: z.array(z.string()).optional(),
});

const gridOptions = z.strictObject({
  /** The columns. */
  x: axis,
  /** The rows. Default: one. */
  y: axis.optional(),
  /** Blocks of columns and rows. Default: one. */
  z: axis.optional(),
  /** Options of loadModel() for all cells, over the settings of the home. */
  load: z.record(z.string(), z.unknown()).default({}),
  /** Options of generate() for all cells. Without a seed, one is drawn for all. */
  options: z.record(z.string(), z.unknown()).default({}),
  /** Default: off, because tuned settings of one cell need not suit the next. */
  tuned: z.enum(tunedModes).default('off'),
  /** Longest edge of a cell on the sheet, pixels, 32..2048. Larger pictures are made smaller. Default 512; less where the sheet would be too large. */
  cell: z.int().min(32).max(2048).default(512),
  /** Folder for the cells as PNG files with their recipes, as they are painted. Default: none. */
  folder: z.string().min(1).optional(),
});

export type GridOptions = Omit<z.input<typeof gridOptions>, 'x' | 'y' | 'z' | 'load' | 'options'> & {
  x: GridAxis;
  y?: GridAxis | undefined;
  z?: GridAxis | undefined;
  load?: LoadModelOptions | undefined;
  options?: GenerateOptions | undefined;
  /** Stops after the cell that is painted; what is there is returned. */
  signal?: AbortSignal | undefined;
  /** Events of the cell with this index. */
  onProgress?: BatchOptions['onProgress'];
  /** Called after each cell, also a failed one. */
  onCell?: ((cell: GridCell, index: number) => void) | undefined;
};

/** A cell of a grid. */
export interface GridCell extends GridPlace {
  /** Value of each axis by the path of its option. */
  values: Record<string, unknown>;
  /** missing: painting was stopped before. */
  status: 'painted' | 'failed' | 'missing';
  /** An earlier call, which was stopped, painted it. */
  earlier: boolean;
  seed: number | undefined;
  seconds: number | undefined;
  /** Path of its file in `folder`. */
  file: string | undefined;
  error: { code: string; message: string } | undefined;
}

export interface PaintedGrid {
  axes: GridAxis[];
  /** Of all cells; undefined: the seed is an axis. */
  seed: number | undefined;
  /** Columns first, then rows, then blocks. */
  cells: GridCell[];
  /** The cells with their labels on one picture. */
  sheet: ArtImage;
  /** Number of cells that failed. */
  failed: number;
  /** Painting was stopped; the same call goes on. */
  aborted: boolean;
}

const isLoadOption = (name: string): boolean => Object.hasOwn(optionTables.loadModel, name);

/** `steps=10, cfg=3` */
const nameOfCell = (values: ReturnType<typeof valuesAt>): string =>
  values.map(({ axis: { title, option }, label }) => `${title ?? option}=${label}`).join(', ');

interface Cell extends GridCell {
  name: string;
  load: LoadModelOptions;
  options: GenerateOptions;
  /** Small enough for the sheet. */
  picture: RawImage | undefined;
  model: string | undefined;
}

type Wishes = z.output<typeof gridOptions>;

/** Every cell with its options, checked as far as files show them, before anything is painted. */
async function planned(wishes: Wishes, seed: number | undefined, { config }: Workplace): Promise<Cell[]> {
  const base = { load: wishes.load, options: { ...wishes.options, ...(seed !== undefined && { seed }) } };
  const cells: Cell[] = [];
  for (const place of placesOfGrid(wishes, mostGridCells)) {
    const values = valuesAt(wishes, place);
    const name = nameOfCell(values);
    try {
      const { load, options } = cellOptions(base, wishes, place, isLoadOption);
      const painting = paintingOf(config, load, options);
      await checkGenerate(painting.load, painting.options);
      const byOption = Object.fromEntries(values.map(({ axis: { option }, value }) => [option, value]));
      const open = { seed: undefined, seconds: undefined, file: undefined, error: undefined, picture: undefined, model: undefined };
      cells.push({ ...place, ...open, values: byOption, status: 'missing', earlier: false, name, load, options });
    } catch (error) {
      throw isArtistError(error) ? new ArtistError(error.code, `cell ${name}: ${error.message}`, { cause: error }) : error;
    }
  }
  return cells;
}

/** Edge of a cell with which the sheet stays within what picture files can hold. */
function edgeFor({ x, y, z: blocks, cell }: Wishes): number {
  const most = Math.max(x.values.length, (y?.values.length ?? 1) * (blocks?.values.length ?? 1));
  return Math.max(32, Math.min(cell, Math.floor((longestEdge * 0.8) / most) - 16));
}

async function smaller(image: RawImage, edge: number): Promise<RawImage> {
  const { width, height } = sizeWithin(image, edge);
  return resizeImage(image, width, height);
}

/** `x2-y1-z1.png`, from 1; sorted by name in the order of the sheet. */
function fileOf({ column, row, block }: GridPlace, { x, y, z: blocks }: Wishes): string {
  const part = (letter: string, at: number, values: readonly unknown[] | undefined): string[] =>
    values ? [`${letter}${String(at + 1).padStart(String(values.length).length, '0')}`] : [];
  return `${[...part('z', block, blocks?.values), ...part('y', row, y?.values), ...part('x', column, x.values)].join('-')}.png`;
}

class GridPainter {
  readonly #wishes: Wishes;
  readonly #record: GridRecord;
  /** Of a cell on the sheet. */
  readonly edge: number;
  readonly cells: Cell[];
  readonly #told: NonNullable<GridOptions['onCell']>;

  constructor(wishes: Wishes, record: GridRecord, cells: Cell[], told: NonNullable<GridOptions['onCell']>) {
    this.#wishes = wishes;
    this.#record = record;
    this.edge = edgeFor(wishes);
    this.cells = cells;
    this.#told = told;
  }

  /** Takes what an earlier call painted. */
  async recall(): Promise<void> {
    for (const [index, cell] of this.cells.entries()) {
      const known = await this.#record.cell(index);
      if (!known) continue;
      const { png, seed, seconds, model } = known;
      const found = await readRecipe(png);
      const image = await decodeImage(png);
      Object.assign(cell, { status: 'painted', earlier: true, seed, seconds, model });
      await this.#settle(cell, new ArtImage(image, found && isOwnRecipe(found.recipe) ? (found.recipe as Recipe) : undefined), index);
    }
  }

  /** Paints what is missing; true: it was stopped. */
  async paint(place: Workplace, signal: AbortSignal, onProgress: BatchOptions['onProgress']): Promise<boolean> {
    const missing = this.cells.flatMap((cell, index) => (cell.status === 'painted' ? [] : [index]));
    const at = (index: number): { cell: Cell; index: number } => {
      const own = missing[index] ?? 0;
      return { cell: this.cells[own] as Cell, index: own };
    };
    const pictures = missing.map((index) => {
      const { load, options } = this.cells[index] as Cell;
      return { load, options, tuned: this.#wishes.tuned };
    });
    try {
      await paintBatch(place, pictures, {
        signal,
        onProgress: onProgress && ((event, index) => onProgress(event, at(index).index)),
        onPicture: (result, index) => this.#painted(result, at(index)),
        onFailure: (error, index) => this.#failed(error, at(index)),
      });
      return false;
    } catch (error) {
      if (signal.aborted && this.cells.some(({ status }) => status === 'painted')) return true;
      throw error;
    }
  }

  async #painted({ image, seed, seconds, model }: BatchResult, { cell, index }: { cell: Cell; index: number }): Promise<void> {
    await this.#record.add({ index, seed, seconds, model: model.name }, await image.toBuffer('png'));
    Object.assign(cell, { status: 'painted', seed, seconds, model: model.name });
    await this.#settle(cell, image, index);
  }

  async #settle(cell: Cell, image: ArtImage, index: number): Promise<void> {
    cell.picture = await smaller(image, this.edge);
    const { folder } = this.#wishes;
    if (folder !== undefined) cell.file = (await image.save(join(folder, fileOf(cell, this.#wishes)))).path;
    this.#told(publicCell(cell), index);
  }

  #failed(error: unknown, { cell, index }: { cell: Cell; index: number }): void {
    cell.status = 'failed';
    cell.error = { code: isArtistError(error) ? error.code : 'ERR_INTERNAL', message: errorLine(error) };
    this.#told(publicCell(cell), index);
  }
}

function publicCell({ name: _, load: __, options: ___, picture: ____, model: _____, ...cell }: Cell): GridCell {
  return cell;
}

/** The errors of cells, if none is painted: one error that names the first. */
function checkAny(cells: readonly Cell[]): void {
  const [first] = cells;
  if (!first?.error || cells.some(({ status }) => status === 'painted')) return;
  throw new ArtistError(
    first.error.code as ArtistError['code'],
    `grid: expected at least one cell that can be painted, got none. ${first.name}: ${first.error.message}`,
  );
}

async function sheetOf({ cells, edge }: GridPainter, wishes: Wishes, seed: number | undefined): Promise<ArtImage> {
  const painted = cells.find(({ status }) => status === 'painted');
  const axes = axesOf(wishes).map(({ option }) => option);
  const prompt = axes.includes('prompt') ? '' : String(wishes.options['prompt'] ?? '');
  const facts = [
    ...(painted?.model !== undefined && !axes.some((option) => isLoadOption(option.split('.')[0] ?? '')) ? [painted.model] : []),
    ...(seed === undefined ? [] : [`seed ${seed}`]),
  ];
  return gridSheet({ ...wishes, cells, heading: prompt, facts, edge });
}

/**
 * Paints the same picture with every combination of the values of two or three options, all with one seed unless the seed is an axis, and draws
 * them on a labelled sheet. All cells are checked before the first is painted; a cell that fails is shown as such, and the others are painted.
 * A call that was stopped or crashed is gone on with by the same call. The model is loaded once for cells that share it.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT when an option of a cell is invalid (the message names the cell) or there are more than 400 cells;
 *   ERR_MODEL_NOT_FOUND; ERR_LOCKED while another process paints the same grid; the error of the first cell when all fail
 * @throws `signal.reason` when aborted before a cell is painted
 */
export const paintGrid = answering('paintGrid', async (artist: Artist, given: GridOptions): Promise<PaintedGrid> => {
  const { signal: stop = new AbortController().signal, onProgress, onCell = () => undefined, ...options } = given ?? {};
  const wishes = resolveOptions('paintGrid', gridOptions, options);
  if (wishes.options['batchCount'] !== undefined && wishes.options['batchCount'] !== 1)
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `batchCount: expected one picture for each cell, got ${display(wishes.options['batchCount'])}`,
    );
  const { x, y, z: blocks, folder: _, cell: __, ...common } = wishes;
  const valuesOf = [x, y, blocks].map((one) => one && { option: one.option, values: one.values });
  const digest = digestOfGrid({ axes: valuesOf, ...common, model: artist.config.config.model, paint: artist.config.config.paint });
  const seedIsAxis = axesOf(wishes).some(({ option }) => option === 'seed');
  const givenSeed = typeof wishes.options['seed'] === 'number' ? wishes.options['seed'] : undefined;
  const fresh = () => ({ seed: seedIsAxis || givenSeed !== undefined ? null : drawSeed() });
  return artist.withModels(stop, async (place, signal) => {
    const lock = { purpose: 'painting a grid', waitMs: 0, private: true, signal };
    return withLock(GridRecord.lockOf(place.home, digest), lock, async () => {
      const record = await GridRecord.open(place.home, digest, fresh, (place.clock ?? systemClock).now());
      const seed = seedIsAxis ? undefined : (record.seed ?? givenSeed);
      const painter = new GridPainter(wishes, record, await planned(wishes, record.seed, place), onCell);
      await painter.recall();
      const aborted = await painter.paint(place, signal, onProgress);
      checkAny(painter.cells);
      const sheet = await sheetOf(painter, wishes, seed);
      const cells = painter.cells.map(publicCell);
      const failed = cells.filter(({ status }) => status === 'failed').length;
      if (!aborted && failed === 0) await record.remove();
      return { axes: axesOf(wishes), seed, cells, sheet, failed, aborted };
    });
  });
});
