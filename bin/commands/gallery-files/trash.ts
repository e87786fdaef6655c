import { ArtistError } from '../../../lib/core/index.ts';
import { changeEach, selectWorks } from '../../../lib/gallery/index.ts';
import { number, toggle } from '../../flags/flags.ts';
import { queryFlag, worksPositional } from '../../flags/works-flags.ts';
import { changedOutcome } from '../../print/works/work-lines.ts';
import { command } from '../../shell/command.ts';
import { openGallery } from '../../shell/settings.ts';

export const trashCommand = command({
  optional: { works: worksPositional },
  flags: {
    query: queryFlag,
    empty: toggle('Delete the files of all works in the trash. This cannot be undone'),
    'older-than': number('With --empty: only works that have been in the trash for this many days'),
  },
  needs: { 'older-than': 'empty' },
  examples: [
    ['$0 gallery trash latest', 'Hide it from every list and search; the files stay'],
    ['$0 gallery trash --query "rating:1"', 'Every work that a query finds'],
    ['$0 gallery list --trashed', 'What is in the trash'],
    ['$0 gallery trash --empty --older-than 30', 'Delete for good'],
  ],
  run: async ({ works = [], query, empty, 'older-than': days }, context) => {
    const gallery = await openGallery(context);
    if (!empty) {
      const changed = await changeEach(await selectWorks(gallery, { works, query }), context.signal, (id) => gallery.trash(id));
      return changedOutcome(changed, 'moved to the trash; to bring back: ai-artist gallery restore', context.warn);
    }
    if (works.length > 0 || query !== undefined)
      throw new ArtistError('ERR_INVALID_ARGUMENT', '--empty: expected no ids and no --query with it: it is for the whole trash');
    const before = Date.now() - (days ?? 0) * 86_400_000;
    const trashed = await gallery.getMany(await gallery.select('', { trashed: true }));
    const old = trashed.filter(({ trashedAt }) => trashedAt !== undefined && Date.parse(trashedAt) <= before);
    const purged = await changeEach(
      old.map(({ id }) => id),
      context.signal,
      (id) => gallery.purge(id),
    );
    return changedOutcome(purged, 'deleted', context.warn);
  },
});
