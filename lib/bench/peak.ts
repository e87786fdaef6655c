import type { Probe } from './result/result.ts';

/** TFLOP/s of the fastest product; 0: there is none. */
export const peakOf = (probe: Probe | undefined): number => Math.max(0, ...(probe?.products ?? []).map(({ tflops }) => tflops));
