/** The work of the command `grid`: axes and options of the command line into a sheet of pictures. */
import { type GridAxis, type GridCell, type PaintedGrid, paintGrid, readGridAxis } from '../../../lib/artist/index.ts';
import { ArtistError } from '../../../lib/core/index.ts';
import type { GenerateOptions } from '../../../lib/engine/index.ts';
import type { SavedImage } from '../../../lib/image/index.ts';
import { number, text, toggle, type Values } from '../../flags/flags.ts';
import { generateFlags } from '../../flags/generate-flags.ts';
import { modelFlags } from '../../flags/model-flags.ts';
import { readPrompt } from '../../flags/prompt-text.ts';
import { checkOutput, freeName, inFolder, pictureEndings, slug } from '../../print/output-file.ts';
import { seconds, watchWork } from '../../print/progress.ts';
import { exitStatus } from '../../shell/failure.ts';
import type { Context, Outcome } from '../../shell/run.ts';
import { openArtist } from '../../shell/settings.ts';
import { t } from '../../texts/texts.ts';

const gridFlags = {
  x: text('Columns: NAME=VALUES, such as steps=10,20,30, seed=1..4, cfg=3..7:2 or prompt=@prompts.txt (required)', 'Grid'),
  y: text('Rows, in the same way', 'Grid'),
  z: text('Blocks of columns and rows, in the same way', 'Grid'),
  'cell-size': number('Longest edge of a picture on the sheet, 32..2048. Default: 512', 'Grid'),
  out: text('File of the sheet (.png, .jpg, .webp) or folder. Default: grid and the prompt, in this folder', 'Output'),
  cells: text('Folder for the pictures as PNG files with their recipes', 'Output'),
  force: toggle('Replace an existing sheet', 'Output'),
} as const;

/** A cell is one picture, and shows nothing before it is painted. */
const isOfOnePicture = (flag: string): boolean => ['batch-count', 'keep-finished'].includes(flag) || flag.startsWith('preview');
const others = <T>(table: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(table).filter(([flag]) => !isOfOnePicture(flag)));

export const flags = { ...gridFlags, ...others(generateFlags.flags), ...modelFlags.flags };
export const needs = { ...others(generateFlags.needs), ...modelFlags.needs };
export const replaced = others(generateFlags.replaced);
export const paths = new Map([...generateFlags.paths, ...modelFlags.paths]);

type GridValues = { prompt: string | undefined } & Values<typeof gridFlags>;

async function axesOf({ x, y, z }: GridValues): Promise<{ x: GridAxis; y: GridAxis | undefined; z: GridAxis | undefined }> {
  if (x === undefined) throw new ArtistError('ERR_INVALID_ARGUMENT', '--x: expected an axis such as steps=10,20,30, got none');
  const read = (text: string | undefined): Promise<GridAxis> | undefined => (text === undefined ? undefined : readGridAxis(text));
  return { x: await readGridAxis(x), y: await read(y), z: await read(z) };
}

async function promptOf({ prompt }: GridValues, axes: readonly (GridAxis | undefined)[]): Promise<{ prompt?: string }> {
  const isAxis = axes.some((axis) => axis?.option === 'prompt');
  if (prompt === undefined && !isAxis)
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      'prompt: expected what to paint, or an axis such as --x prompt="a fox","an owl", got neither',
    );
  if (prompt !== undefined && isAxis)
    throw new ArtistError('ERR_INVALID_ARGUMENT', 'prompt: expected to be left out, because an axis has the prompts');
  return prompt === undefined ? {} : { prompt: await readPrompt(prompt) };
}

async function fileFor({ out, force }: GridValues, { prompt }: { prompt?: string }): Promise<string> {
  const own = prompt === undefined ? 'grid.png' : `grid-${slug(prompt)}.png`;
  if (out === undefined) return force ? own : freeName(own);
  const file = await inFolder(out, own);
  await checkOutput(file, { force: force === true, endings: pictureEndings });
  return file;
}

const nameOf = ({ values }: GridCell): string =>
  Object.entries(values)
    .map(([option, value]) => `${option}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');

function report({ axes, cells, seed, failed, aborted }: PaintedGrid, { path }: SavedImage, total: number): Outcome {
  const painted = cells.filter(({ status }) => status === 'painted');
  const earlier = painted.filter((cell) => cell.earlier).length;
  const texts = t.grid;
  return {
    json: {
      sheet: path,
      axes: axes.map(({ option, values }) => ({ option, values })),
      seed: seed ?? null,
      cells: cells.map((cell) => ({
        ...cell,
        seed: cell.seed ?? null,
        seconds: cell.seconds ?? null,
        file: cell.file ?? null,
        error: cell.error ?? null,
      })),
      failed,
      aborted,
      seconds: total,
    },
    text: [path],
    notes: [
      texts.done({ painted: painted.length, all: cells.length, earlier, times: seconds(total) }) +
        (seed === undefined ? '' : texts.seed({ seed })),
      ...(failed > 0 ? [texts.failed({ n: failed })] : []),
      ...(aborted ? [texts.stopped] : []),
    ],
    ...(aborted ? { status: exitStatus.cancelled } : failed > 0 ? { status: exitStatus.failed } : {}),
  };
}

export async function paintSheet(values: GridValues, context: Context): Promise<Outcome> {
  const axes = await axesOf(values);
  const prompt = await promptOf(values, Object.values(axes));
  const out = await fileFor(values, prompt);
  const options: GenerateOptions = { ...generateFlags.optionsOf(values), ...prompt };
  const shown = watchWork(context);
  const artist = await openArtist(context);
  const started = performance.now();
  const count = Object.values(axes).reduce((product, axis) => product * (axis?.values.length ?? 1), 1);
  try {
    const grid = await paintGrid(artist, {
      ...axes,
      load: modelFlags.optionsOf(values),
      options,
      cell: values['cell-size'],
      folder: values.cells,
      signal: context.signal,
      onProgress: (event, index) => shown.onWork({ ...event, candidate: index, of: count }),
      onCell: (cell) => cell.error && context.warn(`${nameOf(cell)}: ${cell.error.code}: ${cell.error.message}`),
    });
    const saved = await grid.sheet.save(out, { overwrite: values.force === true });
    shown.stop();
    return report(grid, saved, (performance.now() - started) / 1000);
  } finally {
    shown.stop();
    await artist.dispose();
  }
}
