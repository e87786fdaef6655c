import type { Gallery } from '../../lib/gallery/index.ts';
import type { Context } from '../shell/run.ts';
import { list, text } from './flags.ts';

/** How commands on many works select them: by ids or by a query. */
export const worksPositional = list('Ids of works, their first or last characters, or latest', undefined, (value) => value);
export const queryFlag = text('Use all works that this query finds, instead of ids (see: ai-artist gallery search --help)');

/** Warns about fields of a query that no work has: they find nothing, and the reason may be a typing error. */
export async function warnOfFields(gallery: Gallery, query: string, { warn }: Pick<Context, 'warn'>): Promise<void> {
  for (const { field, meant } of await gallery.unknownFields(query))
    warn(`query: no work has a field ${JSON.stringify(field)}${meant === undefined ? '' : `. Did you mean ${meant}?`}`);
}
