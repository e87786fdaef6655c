import { writeOutput } from '../../../lib/core/index.ts';
import { text, toggle } from '../../flags/flags.ts';
import { checkOutput } from '../../print/output-file.ts';
import { command } from '../../shell/command.ts';
import { ownTaste } from './show.ts';

export const tasteExportCommand = command({
  flags: { out: text('File (.json). Default: standard output'), force: toggle('Replace an existing file') },
  examples: [
    ['$0 taste export > my-taste.json', 'For another home: ai-artist create --taste my-taste.json'],
    ['$0 taste export --out my-taste.json', 'To a file'],
  ],
  run: async ({ out, force }, { home }) => {
    if (out !== undefined) await checkOutput(out, { force: force === true, endings: ['.json'] });
    const { head } = await ownTaste(home);
    const json = JSON.stringify(head);
    if (out === undefined) return { json: head, text: [json] };
    await writeOutput(out, `${json}\n`, { overwrite: force === true });
    return { json: { path: out }, text: [out] };
  },
});
