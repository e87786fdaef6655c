/**
 * Energy of processor packages and memory by RAPL: counters of Intel and AMD processors, which Linux shows under /sys/class/powercap
 * (https://docs.kernel.org/power/powercap/powercap.html). Since Linux 5.10 only root may read them, unless the system permits more.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Energy } from '../result/result.ts';
import type { PowerSource } from './power-source.ts';

interface Zone {
  readonly part: keyof Energy;
  readonly file: string;
  /** The counter begins again at this many microjoules. */
  readonly range: number;
}

const numberIn = async (file: string): Promise<number> => Number((await readFile(file, 'utf8')).trim());

/** Packages and memory; not `core` and `uncore`, which are in the package, nor `psys`, which has all of them. */
function partOf(name: string): keyof Energy | undefined {
  if (/^package-\d+$/.test(name)) return 'cpu';
  return name === 'dram' ? 'memory' : undefined;
}

async function zoneAt(folder: string): Promise<Zone | undefined> {
  const part = partOf((await readFile(join(folder, 'name'), 'utf8')).trim());
  if (!part) return undefined;
  const file = join(folder, 'energy_uj');
  await numberIn(file);
  return { part, file, range: await numberIn(join(folder, 'max_energy_range_uj')) };
}

/** @returns undefined where there are no counters, or not all of them can be read */
export async function openRapl(root = '/sys/class/powercap'): Promise<PowerSource | undefined> {
  let zones: Zone[];
  try {
    const names = (await readdir(root)).filter((name) => /^intel-rapl(:\d+)+$/.test(name));
    zones = (await Promise.all(names.map((name) => zoneAt(join(root, name))))).filter((zone) => zone !== undefined);
  } catch {
    return undefined; // no such folder, or not permitted: energy is absent
  }
  if (zones.length === 0) return undefined;
  // A counter that can no longer be read makes the energy of this stretch absent, not the measurement fail.
  const read = (): Promise<number[]> => Promise.all(zones.map(({ file }) => numberIn(file))).catch(() => []);
  return {
    name: 'RAPL',
    async start() {
      const before = await read();
      return async () => {
        const joules: Energy = {};
        for (const [at, now] of (await read()).entries()) {
          const [zone, then] = [zones[at], before[at]];
          if (!zone || then === undefined) continue;
          const microjoules = now >= then ? now - then : now - then + zone.range;
          joules[zone.part] = (joules[zone.part] ?? 0) + microjoules / 1e6;
        }
        return { joules, throttled: [] };
      };
    },
    close: () => undefined,
  };
}
