import type { Clip, TextEmbedding } from '../../lib/clip/index.ts';
import { type ErrorCode, isArtistError } from '../../lib/core/index.ts';
import { checkTechnical, decodeImage, type TechnicalJudgement } from '../../lib/image/index.ts';
import { createProgress } from '../../lib/observe/index.ts';
import { checkClipPath, openClip } from '../flags/clip-flag.ts';
import { alignColumns } from '../print/ledger-table.ts';
import { progressIsSilent } from '../print/progress.ts';
import type { Context, Outcome } from '../shell/run.ts';

interface ScoredFile extends TechnicalJudgement {
  path: string;
  /** Cosine of picture and prompt, -1..1. */
  similarity: number;
}

interface UnreadableFile {
  path: string;
  code: ErrorCode;
  message: string;
}

/** An unreadable picture does not stop the others; cancelling does. */
async function scoreFile(path: string, clip: Clip, prompt: TextEmbedding, signal: AbortSignal): Promise<ScoredFile | UnreadableFile> {
  try {
    const image = await decodeImage(path);
    const similarity = clip.similarity(await clip.embedImage(image, { signal }), prompt);
    return { path, similarity, ...checkTechnical(image) };
  } catch (error) {
    if (signal.aborted || !isArtistError(error)) throw error;
    return { path, code: error.code, message: error.message.includes(path) ? error.message : `${path}: ${error.message}` };
  }
}

function table(scored: readonly ScoredFile[]): string[] {
  const rows = scored.map(({ path, similarity, measures, verdicts }) => [
    similarity.toFixed(4),
    measures.contrast.toFixed(1),
    `${path}${verdicts.length === 0 ? '' : `  (${verdicts.map(({ verdict }) => verdict).join(', ')})`}`,
  ]);
  return rows.length === 0 ? [] : alignColumns([['cosine', 'contrast', 'picture'], ...rows]);
}

export async function score(images: readonly string[], prompt: string, clipPath: string | undefined, context: Context): Promise<Outcome> {
  const { signal } = context;
  await checkClipPath(clipPath);
  const clip = await openClip(clipPath, signal);
  const progress = createProgress({ silent: progressIsSilent(context) });
  try {
    const wanted = await clip.embedText(prompt, { signal });
    if (wanted.truncated)
      context.warn(`--prompt: longer than the ${clip.info.positions} tokens that ${clip.info.name} reads; the rest is ignored`);
    const results: (ScoredFile | UnreadableFile)[] = [];
    for (const path of images) {
      signal.throwIfAborted();
      progress.update('scoring', results.length, images.length);
      results.push(await scoreFile(path, clip, wanted, signal));
    }
    progress.end();
    const scored = results.filter((result) => 'similarity' in result).sort((a, b) => b.similarity - a.similarity);
    const failed = results.filter((result) => 'code' in result);
    for (const { code, message } of failed) context.warn(`${code}: ${message}`);
    return {
      json: { prompt, promptTruncated: wanted.truncated, scorer: clip.info.name, images: scored, errors: failed },
      text: table(scored),
      notes: [
        `${scored.length} scored by ${clip.info.name}${failed.length === 0 ? '' : `, ${failed.length} could not be read`}. Cosines of different CLIP models or prompts cannot be compared`,
      ],
      status: failed.length === 0 ? 0 : 1,
    };
  } finally {
    progress.end();
    await clip.dispose();
  }
}
