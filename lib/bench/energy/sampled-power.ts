/** Energy from a program that prints power again and again: the mean of a stretch's samples, times its seconds. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Energy } from '../result/result.ts';
import type { PowerSource, Reading } from './power-source.ts';

/** What a line tells: the power of one device, or why it lowered its clocks. */
export type Sample = { readonly part: keyof Energy; readonly device: string; readonly watts: number } | { readonly throttled: string };

export interface Sampler {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly samplesOf: (line: string) => Sample[];
}

/** Fewer samples of a device say nothing about a stretch. */
const fewest = 3;
/** A program that has said nothing by then is taken as not permitted. */
const patienceMs = 4000;

/** Sums over devices, of the mean power of each. */
export function readingOf(samples: readonly Sample[], seconds: number): Reading {
  const devices = new Map<string, { part: keyof Energy; sum: number; count: number }>();
  const throttled = new Set<string>();
  for (const sample of samples) {
    if ('throttled' in sample) {
      throttled.add(sample.throttled);
      continue;
    }
    const { part, device, watts } = sample;
    const { sum = 0, count = 0 } = devices.get(`${part} ${device}`) ?? {};
    devices.set(`${part} ${device}`, { part, sum: sum + watts, count: count + 1 });
  }
  const joules: Energy = {};
  for (const { part, sum, count } of devices.values()) if (count >= fewest) joules[part] = (joules[part] ?? 0) + (sum / count) * seconds;
  return { joules, throttled: [...throttled].sort() };
}

/** Whether the program told a power before it ended or patience did. */
function firstPower(child: ChildProcess, lines: NodeJS.EventEmitter, samplesOf: Sampler['samplesOf']): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => settle(false), patienceMs);
    const settle = (is: boolean): void => {
      clearTimeout(timer);
      resolve(is);
    };
    child.once('error', () => settle(false)).once('exit', () => settle(false));
    lines.on('line', (line: string) => {
      if (samplesOf(line).some((sample) => 'watts' in sample)) settle(true);
    });
  });
}

/** Starts the program. @returns undefined when it is not installed, not permitted or tells no power */
export async function openSampler({ name, command, args, samplesOf }: Sampler): Promise<PowerSource | undefined> {
  const child = spawn(command, [...args], { stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, LC_ALL: 'C' } });
  const lines = createInterface({ input: child.stdout });
  let samples: Sample[] = [];
  lines.on('line', (line) => samples.push(...samplesOf(line)));
  if (!(await firstPower(child, lines, samplesOf))) {
    child.kill();
    return undefined;
  }
  return {
    name,
    async start() {
      samples = [];
      const begun = performance.now();
      return async () => readingOf(samples, (performance.now() - begun) / 1000);
    },
    close: () => void child.kill(),
  };
}
