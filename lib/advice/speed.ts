/** How fast this machine is: measured once, and kept in the home. */
import * as z from 'zod';
import { othersSince, probeDevice, processorsNow } from '../bench/index.ts';
import { errorLine, homeOf, isArtistError, type StateDefinition, StateFile } from '../core/index.ts';
import { loadModel } from '../engine/index.ts';
import { bundledName } from '../models/index.ts';
import { changesBetween, surroundings, surroundingsNow } from '../tune/index.ts';
import { type WeightType, weightTypes } from './work.ts';

const speed = z.strictObject({
  surroundings,
  /** ISO time. */
  at: z.string(),
  device: z.string(),
  /** 10^12 operations a second of matrix products, by the type of the weights; what the device cannot multiply is absent. */
  products: z.partialRecord(z.enum(weightTypes), z.number().positive()),
  /** The same of a convolution; null: the device has none. */
  convolution: z.number().positive().nullable(),
  /** Seconds of a picture by the bundled model, with its defaults. */
  bundledSeconds: z.number().positive(),
  /** Share of the processors that other programs used meanwhile, 0 to 1. */
  othersBusy: z.number().min(0).max(1),
});
export type Speed = z.output<typeof speed>;

const stored = z.strictObject({ speeds: z.array(speed) });
type Stored = z.output<typeof stored>;

const definition: StateDefinition<Stored> = {
  kind: 'measured speed',
  version: 1,
  schema: stored,
  initial: () => ({ speeds: [] }),
  lists: { speeds: {} },
};

/** Machines that share a home, and builds: older ones are forgotten. */
const most = 8;

export interface SpeedOptions {
  home: string;
  /** Measure anew, whatever is stored. */
  again?: boolean | undefined;
  /** Only what is stored; nothing is measured. */
  onlyStored?: boolean | undefined;
  signal?: AbortSignal | undefined;
  /** Hears, before the machine is measured, that this takes a few seconds. */
  onMeasure?: (() => void) | undefined;
  /** Hears that the figures cannot be read or kept: they are measured, and used once. */
  warn: (line: string) => void;
}

async function bundledSeconds(signal: AbortSignal): Promise<number> {
  const model = await loadModel({ model: bundledName, signal });
  try {
    const { seconds } = await model.generate({ prompt: 'a red fox in the snow', seed: 7, signal });
    return seconds.total;
  } finally {
    await model.dispose();
  }
}

/** Small products fit caches, large ones fill a GPU: the best size counts. */
function fastest(products: readonly { type: string; tflops: number }[]): Speed['products'] {
  const best = (type: WeightType): number => Math.max(0, ...products.filter((one) => one.type === type).map(({ tflops }) => tflops));
  return Object.fromEntries(weightTypes.map((type) => [type, best(type)] as const).filter(([, tflops]) => tflops > 0));
}

async function measured(signal: AbortSignal): Promise<Omit<Speed, 'surroundings' | 'at'>> {
  const before = processorsNow();
  const probe = await probeDevice({}, signal);
  const painted = await bundledSeconds(signal);
  return {
    device: probe.device,
    products: fastest(probe.products),
    convolution: probe.convolution?.tflops ?? null,
    bundledSeconds: painted,
    othersBusy: othersSince(before),
  };
}

/**
 * The speed of this machine with this build: what the home has of it, else measured, which takes a few seconds, and kept.
 *
 * @returns undefined: nothing is stored, and with `onlyStored` nothing was measured
 * @throws ArtistError ERR_NO_BINARY, every error of loadModel() and generate() for the bundled model; the signal's reason
 */
export async function machineSpeed(options: SpeedOptions): Promise<Speed | undefined> {
  const { home, again = false, onlyStored = false, signal = new AbortController().signal, onMeasure, warn } = options;
  const file = new StateFile(homeOf(home).state('speed.json'), definition, {
    onRepair: ({ path, reason, setAside }) => warn(`${path} was damaged (${reason}). It is kept as ${setAside}`),
  });
  const now = await surroundingsNow();
  const isOfNow = (one: Speed): boolean => changesBetween(one.surroundings, now).length === 0;
  const passOn = (error: unknown): void => {
    if (!isArtistError(error)) throw error;
    warn(`the measured speed of this machine is not kept: ${errorLine(error)}`);
  };
  if (!again) {
    const { speeds } = (await file.read().catch(passOn)) ?? { speeds: [] };
    const known = speeds.find(isOfNow);
    if (known || onlyStored) return known;
  }
  onMeasure?.();
  const fresh: Speed = { surroundings: now, at: new Date().toISOString(), ...(await measured(signal)) };
  await file.update(({ speeds }) => ({ speeds: [...speeds.filter((one) => !isOfNow(one)), fresh].slice(-most) })).catch(passOn);
  return fresh;
}
