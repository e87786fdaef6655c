import type { ArtImage } from '../../lib/image/index.ts';
import { drawBlock, type Terminal, writeLines } from '../../lib/observe/index.ts';
import type { Context } from '../shell/run.ts';

/** Most cells of a picture. A cell is about twice as high as wide, so this is a square. */
const mostColumns = 32;
const mostRows = 16;

/** Cells of one picture. */
export interface Cells {
  columns: number;
  rows: number;
}

/** The cells of a picture, or of several side by side: its shape, as large as fits above a status line. */
export function cellsOf(image: Pick<ArtImage, 'width' | 'height'>, terminal: Pick<Terminal, 'columns' | 'rows'>, pictures = 1): Cells {
  const across = Math.min(mostColumns * pictures, terminal.columns ?? mostColumns);
  const down = Math.min(mostRows, (terminal.rows ?? mostRows + 2) - 2);
  // In half cells, which are about square.
  const scale = Math.min(across / image.width, (2 * down) / image.height);
  return { columns: Math.max(1, Math.round(image.width * scale)), rows: Math.max(1, Math.round((image.height * scale) / 2)) };
}

export interface TerminalPreview {
  /** Draws over the previous preview. Drops pictures while one is being drawn, so that it never delays the work. */
  show: (image: ArtImage) => void;
  /** Resolves when the last one is drawn; lines written earlier would appear above it. */
  drawn: () => Promise<void>;
}

type Protocol = 'kitty' | 'iterm' | 'blocks';

/** What the terminal on stderr can draw, from the variables that terminals set for this. Sends no queries: they would read from stdin. */
export function previewProtocol(environment: NodeJS.ProcessEnv, isTerminal: boolean): Protocol | undefined {
  const { TERM = '', TERM_PROGRAM = '', COLORTERM = '' } = environment;
  // no-color.org: a picture is all colours.
  if (!isTerminal || environment['NO_COLOR'] || TERM === 'dumb') return undefined;
  // tmux and screen do not pass graphics to the outer terminal.
  const direct = !/^(tmux|screen)/.test(TERM) && !environment['TMUX'];
  if (direct && (TERM === 'xterm-kitty' || environment['KITTY_WINDOW_ID'] || TERM_PROGRAM === 'ghostty')) return 'kitty';
  if (direct && (TERM_PROGRAM === 'iTerm.app' || TERM_PROGRAM === 'WezTerm')) return 'iterm';
  return /^(truecolor|24bit)$/.test(COLORTERM) ? 'blocks' : undefined;
}

/** Two pixels per cell: upper half block with the colour of the upper pixel on the colour of the lower one. */
export function halfBlocks(
  { data, width, height, channels }: Pick<ArtImage, 'data' | 'width' | 'height' | 'channels'>,
  { columns: across, rows: down }: Cells,
): string[] {
  const colour = (column: number, row: number): string => {
    const x = Math.min(width - 1, Math.floor(((column + 0.5) * width) / across));
    const y = Math.min(height - 1, Math.floor(((row + 0.5) * height) / (2 * down)));
    const at = (y * width + x) * channels;
    const [red = 0, green = red, blue = red] = channels < 3 ? [data[at] ?? 0] : data.subarray(at, at + 3);
    return `${red};${green};${blue}`;
  };
  return Array.from({ length: down }, (_, row) => {
    const cells = Array.from(
      { length: across },
      (_, column) => `\x1b[38;2;${colour(column, 2 * row)};48;2;${colour(column, 2 * row + 1)}m▀`,
    );
    return `${cells.join('')}\x1b[0m`;
  });
}

/** sw.kovidgoyal.net/kitty/graphics-protocol: PNG (f=100) in chunks of 4096 characters; q=2: no answer; C=1: the cursor stays. */
function kittyImage(png: Buffer, { columns, rows }: Cells, id?: number): string {
  const chunks = png.toString('base64').match(/.{1,4096}/g) ?? [];
  return chunks
    .map(
      (chunk, index) =>
        `\x1b_G${index === 0 ? `a=T,f=100,${id === undefined ? '' : `i=${id},`}c=${columns},r=${rows},C=1,q=2,` : ''}m=${index < chunks.length - 1 ? 1 : 0};${chunk}\x1b\\`,
    )
    .join('');
}

/** iterm2.com/documentation-images */
function itermImage(png: Buffer, { columns, rows }: Cells): string {
  return `\x1b7\x1b]1337;File=inline=1;size=${png.length};width=${columns};height=${rows};preserveAspectRatio=1:${png.toString('base64')}\x07\x1b8`;
}

/** @param id of a picture that the next one with it replaces; kitty alone has those */
async function drawing(image: ArtImage, protocol: Protocol, cells: Cells, id?: number): Promise<string> {
  if (protocol === 'blocks') return halfBlocks(image, cells).join('\n');
  const png = await image.toBuffer('png');
  const picture = protocol === 'kitty' ? kittyImage(png, cells, id) : itermImage(png, cells);
  const below = cells.rows - 1;
  // Print the rows first: at the lower edge they scroll, which would move the picture.
  return below === 0 ? picture : `${'\n'.repeat(below)}\x1b[${below}A${picture}\x1b[${below}B`;
}

/** Where pictures of this command go; undefined: nowhere, because the command is quiet, writes JSON lines, or the terminal shows no pictures. */
function canvasOf({ quiet, logFormat }: Context): { protocol: Protocol; terminal: Terminal } | undefined {
  const terminal = process.stderr;
  const protocol = quiet || logFormat === 'json' ? undefined : previewProtocol(process.env, terminal.isTTY === true);
  return protocol && { protocol, terminal };
}

const previewId = 7421;

/** What a terminal lacks that shows no pictures. */
export const noPictures = 'this terminal shows no pictures (needs the graphics of kitty or iTerm2, or COLORTERM=truecolor)';

/** Whether showPicture() can show any. */
export const showsPictures = (context: Context): boolean => canvasOf(context) !== undefined;

/** The preview of this terminal; undefined, with a warning, if it cannot draw pictures. */
export function terminalPreview(context: Context): TerminalPreview | undefined {
  if (context.quiet) return undefined;
  const canvas = canvasOf(context);
  if (!canvas) {
    context.warn(`--preview: ${noPictures}; painting without previews`);
    return undefined;
  }
  const { protocol, terminal } = canvas;
  let busy: Promise<void> | undefined;
  const draw = async (image: ArtImage): Promise<void> => {
    const cells = cellsOf(image, terminal);
    drawBlock(terminal, await drawing(image, protocol, cells, previewId), cells.rows);
  };
  return {
    show: (image) => {
      busy ??= draw(image)
        .catch((error: unknown) => context.warn(`--preview: cannot be shown: ${String(error)}`))
        .finally(() => {
          busy = undefined;
        });
    },
    drawn: async () => busy,
  };
}

/**
 * Draws one picture and moves below it.
 *
 * @param pictures how many are side by side in it
 * @returns the cells that it fills; undefined: this terminal shows no pictures
 */
export async function showPicture(context: Context, image: ArtImage, pictures = 1): Promise<Cells | undefined> {
  const canvas = canvasOf(context);
  if (!canvas) return undefined;
  const { protocol, terminal } = canvas;
  const cells = cellsOf(image, terminal, pictures);
  writeLines(terminal, await drawing(image, protocol, cells));
  return cells;
}
