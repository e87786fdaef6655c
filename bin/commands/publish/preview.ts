import { ArtistError, writeOutput } from '../../../lib/core/index.ts';
import { previewPost } from '../../../lib/publish/index.ts';
import { accountsNamed } from '../../../lib/service/index.ts';
import { list, text, toggle } from '../../flags/flags.ts';
import { captionFlag, togetherFlag } from '../../flags/publish/post-flags.ts';
import { worksPositional } from '../../flags/works-flags.ts';
import { checkOutput } from '../../print/output-file.ts';
import { type PreparedFor, preparedLines, preparedView } from '../../print/prepared-post.ts';
import { command } from '../../shell/command.ts';
import { openGallery } from '../../shell/settings.ts';
import { openPublishing, worksOfPosts } from '../../steps/publishing.ts';

export const previewCommand = command({
  required: { works: worksPositional },
  flags: {
    to: list('Account; may be given several times. Default: all', undefined, (value) => value),
    together: togetherFlag,
    caption: captionFlag,
    out: text('Write the picture to this file; with one account and one work'),
    force: toggle('Replace an existing file'),
  },
  needs: { out: 'to' },
  examples: [
    ['$0 publish preview latest', 'For every account'],
    ['$0 publish preview latest --to mastodon --out post.png', 'Also the picture as it would be sent'],
    ['$0 publish preview 7qx 3hb --together --caption "Two of today"', 'One post of two works, with your own words'],
  ],
  run: async ({ works, to, together = false, caption, out, force = false }, context) => {
    const publishing = await openPublishing(context);
    const accounts = await accountsNamed(publishing.accounts, to);
    if (out !== undefined) await checkOutput(out, { force, endings: ['.png', '.jpg', '.jpeg', '.webp'] });
    const posts: PreparedFor[] = [];
    for (const [work, ...more] of await worksOfPosts(await openGallery(context), { works }, together))
      for (const account of accounts)
        posts.push({ account: account.name, ...(await previewPost(work, account, { ...publishing, more, caption })) });
    const [first, ...others] = posts;
    if (out !== undefined && first) {
      const pictures = first.more.length + others.length + 1;
      if (pictures > 1)
        throw new ArtistError('ERR_INVALID_ARGUMENT', `--out: expected one picture, got ${pictures}. Name one work and one account`);
      await writeOutput(out, first.picture.bytes, { overwrite: force });
    }
    return { json: { posts: posts.map(preparedView) }, text: posts.flatMap(preparedLines) };
  },
});
