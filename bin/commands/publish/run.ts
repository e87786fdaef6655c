import { toggle } from '../../flags/flags.ts';
import { command } from '../../shell/command.ts';
import { untilAborted } from '../../shell/interrupt.ts';
import { openSender } from '../../steps/publishing.ts';
import { t } from '../../texts/texts.ts';

export const runCommand = command({
  flags: { once: toggle('Do what is due now, then end') },
  examples: [
    ['$0 publish run', 'Until Ctrl-C; posts can be added and cancelled meanwhile'],
    ['$0 publish run --once', 'For cron'],
  ],
  epilogue: 'Several may run: only one works on an account at a time.',
  atInterrupt: t.shell.stoppingAfterCall,
  run: async ({ once = false }, context) => {
    await context.logToFiles('publish');
    const sender = await openSender('ai-artist publish run', context);
    try {
      if (once) await sender.look();
      else {
        sender.start();
        await untilAborted(context.signal);
      }
    } finally {
      await sender.close();
    }
    return { json: { home: context.home }, text: [] };
  },
});
