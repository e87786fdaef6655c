import { createProgress } from '../../../lib/observe/index.ts';
import { number, text } from '../../flags/flags.ts';
import { progressIsSilent } from '../../print/progress.ts';
import { command } from '../../shell/command.ts';
import { openArtist } from '../../shell/settings.ts';
import { proposalView, trialLines } from './view.ts';

export const proposalTryCommand = command({
  required: { proposal: text('Id of the proposal') },
  flags: { prompts: number('Prompts of the panel, 3..200. Default: 24') },
  names: new Map([['prompts', '--prompts']]),
  examples: [
    ['$0 proposal try l1', 'Print the path of the panel; exit status 1 if it does not pass'],
    ['$0 proposal try l1 --prompts 60 --json', 'Narrower intervals'],
  ],
  epilogue:
    'Paints prompts that none of its works had, each without and with the LoRA from the same start noise. style: mean cosine with the held-out works. novelty: 1 - cosine with the nearest earlier work. The LoRA passes if the 95 % interval of the style gain lies above 0 and that of the novelty gain does not lie below 0.',
  run: async ({ proposal: id, prompts }, context) => {
    const progress = createProgress({ silent: progressIsSilent(context) });
    const artist = await openArtist(context, 0);
    try {
      const proposal = await artist.proposals.try(id, {
        prompts,
        signal: context.signal,
        onPainted: (done, of) => progress.update('painting', done, of),
      });
      progress.end();
      return {
        json: { proposal: proposalView(proposal) },
        text: [proposal.trial?.panel ?? ''],
        notes: trialLines(proposal),
        status: proposal.trial?.passed ? 0 : 1,
      };
    } finally {
      progress.end();
      await artist.dispose();
    }
  },
});
