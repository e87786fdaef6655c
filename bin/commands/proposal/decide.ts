import { ProposalBook } from '../../../lib/artist/index.ts';
import { text } from '../../flags/flags.ts';
import { command } from '../../shell/command.ts';
import { openArtist } from '../../shell/settings.ts';
import { proposalView, trialLines } from './view.ts';

export const proposalAdoptCommand = command({
  required: { proposal: text('Id of the proposal') },
  examples: [['$0 proposal adopt l1', 'Paint with it from now on, unless --lora names others']],
  run: async ({ proposal: id }, { home }) => {
    const proposal = await new ProposalBook(home).adopt(id);
    return {
      json: { proposal: proposalView(proposal) },
      text: [proposal.id],
      notes: [...trialLines(proposal), 'adopted; undo it with: ai-artist proposal rollback'],
    };
  },
});

export const proposalRejectCommand = command({
  required: { proposal: text('Id of the proposal') },
  examples: [['$0 proposal reject l1', 'Delete its LoRA and training data']],
  run: async ({ proposal: id }, context) => {
    const artist = await openArtist(context, 0);
    try {
      const proposal = await artist.proposals.reject(id);
      return { json: { proposal: proposalView(proposal) }, text: [proposal.id], notes: [`${proposal.id} is rejected, its LoRA deleted`] };
    } finally {
      await artist.dispose();
    }
  },
});

export const proposalRollbackCommand = command({
  examples: [['$0 proposal rollback', 'Restore the LoRAs before the last adoption']],
  run: async (_, { home }) => {
    const { removed, adopted } = await new ProposalBook(home).rollback();
    return {
      json: { removed, adopted },
      text: removed,
      notes: [adopted.length > 0 ? `adopted: ${adopted.join(', ')}` : 'no LoRA is adopted now'],
    };
  },
});
