import type { ArtImage } from '../lib/image/index.ts';
import type { Context } from './run.ts';

/** Cells that a preview takes: 32 columns and 16 rows are about square. */
const columns = 32;
const rows = 16;

export interface TerminalPreview {
  /** Draws over the preview before. Slow encoders drop pictures in between, never delay the work. */
  show: (image: ArtImage) => void;
  /** Something else was written below: the next one does not go over the last. */
  restart: () => void;
}

type Protocol = 'kitty' | 'iterm' | 'blocks';

/** What the terminal on stderr can draw. From the variables that terminals set for this purpose; no queries, which would read from stdin. */
export function previewProtocol(environment: NodeJS.ProcessEnv, isTerminal: boolean): Protocol | undefined {
  // NO_COLOR (no-color.org): the logger strips every escape sequence then.
  if (!isTerminal || environment['NO_COLOR']) return undefined;
  const { TERM = '', TERM_PROGRAM = '', COLORTERM = '' } = environment;
  // Inside tmux and screen the graphics of the outer terminal do not arrive.
  const direct = !/^(tmux|screen)/.test(TERM) && environment['TMUX'] === undefined;
  if (direct && (TERM === 'xterm-kitty' || environment['KITTY_WINDOW_ID'] !== undefined || TERM_PROGRAM === 'ghostty')) return 'kitty';
  if (direct && (TERM_PROGRAM === 'iTerm.app' || TERM_PROGRAM === 'WezTerm')) return 'iterm';
  return /^(truecolor|24bit)$/.test(COLORTERM) ? 'blocks' : undefined;
}

/** Two pixels per cell: upper half block with the colour of the upper pixel on the colour of the lower one. */
export function halfBlocks(
  { data, width, height, channels }: Pick<ArtImage, 'data' | 'width' | 'height' | 'channels'>,
  across = columns,
  down = rows,
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
function kittyImage(png: Buffer): string {
  const chunks = png.toString('base64').match(/.{1,4096}/g) ?? [];
  return chunks
    .map(
      (chunk, index) =>
        `\x1b_G${index === 0 ? `a=T,f=100,i=7421,c=${columns},r=${rows},C=1,q=2,` : ''}m=${index < chunks.length - 1 ? 1 : 0};${chunk}\x1b\\`,
    )
    .join('');
}

/** iterm2.com/documentation-images */
function itermImage(png: Buffer): string {
  return `\x1b7\x1b]1337;File=inline=1;size=${png.length};width=${columns};height=${rows};preserveAspectRatio=1:${png.toString('base64')}\x07\x1b8`;
}

async function drawing(image: ArtImage, protocol: Protocol): Promise<string> {
  if (protocol === 'blocks') return halfBlocks(image).join('\n');
  const png = await image.toBuffer('png');
  return `${(protocol === 'kitty' ? kittyImage : itermImage)(png)}${'\n'.repeat(rows - 1)}`;
}

/** The preview of this terminal; undefined, with a line that says so, where it can draw none. */
export function terminalPreview(context: Context): TerminalPreview | undefined {
  if (context.quiet) return undefined;
  const protocol = previewProtocol(process.env, process.stderr.isTTY === true);
  if (protocol === undefined) {
    context.warn(
      '--preview: this terminal shows no pictures (needs the graphics of kitty or iTerm2, or COLORTERM=truecolor); painting without',
    );
    return undefined;
  }
  let drawn = false;
  let busy = false;
  const draw = async (image: ArtImage): Promise<void> => {
    const block = await drawing(image, protocol);
    // The status line of the progress bar is below the block; note() keeps it there.
    context.note(`${drawn ? `\x1b[${rows}A` : ''}${block}`);
    drawn = true;
  };
  return {
    restart: () => {
      drawn = false;
    },
    show: (image) => {
      if (busy) return;
      busy = true;
      draw(image)
        .catch((error: unknown) => context.warn(`--preview: cannot be shown: ${String(error)}`))
        .finally(() => {
          busy = false;
        });
    },
  };
}

/** Draws one picture and goes on below it; false: this terminal shows none. */
export async function showPicture(context: Context, image: ArtImage): Promise<boolean> {
  const protocol = context.quiet ? undefined : previewProtocol(process.env, process.stderr.isTTY === true);
  if (protocol === undefined) return false;
  context.note(await drawing(image, protocol));
  return true;
}
