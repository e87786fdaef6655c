import { group } from '../../shell/command.ts';

export const proposalCommand = group(
  [
    {
      usage: 'list',
      describe: 'List all proposals and the adopted LoRAs',
      load: async () => (await import('./list.ts')).proposalListCommand,
    },
    {
      usage: 'make',
      describe: 'Train a LoRA on the best works of this home',
      load: async () => (await import('./make.ts')).proposalMakeCommand,
    },
    {
      usage: 'try <proposal>',
      describe: 'Paint the same prompts without and with it, and compare',
      load: async () => (await import('./try.ts')).proposalTryCommand,
    },
    {
      usage: 'adopt <proposal>',
      describe: 'Paint with it from now on, if it passed the trial',
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
    ['$0 proposal make', 'From works rated 4 or 5 or starred'],
    ['$0 proposal try l1', 'Compare it with painting without it'],
    ['$0 proposal adopt l1', 'If style rises and novelty does not fall'],
  ],
);
