import { ArtistError } from '../../lib/core/index.ts';
import { ledgerOf } from '../../lib/curation/index.ts';
import { anyText } from '../flags/flags.ts';
import { derivationLines } from '../print/works/derivation-lines.ts';
import { whyLines } from '../print/works/why-lines.ts';
import { command } from '../shell/command.ts';
import { openGallery } from '../shell/settings.ts';

export const whyCommand = command({
  required: { id: anyText('Id of the work, its first or last characters, or latest') },
  examples: [
    ['$0 why latest', 'Why the last work was kept over other candidates, and how its prompt was chosen'],
    ['$0 why 01K3 --json', 'The ledger as JSON'],
  ],
  epilogue:
    'Reads the ledger that create stores with each work: every candidate, its terms, which candidate would have won without one of them, and how the prompt was chosen.',
  run: async ({ id }, context) => {
    const gallery = await openGallery(context);
    const work = await gallery.get(id);
    const ledger = ledgerOf(work);
    if (!ledger)
      throw new ArtistError(
        'ERR_NOT_FOUND',
        `${work.id}: expected a work with a ledger, got ${work.curation === undefined ? 'none' : 'one that this version cannot read'}. Only works of create have one`,
      );
    return {
      json: {
        id: work.id,
        prompt: work.recipe?.prompt ?? null,
        derivation: work.derivation ?? null,
        candidates: work.candidates ?? null,
        ledger,
      },
      text: [...whyLines(work, ledger), ...derivationLines(work)],
    };
  },
});
