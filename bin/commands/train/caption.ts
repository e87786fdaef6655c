import { ArtistError } from '../../../lib/core/index.ts';
import { captionPictures } from '../../../lib/train/index.ts';
import { checkClipPath, clipDescription, openClip } from '../../flags/clip-flag.ts';
import { number, text, toggle } from '../../flags/flags.ts';
import { withProgress } from '../../print/progress.ts';
import { command } from '../../shell/command.ts';

/** Tags of a caption without --count. */
const usualCount = 3;

function readCount(count: number | undefined): number {
  if (count === undefined) return usualCount;
  if (Number.isInteger(count) && count >= 1 && count <= 50) return count;
  throw new ArtistError('ERR_INVALID_ARGUMENT', `--count: expected an integer 1..50, got ${count}`);
}

function readTemplate(template: string | undefined): string {
  if (template === undefined || template.includes('{}')) return template ?? '{}';
  throw new ArtistError('ERR_INVALID_ARGUMENT', `--template: expected a text with {} in it, got ${JSON.stringify(template)}`);
}

export const captionCommand = command({
  required: { folder: text('Folder of pictures; those with a caption are not changed') },
  flags: {
    tags: text('Text file with the tags to choose from, one per line (required)'),
    count: number(`Tags per caption, 1..50. Default: ${usualCount}`),
    prefix: text('Text at the start of each caption, such as a phrase for the style'),
    template: text('Sentence for CLIP with the tag at {}. Default: the tag alone'),
    clip: text(clipDescription),
    'dry-run': toggle('Show the captions and write nothing'),
  },
  examples: [
    ['$0 train caption ./pictures --tags words.txt --dry-run', 'Show the captions without writing them'],
    [
      '$0 train caption ./photos --tags words.txt --clip ./clip-vit-base-patch32 --template "a photo of a {}"',
      'With a CLIP for photographs',
    ],
  ],
  epilogue:
    'Writes fox.txt beside fox.png for each picture without a caption: the nearest tags by CLIP. Read them before you train: a wrong caption teaches a wrong word. The bundled CLIP knows only pictures of the bundled painter, and their subjects poorly.',
  run: async ({ folder, ...values }, context) => {
    if (values.tags === undefined)
      throw new ArtistError('ERR_INVALID_ARGUMENT', '--tags: expected a text file with a tag a line, got none');
    await checkClipPath(values.clip);
    const { tags, prefix, clip } = values;
    const dryRun = values['dry-run'] === true;
    const given = { tags, prefix, count: readCount(values.count), template: readTemplate(values.template), dryRun, signal: context.signal };
    const { suggested, had } = await withProgress(context, 'looking', (onProgress) =>
      captionPictures(folder, () => openClip(clip, context.signal), { ...given, onProgress }),
    );
    return {
      json: { folder, captions: suggested, alreadyCaptioned: had },
      text: suggested.map(({ picture, caption }) => `${picture}: ${caption}`),
      notes: [`${suggested.length} ${dryRun ? 'suggested, nothing written' : 'written'}, ${had} had a caption. Read them before you train`],
    };
  },
});
