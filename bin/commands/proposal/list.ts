import { ProposalBook } from '../../../lib/artist/index.ts';
import { command } from '../../shell/command.ts';
import { proposalLine, proposalView } from './view.ts';

export const proposalListCommand = command({
  examples: [['$0 proposal list', 'Id, state, training data and result of the trial']],
  run: async (_, { home }) => {
    const { proposals, adopted } = await new ProposalBook(home).read();
    return {
      json: { proposals: proposals.map(proposalView), adopted },
      text: proposals.map(proposalLine),
      notes: [adopted.length > 0 ? `adopted: ${adopted.join(', ')}` : 'none is adopted'],
    };
  },
});
