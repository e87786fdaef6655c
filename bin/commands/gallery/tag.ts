import { ArtistError } from '../../../lib/core/index.ts';
import { changeEach, selectWorks } from '../../../lib/gallery/index.ts';
import { list } from '../../flags/flags.ts';
import { queryFlag, worksPositional } from '../../flags/works-flags.ts';
import { changedOutcome } from '../../print/works/work-lines.ts';
import { command } from '../../shell/command.ts';
import { openGallery } from '../../shell/settings.ts';

/** `names` with some added and some removed; null if none is left. */
export function changedNames(names: readonly string[] = [], add: readonly string[] = [], remove: readonly string[] = []): string[] | null {
  const left = [...new Set([...names, ...add])].filter((name) => !remove.includes(name));
  return left.length > 0 ? left : null;
}

const word = (value: string): string => value;

export const tagCommand = command({
  optional: { works: worksPositional },
  flags: {
    add: list('Tag to add; may be given several times', undefined, word),
    remove: list('Tag to remove; may be given several times', undefined, word),
    query: queryFlag,
  },
  examples: [
    ['$0 gallery tag latest --add animal --add ink', 'Two tags'],
    ['$0 gallery tag --query "fox" --add fox --remove draft', 'Every work that a query finds'],
  ],
  run: async ({ works, add, remove, query }, context) => {
    if (add === undefined && remove === undefined)
      throw new ArtistError('ERR_INVALID_ARGUMENT', '--add: expected a tag, or --remove, got neither');
    const gallery = await openGallery(context);
    const ids = await selectWorks(gallery, { works, query });
    const changed = await changeEach(ids, context.signal, (id) =>
      gallery.update(id, ({ tags }) => ({ tags: changedNames(tags, add, remove) })),
    );
    return changedOutcome(changed, 'tagged', context.warn);
  },
});
