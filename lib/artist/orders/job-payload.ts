import type { Config, LoadedConfig } from '../../config/index.ts';
import { ArtistError } from '../../core/index.ts';
import { topicsOf } from '../../prompt/index.ts';
import type { Job, JobOptions } from '../../schedule/index.ts';
import { checkWork } from '../loop/check-work.ts';
import { newOrder, type OrderOptions, optionsOfOrder, readOrder } from './order.ts';
import { splitPayload } from './publish-wish.ts';

/** What a job of the schedule paints. */
export interface JobWishes {
  /** Topics or prompts. One applies to every work; several are used in turn. Default: create() chooses. */
  topics?: readonly string[] | undefined;
  /** Use all topics in turn, your own included. Not together with `topics`. */
  topicRotation?: boolean | undefined;
  /** Further options of create(). */
  options?: OrderOptions | undefined;
  /** Accounts that each work is queued for after filing; empty: all. null: none. Default: none, or those that the job has. They are not looked for. */
  publish?: readonly string[] | null | undefined;
}

function rotationOf(
  { topics, topicRotation }: JobWishes,
  settings: Config['prompt'],
): { prompt: string | undefined; rotation: readonly string[] } {
  if (topicRotation && topics) throw new ArtistError('ERR_INVALID_ARGUMENT', 'topics: expected to be left out with topicRotation');
  if (topicRotation) return { prompt: undefined, rotation: settings.only ?? topicsOf(settings.topics).map(({ name }) => name) };
  return topics && topics.length > 1 ? { prompt: undefined, rotation: topics } : { prompt: topics?.[0], rotation: [] };
}

/** null takes an option away from those that the job had. */
function withoutNulls<T extends object>(options: OrderOptions, before: T): [OrderOptions, T] {
  const removed = new Set(Object.entries(options).flatMap(([name, value]) => (value === null ? [name] : [])));
  const rest = <V extends object>(values: V): V => Object.fromEntries(Object.entries(values).filter(([name]) => !removed.has(name))) as V;
  return [rest(options), rest(before)];
}

/**
 * What a job stores of its works. The options are checked as create() would check them, so that a mistake is refused now and not at every run.
 *
 * @param known the job to change: what `wishes` leaves out stays as it is there
 * @returns `warnings`: a sentence for each file that does not exist yet
 * @throws ArtistError ERR_INVALID_ARGUMENT when an option is invalid (names it); and every error of checkWork()
 */
export async function jobPayload(
  wishes: JobWishes,
  loaded: LoadedConfig,
  known?: Pick<Job, 'payload' | 'rotation'>,
): Promise<Pick<JobOptions, 'payload' | 'rotation'> & { warnings: string[] }> {
  const { topics, topicRotation, options } = wishes;
  const settings = loaded.config.prompt;
  const chosen = known && topics === undefined && topicRotation !== true ? undefined : rotationOf(wishes, settings);
  const { prompt: promptBefore, ...before } = known ? readOrder(splitPayload(known.payload).order) : newOrder({});
  const [given, kept] = withoutNulls(options ?? {}, before);
  const order = newOrder({ ...given, prompt: chosen ? chosen.prompt : promptBefore }, kept);
  const prompts = chosen ? [...chosen.rotation] : [...(known?.rotation ?? [])];
  const warnings = new Set<string>();
  for (const prompt of prompts.length > 0 ? prompts : [order.prompt]) {
    const asked = optionsOfOrder(order, settings.topics, typeof prompt === 'string' ? prompt : undefined);
    for (const line of await checkWork(asked, loaded)) warnings.add(line);
  }
  const publish = wishes.publish === undefined ? known && splitPayload(known.payload).publish : (wishes.publish ?? undefined);
  return { payload: publish ? { ...order, publish: [...new Set(publish)] } : order, rotation: prompts, warnings: [...warnings] };
}
