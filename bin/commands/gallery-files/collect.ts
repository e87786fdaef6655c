import { ArtistError } from '../../../lib/core/index.ts';
import { changeEach, selectWorks } from '../../../lib/gallery/index.ts';
import { text, toggle } from '../../flags/flags.ts';
import { queryFlag, worksPositional } from '../../flags/works-flags.ts';
import { changedOutcome } from '../../print/works/work-lines.ts';
import { command } from '../../shell/command.ts';
import { openGallery } from '../../shell/settings.ts';
import { changedNames } from '../gallery/tag.ts';

export const collectCommand = command({
  optional: { works: worksPositional },
  flags: {
    in: text('Name of the collection. Without it and without works: list all collections'),
    remove: toggle('Remove the works from the collection'),
    query: queryFlag,
  },
  examples: [
    ['$0 gallery collect', 'The collections, and how many works each has'],
    ['$0 gallery collect latest --in "winter series"', 'Add a work; a new name creates a collection'],
    ['$0 gallery search \'collection:"winter series"\'', 'Its works'],
  ],
  run: async ({ works = [], in: name, remove, query }, context) => {
    const gallery = await openGallery(context);
    if (name === undefined) {
      if (works.length > 0 || query !== undefined || remove)
        throw new ArtistError('ERR_INVALID_ARGUMENT', '--in: expected the name of a collection, got none');
      const { collections } = await gallery.stats();
      return { json: { collections }, text: collections.map((one) => `${String(one.works).padStart(6)}  ${one.name}`) };
    }
    const ids = await selectWorks(gallery, { works, query });
    const [add, away] = remove ? [[], [name]] : [[name], []];
    const changed = await changeEach(ids, context.signal, (id) =>
      gallery.update(id, ({ collections }) => ({ collections: changedNames(collections, add, away) })),
    );
    return changedOutcome(changed, remove ? `removed from ${name}` : `added to ${name}`, context.warn);
  },
});
