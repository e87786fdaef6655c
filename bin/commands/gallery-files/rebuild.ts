import { counted } from '../../../lib/core/index.ts';
import { createProgress } from '../../../lib/observe/index.ts';
import { progressIsSilent } from '../../print/progress.ts';
import { command } from '../../shell/command.ts';
import { openGallery } from '../../shell/settings.ts';

export const rebuildCommand = command({
  examples: [['$0 gallery rebuild', 'After editing records by hand']],
  run: async (_, context) => {
    const gallery = await openGallery(context);
    const progress = createProgress({ silent: progressIsSilent(context) });
    try {
      const { works, problems } = await gallery.rebuild({
        signal: context.signal,
        onProgress: (done, total) => progress.update('reading records', done, total),
      });
      progress.end();
      return {
        json: { works, problems },
        text: [`${counted(works, 'work')}`],
        notes: problems > 0 ? [`${counted(problems, 'record')} cannot be used. See: ai-artist gallery verify`] : [],
        status: problems > 0 ? 1 : 0,
      };
    } finally {
      progress.end();
    }
  },
});
