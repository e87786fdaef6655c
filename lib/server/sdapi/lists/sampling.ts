/** Samplers and schedulers under the names of A1111. */
import { type Sampler, type Scheduler, samplers, schedulers } from '../../../engine/index.ts';
import { engineNames, samplerTitle, schedulerTitle } from '../../../image/index.ts';

/** The list of /samplers. */
export const samplerItems = samplers.map((name) => ({ name: samplerTitle(name), aliases: [name as string], options: {} }));

const schedulerItem = (label: string, aliases: string[]) => ({
  // A1111 makes its names from its labels in this way.
  name: label.toLowerCase().replaceAll(' ', '_'),
  label,
  aliases,
  default_rho: -1,
  need_inner_model: false,
});

/** The list of /schedulers. `automatic`: the one that the model or the sampler prefers. */
export const schedulerItems = [schedulerItem('Automatic', []), ...schedulers.map((name) => schedulerItem(schedulerTitle(name), [name]))];

const isSampler = (name: string): name is Sampler => (samplers as readonly string[]).includes(name);
const isScheduler = (name: string): name is Scheduler => (schedulers as readonly string[]).includes(name);

export interface Sampling {
  sampler?: Sampler;
  scheduler?: Scheduler;
  /** What was asked for and is not done. */
  comments: string[];
}

/**
 * The engine's sampler and scheduler for names of A1111: `Euler a`, `DPM++ 2M Karras` (older form, with the scheduler), `sgm_uniform`,
 * `SGM Uniform`. An unknown scheduler counts as automatic, as in A1111.
 *
 * @returns undefined: there is no such sampler
 */
export function readSampling(sampler: string | undefined, scheduler: string | undefined): Sampling | undefined {
  const isAutomatic = scheduler === undefined || /^automatic$/i.test(scheduler.trim());
  const names = engineNames(sampler, isAutomatic ? undefined : scheduler);
  if (names.sampler !== undefined && !isSampler(names.sampler)) return undefined;
  const known = names.scheduler === undefined || isScheduler(names.scheduler);
  return {
    ...(names.sampler !== undefined && isSampler(names.sampler) && { sampler: names.sampler }),
    ...(names.scheduler !== undefined && isScheduler(names.scheduler) && { scheduler: names.scheduler }),
    comments: known ? [] : [`scheduler ${names.scheduler} is not known: Automatic was used`],
  };
}
