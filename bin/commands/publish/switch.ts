import { setPublishingOff } from '../../../lib/publish/index.ts';
import { command } from '../../shell/command.ts';

export const offCommand = command({
  examples: [['$0 publish off', 'Nothing of this home is posted from now on, by any process']],
  run: async (_, { home }) => {
    const path = await setPublishingOff(home, true);
    return { json: { off: true, path }, text: [path], notes: ['publishing is off while this file exists'] };
  },
});

export const onCommand = command({
  examples: [['$0 publish on', 'What is due goes out again']],
  run: async (_, { home }) => {
    const path = await setPublishingOff(home, false);
    return { json: { off: false, path }, text: [], notes: ['publishing is on'] };
  },
});
