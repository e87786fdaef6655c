import type { Probe } from './result/result.ts';

/** TFLOP/s of the fastest product; 0: none was measured. */
export const productPeakOf = (probe: Probe | undefined): number => Math.max(0, ...(probe?.products ?? []).map(({ tflops }) => tflops));

/** TFLOP/s of the fastest product or convolution; 0: none was measured. */
export const peakOf = (probe: Probe | undefined): number => Math.max(productPeakOf(probe), probe?.convolution?.tflops ?? 0);
