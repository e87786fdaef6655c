import { createProgress } from '../../../lib/observe/index.ts';
import { number } from '../../flags/flags.ts';
import { progressIsSilent } from '../../print/progress.ts';
import { command } from '../../shell/command.ts';
import { openArtist } from '../../shell/settings.ts';
import { proposalLine, proposalView } from './view.ts';

export const proposalMakeCommand = command({
  flags: {
    steps: number('Training steps. Default: 300'),
    weight: number('Weight of the LoRA when painting, above 0 and up to 2. Default: 0.8'),
    most: number('Use at most this many works, best first. Default: 60'),
    fewest: number('Refuse with fewer works than this, at least 4. Default: 12'),
    resolution: number("Training resolution in pixels. Default: the model's own"),
    rank: number('Rank of the LoRA. Default: that of train --preset style'),
    threads: number('CPU threads. Default: one per core'),
  },
  names: new Map(['steps', 'weight', 'most', 'fewest', 'resolution', 'threads'].map((name) => [name, `--${name}`])),
  examples: [
    ['$0 proposal make', 'From works rated 4 or 5 or starred; every sixth is held out for the trial'],
    ['$0 proposal make --steps 800 --most 100', 'More steps and more works'],
  ],
  epilogue: 'Uses only works of this home whose licence permits training. Nothing changes until you adopt the LoRA.',
  run: async ({ steps, weight, most, fewest, resolution, rank, threads }, context) => {
    const progress = createProgress({ silent: progressIsSilent(context) });
    const artist = await openArtist(context, 0);
    try {
      const proposal = await artist.proposals.make({
        steps,
        weight,
        most,
        fewest,
        train: {
          ...(resolution !== undefined && { resolution }),
          ...(rank !== undefined && { network: { rank } }),
          ...(threads !== undefined && { threads }),
        },
        signal: context.signal,
        onProgress: (event) => {
          if (event.type === 'step') progress.update('training', event.step, event.steps);
        },
      });
      progress.end();
      return {
        json: { proposal: proposalView(proposal) },
        text: [proposal.id],
        notes: [proposalLine(proposal), `Next: ai-artist proposal try ${proposal.id}`],
      };
    } finally {
      progress.end();
      await artist.dispose();
    }
  },
});
