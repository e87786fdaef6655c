/** The values that are tried, one option after another, most promising first. */
import { type CacheMode, kernelFeatures, type ModelInfo, type WeightType } from '../../engine/index.ts';
import type { TunedOption, TunedSettings } from '../settings.ts';

export interface SearchFacts {
  info: ModelInfo;
  /** UNet or transformer: step caches are made for one of them. */
  isUnet: boolean;
  /** Type that the weights are converted to by default; undefined: as in the file. */
  weightType: WeightType | undefined;
  physicalCores: number;
}

export interface Candidate {
  option: TunedOption;
  value: unknown;
  isLossy: boolean;
  /** The best settings so far with this value; undefined: it makes no sense with them. */
  over: (best: TunedSettings) => TunedSettings | undefined;
}

const isCpu = ({ info }: SearchFacts): boolean => info.device.startsWith('CPU');

function ofLoad<K extends keyof TunedSettings['load']>(option: K, value: TunedSettings['load'][K], isLossy = false): Candidate {
  return { option, value, isLossy, over: (best) => ({ ...best, load: { ...best.load, [option]: value } }) };
}

/** All physical cores, half of them, and what the engine takes by default is not tried again. */
function threads(facts: SearchFacts): Candidate[] {
  const { physicalCores: cores, info } = facts;
  if (!isCpu(facts)) return [];
  const counts = new Set([cores, Math.max(1, cores - 1), Math.max(1, Math.floor(cores / 2))]);
  return [...counts].filter((count) => count !== info.threads).map((count) => ofLoad('threads', count));
}

function precision(facts: SearchFacts): Candidate[] {
  return isCpu(facts) && kernelFeatures().includes('amx_bf16') ? [ofLoad('cpuPrecision', 'bf16', true)] : [];
}

function convolutions(facts: SearchFacts): Candidate[] {
  const { info } = facts;
  const network = facts.isUnet ? [ofLoad('diffusionConvDirect', !info.diffusionConvDirect)] : [];
  // On a CPU the autoencoder convolves directly wherever it can.
  return isCpu(facts) ? network : [...network, ofLoad('vaeConvDirect', true)];
}

function attention(): Candidate[] {
  const inNetwork = ofLoad('diffusionFlashAttention', true);
  return [
    ofLoad('flashAttention', true),
    { ...inNetwork, over: (best) => (best.load.flashAttention === true ? undefined : inNetwork.over(best)) },
  ];
}

function weights({ weightType }: SearchFacts): Candidate[] {
  const exact = (['f32', 'f16'] as const).map((type) => ofLoad('weightType', type));
  const lossy = (['bf16', 'q8_0'] as const).map((type) => ofLoad('weightType', type, true));
  return [...exact, ...lossy].filter(({ value }) => value !== weightType);
}

function caches({ isUnet }: SearchFacts): Candidate[] {
  const modes: CacheMode[] = isUnet ? ['ucache', 'spectrum'] : ['easycache', 'dbcache', 'taylorseer', 'cache-dit', 'spectrum'];
  return modes.map((cache) => ({
    option: 'cache',
    value: cache,
    isLossy: true,
    over: (best) => ({ ...best, paint: { ...best.paint, cache } }),
  }));
}

/** @param allowLoss also those that lose quality by their nature */
export function candidatesFor(facts: SearchFacts, allowLoss: boolean): Candidate[] {
  const all = [threads(facts), precision(facts), convolutions(facts), attention(), weights(facts), caches(facts)].flat();
  return all.filter(({ isLossy }) => allowLoss || !isLossy);
}
