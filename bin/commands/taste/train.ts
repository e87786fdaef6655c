import { trainTaste } from '../../../lib/artist/index.ts';
import { standingsIn } from '../../../lib/publish/index.ts';
import { checkClipPath, clipDescription } from '../../flags/clip-flag.ts';
import { choice, number, text } from '../../flags/flags.ts';
import { withProgress } from '../../print/progress.ts';
import { metricLines } from '../../print/works/taste-lines.ts';
import { command } from '../../shell/command.ts';
import { openGallery } from '../../shell/settings.ts';

export const tasteTrainCommand = command({
  flags: {
    from: choice('What to learn from. Default: whichever there is more of', ['ratings', 'duels', 'posts'] as const),
    'posts-weight': number(
      'Weight of what your posts brought, 0..10; 1: all posts together as much as all ratings or duels. Default: curation.postsWeight, or 0',
    ),
    ridge: number('Ridge regularisation, above 0; use more with few examples. Default: 1'),
    clip: text(clipDescription),
  },
  examples: [
    ['$0 taste train', 'Write taste.json to the home folder; create then uses it'],
    ['$0 taste train --posts-weight 0.3', 'Also from likes, shares and replies'],
    ['$0 taste train --from duels --ridge 3', 'From duels only, with stronger regularisation'],
  ],
  epilogue: 'Takes less than a second without a GPU: ridge regression on ratings, or Bradley-Terry on duels.',
  run: async ({ from, 'posts-weight': postsWeight, ridge, clip }, context) => {
    await checkClipPath(clip);
    const gallery = await openGallery(context);
    const { home, signal, warn, config } = context;
    const posts = { standings: await standingsIn(home), postsWeight: postsWeight ?? (await config()).config.curation.postsWeight };
    const { path, head } = await withProgress(context, 'looking', (onProgress) =>
      trainTaste({ home, gallery, from, ...posts, ridge, clip, signal, warn, onProgress }),
    );
    const { weights, ...about } = head;
    return { json: { path, ...about, dimensions: weights.length }, text: [path], notes: metricLines(head) };
  },
});
