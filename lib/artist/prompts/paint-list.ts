/** Paints the works of a list of prompts as one series, and goes on after a stop. */
import { createHash } from 'node:crypto';
import { ArtistError, answering, counted } from '../../core/index.ts';
import type { Artwork } from '../../gallery/index.ts';
import { canonicalJson } from '../../image/index.ts';
import type { Artist } from '../loop/artist.ts';
import { checkWork } from '../loop/check-work.ts';
import type { CreateOptions } from '../loop/create-options.ts';
import type { CreatedWork } from '../loop/created-work.ts';
import { overSettings } from '../orders/paint-settings.ts';
import type { Series } from '../periods/series.ts';
import { placeInSeries } from '../periods/series-progress.ts';
import { atLine, type PromptList } from './prompt-list.ts';

export interface PaintListOptions extends Omit<CreateOptions, 'series' | 'gallery' | 'allowDuplicate' | 'task' | 'confirm'> {
  /** Called after each work is filed. */
  onWork?: ((work: CreatedWork, line: number) => void) | undefined;
  /** Called when a line failed; the next one is painted all the same. */
  onFailure?: ((error: unknown, line: number) => void) | undefined;
}

/** A line of a painted list. */
export interface PaintedLine {
  line: number;
  /** As the list has it. */
  prompt: string | undefined;
  /** undefined: it is not painted, because it failed. */
  work: Artwork | undefined;
  /** false: an earlier call painted it. */
  painted: boolean;
}

export interface PaintedList {
  series: Series;
  lines: PaintedLine[];
  failed: { line: number; error: unknown }[];
}

/** A digest of what a list paints: the same list in the same call goes on with its series. */
export function digestOfList(value: unknown): string {
  return createHash('sha256')
    .update(canonicalJson(JSON.parse(JSON.stringify(value))))
    .digest('hex');
}

async function checkedLines({ name, lines }: PromptList, call: CreateOptions, artist: Artist): Promise<CreateOptions[]> {
  const checked: CreateOptions[] = [];
  for (const { line, options } of lines) {
    const merged = overSettings(call as never, options as never) as CreateOptions;
    try {
      const [missing] = await checkWork(merged, artist.config);
      if (missing !== undefined) throw new ArtistError('ERR_MODEL_NOT_FOUND', missing);
    } catch (error) {
      throw atLine(name, line, error);
    }
    checked.push(merged);
  }
  return checked;
}

/**
 * Paints a list of prompts with artist.create(), as one series of the gallery. The same call again paints only what is missing, also after a
 * crash; every line is checked before the first is painted. When all are there, ending the series lets the next call paint them anew.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT or ERR_MODEL_NOT_FOUND with the line, ERR_LOCKED while another process paints the list; `signal.reason`
 *   when aborted
 */
export const paintList = answering(
  'paintList',
  async (artist: Artist, list: PromptList, { onWork, onFailure, ...given }: PaintListOptions = {}): Promise<PaintedList> => {
    const { signal, onPlan, onImage, onProgress, ...call } = given;
    const works = await checkedLines(list, call, artist);
    const digest = digestOfList({ works });
    const store = artist.series.store;
    const series =
      (await store.list()).findLast(({ ended, list: known }) => !ended && known === digest) ??
      (await artist.series.start({ name: list.name, works: works.length, list: digest }));
    const failed: PaintedList['failed'] = [];
    const lineOf = (index: number): number => list.lines[index]?.line ?? index + 1;
    const painted = new Set<number>();
    await artist.series.paint(series.id, {
      signal,
      onPlan,
      onImage,
      onProgress,
      each: (index) => works[index] ?? {},
      onWork: (work, index) => {
        painted.add(index);
        onWork?.(work, lineOf(index));
      },
      onFailure: (error, index) => {
        failed.push({ line: lineOf(index), error });
        onFailure?.(error, lineOf(index));
      },
    });
    const progress = await artist.series.progress(series.id);
    const byIndex = new Map(progress.works.map((work) => [placeInSeries(work).index, work]));
    const lines = list.lines.map(({ line }, index) => ({
      line,
      prompt: works[index]?.prompt,
      work: byIndex.get(index),
      painted: painted.has(index),
    }));
    return { series, lines, failed };
  },
);

/** "3 of 50 prompts failed: lines 4, 9, 12" */
export function failedLines({ lines, failed }: PaintedList): string {
  const named = failed.map(({ line }) => line).join(', ');
  return `${failed.length} of ${counted(lines.length, 'prompt')} failed: ${failed.length === 1 ? 'line' : 'lines'} ${named}`;
}
