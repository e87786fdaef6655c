import type { Gallery } from '../../lib/gallery/index.ts';
import type { Context } from '../shell/run.ts';
import { list, text } from './flags.ts';

/** How commands on many works say which: ids, or a query. */
export const worksPositional = list('Ids of works, beginnings or ends of them, or latest', undefined, (value) => value);
export const queryFlag = text('All works that this query finds, instead of ids (see: ai-artist gallery search --help)');

/** Says which fields of a query no work has: nothing was found by them, and somebody may look for the reason. */
export async function warnOfFields(gallery: Gallery, query: string, { warn }: Pick<Context, 'warn'>): Promise<void> {
  for (const { field, meant } of await gallery.unknownFields(query))
    warn(`query: no work has a field ${JSON.stringify(field)}${meant === undefined ? '' : `. Did you mean ${meant}?`}`);
}
