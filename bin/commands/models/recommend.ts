import { recommend, wishes } from '../../../lib/advice/index.ts';
import { choice, number, toggle } from '../../flags/flags.ts';
import { recommendOutcome } from '../../print/models/advice.ts';
import { command } from '../../shell/command.ts';
import { machineOf } from '../../steps/models/machine.ts';

export const recommendCommand = command({
  flags: {
    for: choice('Only for this wish, with every model and why it is the one to take or not', wishes),
    seconds: number('Longest time of a picture, above 0. Default: 120'),
    memory: number('Gigabytes that the model may take, above 0. Default: what can be used here'),
    commercial: toggle('Only models whose licence allows commercial use, some of them with conditions'),
    measure: toggle('Measure this machine again, which takes a few seconds'),
  },
  examples: [
    ['$0 models recommend', 'What to take first for photos, illustrations, speed, little memory'],
    ['$0 models recommend --for photo --seconds 600', 'Every model, best first, if ten minutes are not too long'],
    ['$0 models recommend --memory 8', 'For a machine with 8 GB'],
  ],
  epilogue:
    'The first call in a home measures the machine for a few seconds, and keeps that. Times that tune measured are used where there are some; others are estimates: docs/models.md says how they are made and how far off they are.',
  run: async ({ for: wish, measure, ...asked }, context) => {
    const given = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
    const found = await recommend({ ...given, ...(wish && { wishes: [wish] }) }, machineOf(context, measure === true));
    return recommendOutcome(found, wish !== undefined);
  },
});
