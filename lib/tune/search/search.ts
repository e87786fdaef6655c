/** Searches greedily: one option after another, each value against the best settings so far. */
import { isArtistError } from '../../core/index.ts';
import { addonFor, findModelFiles, type ModelFiles, type ModelInfo } from '../../engine/index.ts';
import type { ArtImage } from '../../image/index.ts';
import { detectFamily, isUnetFamily } from '../../models/index.ts';
import { identityOf } from '../identity.ts';
import type { ResolvedTune, Trial } from '../options.ts';
import { noSettings, settingsText, type TunedSettings, valueText } from '../settings.ts';
import type { Tuning } from '../store.ts';
import { surroundingsNow } from '../use.ts';
import { type Candidate, candidatesFor } from './axes.ts';
import { type Comparison, compare, needed } from './compare.ts';
import { ClipJudge, likeness, mostClipLoss, type Pictures } from './judge.ts';
import { type Painted, Painters, prompts } from './painters.ts';
import { othersBusy } from './quiet.ts';

/** What all trials share. */
interface Bench {
  asked: ResolvedTune;
  signal: AbortSignal;
  painters: Painters;
  judge: ClipJudge | undefined;
  /** Pictures of the defaults. */
  defaults: Pictures;
  /** No trial begins after this moment of performance.now(). */
  until: number;
  busy: number[];
}

const isShortOfMemory = (error: unknown): boolean => isArtistError(error, 'ERR_OUT_OF_MEMORY') || isArtistError(error, 'ERR_NATIVE_CRASH');

/** Paints every prompt with the defaults; where memory runs out, the autoencoder works in tiles. */
async function paintDefaults(painters: Painters, signal: AbortSignal): Promise<{ base: TunedSettings; painted: Painted[] }> {
  const all = async (base: TunedSettings): Promise<{ base: TunedSettings; painted: Painted[] }> => {
    const painted: Painted[] = [];
    for (const at of prompts.keys()) painted.push(await painters.paint(base, at));
    return { base, painted };
  };
  try {
    return await all(noSettings);
  } catch (error) {
    signal.throwIfAborted();
    if (!isShortOfMemory(error)) throw error;
    return all({ load: {}, paint: { vaeTiling: true } });
  }
}

/** Whether the pixels of the pictures are like those of the defaults; a reason: no. */
function pixelDoubt({ asked: { leastPsnr }, defaults }: Bench, pictures: Pictures, trial: Trial): string | undefined {
  const { psnr, isAlike } = likeness(pictures, defaults, leastPsnr);
  trial.psnr = psnr;
  return isAlike ? undefined : `its pictures differ too much: ${psnr?.toFixed(1)} dB, at least ${leastPsnr} dB are asked for`;
}

/** Whether all pictures may replace those of the defaults; a reason: no. */
async function doubt(bench: Bench, pictures: Pictures, trial: Trial): Promise<string | undefined> {
  const differing = pixelDoubt(bench, pictures, trial);
  if (differing !== undefined || !bench.judge) return differing;
  const { before, after } = await bench.judge.compare(pictures, bench.defaults);
  trial.clip = { before, after };
  if (before - after <= mostClipLoss) return undefined;
  return `its pictures fit their prompts worse: ${after.toFixed(3)} instead of ${before.toFixed(3)}`;
}

/** Measures one value. `trial` is filled in. */
async function measure(bench: Bench, best: TunedSettings, settings: TunedSettings, trial: Trial): Promise<void> {
  const { painters, asked } = bench;
  // One picture tells most of those that differ.
  const { image } = await painters.paint(settings, 0);
  const early = pixelDoubt(bench, [image], trial);
  if (early !== undefined) return void Object.assign(trial, { verdict: 'different', reason: early });
  const { before, after, isFaster, pictures } = await compare(painters, [best, settings], asked);
  Object.assign(trial, { before, after });
  if (!isFaster)
    return void Object.assign(trial, { verdict: 'no-gain', reason: after.median < before.median ? 'within the noise' : 'slower' });
  const late = await doubt(bench, pictures, trial);
  Object.assign(trial, late === undefined ? { verdict: 'chosen' } : { verdict: 'different', reason: late });
}

async function tryOne(bench: Bench, best: TunedSettings, settings: TunedSettings, { option, value, isLossy }: Candidate): Promise<Trial> {
  const trial: Trial = { option, value, isLossy, verdict: 'failed' };
  try {
    await measure(bench, best, settings, trial);
  } catch (error) {
    bench.signal.throwIfAborted();
    if (!isArtistError(error) || error.code === 'ERR_INTERNAL') throw error;
    // A child process that ran out of memory or crashed is started again for the next value.
    Object.assign(trial, { verdict: 'failed', reason: `${error.code}: ${error.message}` });
  }
  return trial;
}

interface Climbed {
  best: TunedSettings;
  trials: Trial[];
  isComplete: boolean;
}

async function climb(bench: Bench, base: TunedSettings, candidates: readonly Candidate[]): Promise<Climbed> {
  const trials: Trial[] = [];
  let best = base;
  for (const [at, candidate] of candidates.entries()) {
    const settings = candidate.over(best);
    if (!settings) continue;
    if (performance.now() > bench.until) return { best, trials, isComplete: false };
    bench.asked.onProgress?.({ text: `${candidate.option} ${valueText(candidate.value)}`, at, of: candidates.length + 1 });
    const trial = await tryOne(bench, best, settings, candidate);
    trials.push(trial);
    if (trial.verdict === 'chosen') best = settings;
    bench.busy.push(await othersBusy(bench.signal));
  }
  return { best, trials, isComplete: true };
}

type Measured = Tuning['measured'];

interface Result extends Omit<Climbed, 'best'>, Pick<Measured, 'psnr' | 'clip'> {
  settings: TunedSettings;
  last: Comparison;
  info: ModelInfo;
  /** A picture of the defaults. */
  first: ArtImage;
  busy: number[];
}

/** The settings against the defaults, once more and together: chance may have chosen some of them. */
async function confirm(bench: Bench, base: TunedSettings, best: TunedSettings): Promise<{ settings: TunedSettings; last: Comparison }> {
  const last = await compare(bench.painters, [base, best], { repeats: bench.asked.repeats, isFinal: true });
  // The same settings twice: any difference is chance.
  if (best === base) return { settings: base, last: { ...last, after: last.before } };
  if (last.isFaster && likeness(last.pictures, bench.defaults, bench.asked.leastPsnr).isAlike) return { settings: best, last };
  return { settings: base, last: { ...last, after: last.before, pictures: [] } };
}

const isUnet = ({ headers }: ModelFiles): boolean => {
  const network = headers.diffusionModel ?? headers.model;
  return isUnetFamily(network && detectFamily(network));
};

/** Paints the defaults, the search, and the last comparison. */
async function findBest(asked: ResolvedTune, found: ModelFiles, painters: Painters, signal: AbortSignal): Promise<Result> {
  const start = performance.now();
  const busy = [await othersBusy(signal)];
  const { base, painted } = await paintDefaults(painters, signal);
  const { info } = await painters.load(base);
  const defaults = painted.map(({ image }) => image);
  const judge = await ClipJudge.open(asked.clip, found.name, signal);
  try {
    // The last comparison needs its time too.
    const reserved = 2 * asked.repeats * Math.max(...painted.map(({ seconds }) => seconds));
    const until = start + (asked.minutes * 60 - reserved) * 1000;
    const bench: Bench = { asked, signal, painters, judge, defaults, until, busy };
    const physicalCores = (await addonFor(true)).physicalCores();
    const facts = { info, isUnet: isUnet(found), weightType: found.weightType, physicalCores };
    const candidates = candidatesFor(facts, asked.allowLoss);
    const { best, trials, isComplete } = await climb(bench, base, candidates);
    asked.onProgress?.({ text: settingsText(best), at: candidates.length, of: candidates.length + 1 });
    const { settings, last } = await confirm(bench, base, best);
    const { psnr } = likeness(last.pictures, defaults, 0);
    const clip = (await judge?.compare(last.pictures.length > 0 ? last.pictures : defaults, defaults)) ?? null;
    return {
      trials,
      settings,
      last,
      isComplete,
      psnr,
      clip,
      busy,
      info,
      first: needed(defaults[0], 'a picture'),
    };
  } finally {
    await judge?.dispose();
  }
}

/** @throws ArtistError every error of tune(); the signal's reason */
export async function search(asked: ResolvedTune): Promise<{ tuning: Tuning; trials: Trial[] }> {
  const { home, load, signal = new AbortController().signal } = asked;
  signal.throwIfAborted();
  const found = await findModelFiles({ ...load, home });
  asked.onProgress?.({ text: 'the defaults', at: 0, of: 0 });
  const files = await identityOf(found);
  const surroundings = await surroundingsNow(true);
  const painters = new Painters(asked, signal);
  try {
    const { trials, settings, last, info, first, busy, ...measured } = await findBest(asked, found, painters, signal);
    const { width, height, recipe } = first;
    const tuning: Tuning = {
      model: { name: found.name, files },
      backend: load?.backend ?? null,
      device: info.device,
      surroundings,
      settings,
      measured: {
        at: new Date().toISOString(),
        width,
        height,
        steps: needed(recipe?.steps, 'a recipe'),
        repeats: asked.repeats,
        before: last.before,
        after: last.after,
        othersBusy: Math.max(...busy),
        ...measured,
      },
    };
    return { tuning, trials };
  } finally {
    await painters.dispose();
  }
}
