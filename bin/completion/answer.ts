/** `ai-artist __complete PROGRAM WORD…`: what the scripts of the shells call at each Tab. */
import { plainText } from '../../lib/core/index.ts';
import { complete, type Offer } from './complete.ts';
import { lookUpIn } from './look-up.ts';
import { commandTable } from './table.ts';

const longest = 70;

/** One line: a shell reads the value up to the tab. */
function lineOf({ value, about }: Offer): string {
  if (!about) return value;
  const line = plainText(about).replace(/\s+/g, ' ').trim();
  return `${value}\t${[...line].length > longest ? `${[...line].slice(0, longest - 1).join('')}…` : line}`;
}

/** The home that the line names. */
function homeIn(words: readonly string[]): string | undefined {
  const at = words.indexOf('--home');
  return at >= 0 && at < words.length - 2 ? words[at + 1] : words.find((word) => word.startsWith('--home='))?.slice('--home='.length);
}

/**
 * Prints the offers, one a line with its description behind a tab, and last `:none`, `:file` or `:folder`: what the shell adds itself.
 *
 * @param program the command that is being completed: ai-artist-gallery is `ai-artist gallery`
 */
export async function answer([program = '', ...words]: readonly string[]): Promise<number> {
  try {
    const above = /ai-artist-(gallery|schedule)/.exec(program)?.[1];
    const line = above === undefined ? words : [above, ...words];
    const { offers, paths = 'none' } = await complete(await commandTable(), line, lookUpIn(homeIn(line)));
    process.stdout.write(`${[...offers.filter(({ value }) => !/[\t\n]/.test(value)).map(lineOf), `:${paths}`].join('\n')}\n`);
    return 0;
  } catch (error) {
    // The shell shows its own line: what went wrong is for a person who calls this by hand.
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.stdout.write(':none\n');
    return 1;
  }
}
