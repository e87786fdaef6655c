import { verifyPicture } from '../../lib/artist/index.ts';
import { exists } from '../../lib/core/index.ts';
import { text } from '../flags/flags.ts';
import { verifiedLines, verifiedStatus } from '../print/works/verified-lines.ts';
import { command } from '../shell/command.ts';
import type { Context } from '../shell/run.ts';
import { openGallery } from '../shell/settings.ts';

/** What may be the id of a work, and no path. */
const workText = /^[0-9a-z]+$/i;

async function pictureOf(work: string, context: Context): Promise<string> {
  const gallery = await openGallery(context);
  return (await gallery.get(await gallery.find(work))).path;
}

export const verifyCommand = command({
  required: { file: text('Picture: PNG, JPEG or WebP; or the id of a work, its first or last characters, or latest') },
  examples: [
    ['$0 verify fox.png', 'Who signed it, with what it was made, and whether it is a work of this gallery'],
    ['$0 verify latest', 'The newest work'],
    ['$0 verify download.jpg --json', 'The same for programs'],
  ],
  epilogue:
    'Exit status 0: a valid manifest, a watermark of this home or a work of its gallery. 1: its manifest is not valid, so the file or the manifest was changed. 3: nothing tells where it is from. Reading manifests needs: npm install @contentauth/c2pa-wasm',
  run: async ({ file }, context) => {
    const path = (await exists(file)) || !workText.test(file) ? file : await pictureOf(file, context);
    const result = await verifyPicture(path, { home: context.home, config: await context.config() });
    for (const problem of result.problems) context.warn(problem);
    return { json: { path, ...result }, text: verifiedLines(result), status: verifiedStatus[result.verdict] };
  },
});
