/** Power of NVIDIA GPUs and why they lower their clocks, by nvidia-smi, which needs no rights. */
import { smiCells, smiNumber } from '../hardware/nvidia.ts';
import type { PowerSource } from './power-source.ts';
import { openSampler, type Sample, type Sampler } from './sampled-power.ts';

const everyMs = 100;

/** Bits of nvmlClocksEventReasons (nvml.h). Idle, and clocks that somebody set, are no throttling. */
const reasons: readonly [bit: bigint, said: string][] = [
  [0x4n, 'power limit'],
  [0x8n, 'hardware slowdown'],
  [0x20n, 'heat'],
  [0x40n, 'heat'],
  [0x80n, 'power brake'],
];

/** A line `0, 213.45, 0x0000000000000004`: index, watts, reasons. */
export function nvidiaSamples(line: string): Sample[] {
  const [device = '', power, mask = ''] = smiCells(line);
  const watts = smiNumber(power);
  const bits = /^0x[0-9a-f]{1,16}$/i.test(mask) ? BigInt(mask) : 0n;
  return [
    ...(watts === undefined ? [] : [{ part: 'gpu' as const, device, watts }]),
    ...reasons.filter(([bit]) => (bits & bit) !== 0n).map(([, throttled]) => ({ throttled })),
  ];
}

/** `power.draw` is the mean of a second on newer GPUs; drivers before 530 know neither of the newer names. */
export const nvidiaSamplers: readonly Sampler[] = [
  'power.draw.instant,clocks_event_reasons.active',
  'power.draw,clocks_throttle_reasons.active',
].map((fields) => ({
  name: 'nvidia-smi',
  command: 'nvidia-smi',
  args: [`--query-gpu=index,${fields}`, '--format=csv,noheader,nounits', `--loop-ms=${everyMs}`],
  samplesOf: nvidiaSamples,
}));

/** @returns undefined without an NVIDIA GPU that tells its power */
export async function openNvidiaPower(): Promise<PowerSource | undefined> {
  for (const sampler of nvidiaSamplers) {
    const source = await openSampler(sampler);
    if (source) return source;
  }
  return undefined;
}
