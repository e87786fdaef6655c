import { group } from '../../shell/command.ts';

export const proposalCommand = group(
  [
    {
      usage: 'list',
      describe: 'All proposals, and what is adopted',
      load: async () => (await import('./list.ts')).proposalListCommand,
    },
    {
      usage: 'make',
      describe: 'Train a LoRA on its own best works',
      load: async () => (await import('./make.ts')).proposalMakeCommand,
    },
    {
      usage: 'try <proposal>',
      describe: 'Paint the same prompts without and with it, and measure',
      load: async () => (await import('./try.ts')).proposalTryCommand,
    },
    {
      usage: 'adopt <proposal>',
      describe: 'Paint with it from now on, if it passed',
      load: async () => (await import('./decide.ts')).proposalAdoptCommand,
    },
    {
      usage: 'reject <proposal>',
      describe: 'Delete its LoRA',
      load: async () => (await import('./decide.ts')).proposalRejectCommand,
    },
    {
      usage: 'rollback',
      describe: 'Restore the LoRAs before the last adoption',
      load: async () => (await import('./decide.ts')).proposalRollbackCommand,
    },
  ],
  [
    ['$0 proposal make', 'From works that were rated 4 or 5 or starred'],
    ['$0 proposal try l1', 'Measure it against what is'],
    ['$0 proposal adopt l1', 'If its style rises and novelty does not fall'],
  ],
);
