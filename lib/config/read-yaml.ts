import type { Document, ParseOptions } from 'yaml';
import { ArtistError } from '../core/index.ts';

const firstLine = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause)).split('\n')[0] ?? '';

/** Longest YAML text, characters. Ample for settings and lists of subjects. */
export const longestYaml = 1_048_576;
/** Deepest nesting of lists and sections. */
const deepestYaml = 32;

/** The first line that nests too deeply. The parser is recursive: extreme nesting would crash the process, so check before parsing. */
function tooDeepAt(text: string): number | undefined {
  let open = 0;
  let number = 0;
  for (const line of text.split('\n')) {
    number++;
    // Nested lists may be on one line: `- - - x`. Each level of indentation takes at least one blank.
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
 * Parses YAML with limits on size, depth and number of aliases.
 *
 * @param where start of the error message; `lineOf` returns it with the line number
 * @throws ArtistError ERR_CONFIG when the text is not valid YAML or exceeds a limit
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
  // Imported on demand: most homes have no configuration file.
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
