import path from 'node:path';
import type { Clip, Embedding } from '../../../lib/clip/index.ts';
import { ArtistError, readPlainFile, systemCode, writeOutput } from '../../../lib/core/index.ts';
import { decodeImage } from '../../../lib/image/index.ts';
import { createProgress } from '../../../lib/observe/index.ts';
import { type FoundPicture, scanFolder } from '../../../lib/train/index.ts';
import { number, text, toggle } from '../../flags/flags.ts';
import { progressIsSilent } from '../../print/progress.ts';
import { checkClipPath, clipDescription, openClip } from '../../scorer.ts';
import { command } from '../../shell/command.ts';
import type { Context } from '../../shell/run.ts';

/** Tags of a caption where --count says nothing. */
const usualCount = 3;
const mostTags = 5000;

interface Suggested {
  picture: string;
  caption: string;
  /** Best first, with the cosine of picture and tag. */
  tags: { tag: string; similarity: number }[];
  /** The caption file; not there with --dry-run. */
  file?: string;
}

async function readTags(file: string): Promise<string[]> {
  const content = await readPlainFile(file, 'utf8').catch((error: unknown) => {
    throw new ArtistError(
      'ERR_READ',
      `--tags: expected a text file with a tag a line, got ${file} (${systemCode(error) ?? String(error)})`,
      {
        cause: error,
      },
    );
  });
  const tags = [...new Set(content.split(/\r?\n/).map((line) => line.trim()))].filter((line) => line !== '');
  if (tags.length >= 2 && tags.length <= mostTags) return tags;
  throw new ArtistError('ERR_INVALID_ARGUMENT', `--tags: expected 2..${mostTags} different lines, got ${tags.length} in ${file}`);
}

async function suggest(clip: Clip, picture: FoundPicture, tags: readonly { tag: string; embedding: Embedding }[], signal: AbortSignal) {
  const embedding = await clip.embedImage(await decodeImage(picture.file), { signal });
  return tags
    .map(({ tag, embedding: words }) => ({ tag, similarity: clip.similarity(embedding, words) }))
    .sort((a, b) => b.similarity - a.similarity);
}

/** A caption file of the user's that came into being meanwhile stays as it is. */
async function captionAll(folder: string, given: GivenOptions, context: Context): Promise<{ suggested: Suggested[]; had: number }> {
  const { signal } = context;
  const tags = await readTags(given.tags);
  await checkClipPath(given.clip);
  const { pictures } = await scanFolder(folder, { signal });
  const silent = pictures.filter(({ caption }) => caption.source === 'file-name' || caption.source === 'none');
  const suggested: Suggested[] = [];
  if (silent.length === 0) return { suggested, had: pictures.length };
  const clip = await openClip(given.clip, signal);
  const progress = createProgress({ silent: progressIsSilent(context) });
  try {
    const embedded = await clip.embedTexts(
      tags.map((tag) => given.template.replace('{}', tag)),
      { signal },
    );
    const words = tags.flatMap((tag, at) => {
      const embedding = embedded[at];
      return embedding ? [{ tag, embedding }] : [];
    });
    for (const picture of silent) {
      signal.throwIfAborted();
      progress.update('looking', suggested.length, silent.length);
      const best = (await suggest(clip, picture, words, signal)).slice(0, given.count);
      const caption = [...(given.prefix === undefined ? [] : [given.prefix]), ...best.map(({ tag }) => tag)].join(', ');
      const file = path.join(path.dirname(picture.file), `${path.parse(picture.file).name}.txt`);
      if (!given.dryRun) await writeOutput(file, `${caption}\n`, { overwrite: false });
      suggested.push({ picture: picture.name, caption, tags: best, ...(!given.dryRun && { file }) });
    }
    return { suggested, had: pictures.length - silent.length };
  } finally {
    progress.end();
    await clip.dispose();
  }
}

interface GivenOptions {
  tags: string;
  clip: string | undefined;
  count: number;
  prefix: string | undefined;
  template: string;
  dryRun: boolean;
}

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
  required: { folder: text('Pictures; those that have a caption are left alone') },
  flags: {
    tags: text('Text file with the tags to choose from, one a line (needed)'),
    count: number(`Tags of a caption, 1..50. Default: ${usualCount}`),
    prefix: text('Comes first in each caption, e.g. a phrase for the style'),
    template: text('Sentence a tag is put into, at {}, before CLIP reads it. Default: the tag alone'),
    clip: text(clipDescription),
    'dry-run': toggle('Show the captions and write nothing'),
  },
  examples: [
    ['$0 train caption ./pictures --tags words.txt --dry-run', 'See what would be written'],
    [
      '$0 train caption ./photos --tags words.txt --clip ./clip-vit-base-patch32 --template "a photo of a {}"',
      'With a CLIP for photographs',
    ],
  ],
  epilogue:
    'Writes fox.txt beside fox.png for each picture without a caption: the tags that CLIP finds nearest. Read them before you train: a wrong caption teaches a wrong word. The bundled CLIP knows the pictures of the bundled painter only, and their subjects badly.',
  run: async ({ folder, ...values }, context) => {
    if (values.tags === undefined)
      throw new ArtistError('ERR_INVALID_ARGUMENT', '--tags: expected a text file with a tag a line, got none');
    const given: GivenOptions = {
      tags: values.tags,
      clip: values.clip,
      count: readCount(values.count),
      prefix: values.prefix,
      template: readTemplate(values.template),
      dryRun: values['dry-run'] === true,
    };
    const { suggested, had } = await captionAll(folder, given, context);
    return {
      json: { folder, captions: suggested, alreadyCaptioned: had },
      text: suggested.map(({ picture, caption }) => `${picture}: ${caption}`),
      notes: [
        `${suggested.length} ${given.dryRun ? 'suggested, nothing written' : 'written'}, ${had} had a caption. Read them before you train`,
      ],
    };
  },
});
