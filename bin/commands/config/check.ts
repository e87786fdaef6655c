import { checkSettings, openSecrets } from '../../../lib/artist/index.ts';
import { counted } from '../../../lib/core/index.ts';
import { readPostingTimes } from '../../../lib/publish/index.ts';
import { command } from '../../shell/command.ts';

export const checkCommand = command({
  examples: [['$0 config check', 'Lists every invalid line; exit status 1 if there is one']],
  run: async (_, context) => {
    const loaded = await context.config();
    await checkSettings(loaded);
    const { times } = loaded.config.publish;
    if (times) readPostingTimes(times);
    const warnings = await openSecrets(loaded);
    for (const line of warnings) context.warn(line);
    const set = [...loaded.origins.values()].filter(({ from }) => from !== 'default').length;
    const where = loaded.fileExists ? loaded.file : 'no configuration file';
    return {
      json: { ok: true, file: loaded.file, exists: loaded.fileExists, set, warnings },
      text: [`ok: ${counted(set, 'value')} set (${where})`],
    };
  },
});
