/** The machine that figures were measured on, printed above them: the same facts that result files of `ai-artist bench` have. */

import type { BenchResult, Machine } from '../lib/bench/index.ts';
import { buildNow, machineLines, machineNow } from '../lib/bench/index.ts';

export interface Hardware {
  machine: Machine;
  build: BenchResult['build'];
}

export const hardware = async (): Promise<Hardware> => ({ machine: await machineNow(), build: buildNow() });

export const hardwareLine = ({ machine, build }: Hardware): string => machineLines(machine, build).join(' | ');
