import type { Document, ParseOptions } from 'yaml';
import { ArtistError } from '../core/index.ts';

const firstLine = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause)).split('\n')[0] ?? '';

/** Bytes of a configuration: it holds settings and lists of subjects. */
export const longestYaml = 1_048_576;
/** Lists and sections inside each other. */
const deepestYaml = 32;

/** The parser calls itself for each level: what is deeper than anybody writes would end the process, so it is found before. */
function tooDeepAt(text: string): number | undefined {
  let open = 0;
  let number = 0;
  for (const line of text.split('\n')) {
    number++;
    // Lists in lists may stand in one line: `- - - x`. Blanks in front of a line are levels, at least one for each.
    const [lead = ''] = /^(?:[-?:]?[ \t]+|[-?:]$)*/.exec(line) ?? [];
    if ((lead.match(/[-?:]/g)?.length ?? 0) > deepestYaml || (/\S/.test(line.slice(lead.length)) && lead.length > 8 * deepestYaml))
      return number;
    for (const sign of line.match(/[[\]{}]/g) ?? []) {
      open = sign === '[' || sign === '{' ? open + 1 : Math.max(0, open - 1);
      if (open > deepestYaml) return number;
    }
  }
  return undefined;
}

/**
 * Reads YAML of bounded size, depth and number of aliases.
 *
 * @param where begins the message; `lineOf` puts the line behind it
 * @throws ArtistError ERR_CONFIG
 */
export async function readYaml(
  text: string,
  where: string,
  options: ParseOptions & { lineOf?: (line: number) => string } = {},
): Promise<{ document: Document; value: unknown }> {
  const { lineOf = () => where, ...parsing } = options;
  if (text.length > longestYaml)
    throw new ArtistError('ERR_CONFIG', `${where}: expected at most ${longestYaml} characters of YAML, got ${text.length}`);
  const deep = tooDeepAt(text);
  if (deep !== undefined)
    throw new ArtistError('ERR_CONFIG', `${lineOf(deep)}: expected at most ${deepestYaml} lists and sections inside each other, got more`);
  // Read here and not before: most homes have no configuration file.
  const { parseDocument } = await import('yaml');
  try {
    const document = parseDocument(text, { ...parsing, schema: 'core', uniqueKeys: true });
    const [error] = document.errors;
    if (error)
      throw new ArtistError('ERR_CONFIG', `${lineOf(error.linePos?.[0].line ?? 1)}: expected YAML, got ${firstLine(error)}`, {
        cause: error,
      });
    return { document, value: document.toJS({ maxAliasCount: 100 }) };
  } catch (cause) {
    if (cause instanceof ArtistError) throw cause;
    throw new ArtistError('ERR_CONFIG', `${where}: expected YAML, got ${firstLine(cause)}`, { cause });
  }
}
