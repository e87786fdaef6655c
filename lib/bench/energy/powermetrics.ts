/** Power of a Mac's processor and GPU by powermetrics, which asks for root. */
import type { PowerSource } from './power-source.ts';
import { openSampler, type Sample } from './sampled-power.ts';

const everyMs = 200;
const program = '/usr/bin/powermetrics';

/** Lines `CPU Power: 5321 mW`, `GPU Power: 12034 mW`, `Current pressure level: Nominal`. */
export function powermetricsSamples(line: string): Sample[] {
  const [, which, milliwatts] = /^(CPU|GPU) Power: (\d+) mW$/.exec(line.trim()) ?? [];
  if (which) return [{ part: which === 'CPU' ? 'cpu' : 'gpu', device: which, watts: Number(milliwatts) / 1000 }];
  const pressure = /^Current pressure level: (\w+)$/.exec(line.trim())?.[1];
  return pressure && pressure !== 'Nominal' ? [{ throttled: `thermal pressure ${pressure.toLowerCase()}` }] : [];
}

/** Never asks for a password: it works for root, and where sudoers permits this program without one. @returns undefined elsewhere */
export async function openPowermetrics(): Promise<PowerSource | undefined> {
  const args = ['--samplers', 'cpu_power,gpu_power,thermal', '-i', String(everyMs)];
  const isRoot = process.getuid?.() === 0;
  const [command, ...before] = isRoot ? [program] : ['/usr/bin/sudo', '-n', '-k', program];
  return command === undefined
    ? undefined
    : openSampler({ name: 'powermetrics', command, args: [...before, ...args], samplesOf: powermetricsSamples });
}
