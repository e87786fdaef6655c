import { surroundingsNow, tunedStore } from '../../../lib/tune/index.ts';
import { storedLines } from '../../print/tune-lines.ts';
import { command } from '../../shell/command.ts';

export const listTunedCommand = command({
  examples: [['$0 tune list', 'Model, device, date, gain, likeness and settings of each']],
  run: async (_, { home, warn }) => {
    const store = tunedStore(home, warn);
    const { tunings } = await store.read();
    const now = tunings.length > 0 ? await surroundingsNow() : undefined;
    return {
      json: { file: store.path, tunings },
      text: storedLines(tunings, now),
      ...(tunings.length === 0 && { notes: ['no model is tuned yet: ai-artist tune'] }),
    };
  },
});
