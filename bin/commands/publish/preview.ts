import { counted, plainText, writeOutput } from '../../../lib/core/index.ts';
import { type PreparedPost, previewPost } from '../../../lib/publish/index.ts';
import { list, text, toggle } from '../../flags/flags.ts';
import { checkOutput } from '../../print/output-file.ts';
import { command } from '../../shell/command.ts';
import { openGallery } from '../../shell/settings.ts';
import { accountsNamed, openPublishing } from '../../steps/publishing.ts';

export const previewCommand = command({
  required: { work: text('Id of the work, its first or last characters, or latest') },
  flags: {
    to: list('Account; may be given several times. Default: all', undefined, (value) => value),
    out: text('Write the picture to this file; with one account'),
    force: toggle('Replace an existing file'),
  },
  needs: { out: 'to' },
  examples: [
    ['$0 publish preview latest', 'For every account'],
    ['$0 publish preview latest --to mastodon --out post.png', 'Also the picture as it would be sent'],
  ],
  run: async ({ work: id, to, out, force = false }, context) => {
    const publishing = await openPublishing(context);
    const accounts = await accountsNamed(publishing.accounts, to);
    if (out !== undefined) await checkOutput(out, { force, endings: ['.png', '.jpg', '.jpeg', '.webp'] });
    const gallery = await openGallery(context);
    const work = await gallery.get(await gallery.find(id));
    const posts: (PreparedPost & { account: string })[] = [];
    for (const account of accounts) posts.push({ account: account.name, ...(await previewPost(work, account, publishing)) });
    const [first] = posts;
    if (out !== undefined && first) await writeOutput(out, first.picture.bytes, { overwrite: force });
    return {
      json: {
        posts: posts.map(({ picture: { bytes, ...picture }, more: _, ...post }) => ({
          ...post,
          picture: { ...picture, bytes: bytes.length },
        })),
      },
      text: posts.flatMap(({ account, content, picture, length, price, credits }) => [
        `--- ${account}: ${Number.isFinite(length.limit) ? `${length.used} of ${counted(length.limit, 'character')}` : counted(length.used, 'character')}, ${picture.type.slice(6)} ${picture.width}x${picture.height}, ${counted(picture.bytes.length, 'byte')}${price > 0 ? `, $${price}` : ''}`,
        plainText(content.text),
        `alt: ${plainText(content.altText)}`,
        ...credits.unknown.map((source) => `terms not known, a person must approve: ${source}`),
      ]),
    };
  },
});
