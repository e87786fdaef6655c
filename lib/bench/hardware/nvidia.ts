/** What nvidia-smi tells about the GPUs. */
import { defined } from '../../core/index.ts';
import type { Machine } from '../result/result.ts';
import type { Ask } from './ask.ts';

type Gpu = NonNullable<Machine['gpus']>[number];

const fields = ['name', 'driver_version', 'memory.total', 'power.limit', 'clocks.max.sm', 'compute_cap'];

/** A number of nvidia-smi; undefined where it says [N/A], [Not Supported] or [Unknown Error]. */
export function smiNumber(text: string | undefined): number | undefined {
  const number = Number(text);
  return text === undefined || text === '' || !Number.isFinite(number) ? undefined : number;
}

/** Cells of a line of `--format=csv,noheader,nounits`. */
export const smiCells = (line: string): string[] => line.split(',').map((cell) => cell.trim());

function gpuOf(line: string): Gpu {
  const [name = 'unknown GPU', driver, mebibytes, watts, clock, capability] = smiCells(line);
  const memory = smiNumber(mebibytes);
  return defined({
    name,
    driver,
    memoryBytes: memory && memory * 2 ** 20,
    powerLimitWatts: smiNumber(watts),
    maxClockMhz: smiNumber(clock),
    capability: smiNumber(capability) === undefined ? undefined : capability,
  });
}

/** Names, driver, memory, power limit and clock of the GPUs; {} without any. */
export async function nvidiaFacts(ask: Ask): Promise<Partial<Machine>> {
  const lines = await ask('nvidia-smi', [`--query-gpu=${fields.join(',')}`, '--format=csv,noheader,nounits']);
  const gpus = lines?.split('\n').filter(Boolean).map(gpuOf);
  if (!gpus?.[0]) return {};
  const { driver } = gpus[0];
  return { gpus, ...(driver !== undefined && { driver }) };
}
