/**
 * Measures resident memory over N rounds of load, generate and dispose:
 * `node --expose-gc --import tsx bench/memory.ts [--rounds 200] [--size 64] [--steps 1] [--json]`.
 * It compares the floor (lowest value) of the last tenth with that of the second tenth. The first tenth fills pools that stay, and memory
 * above the floor is temporary, such as a model file that is not yet garbage-collected. A leak raises the floor. Target: at most 2 %. Exit
 * status 1 above it.
 */
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { loadModel } from '../lib/index.ts';
import { hardware, hardwareLine } from './hardware.ts';
import { slope } from './numbers.ts';

export interface MemoryOptions {
  rounds: number;
  size: number;
  steps: number;
}

export interface MemoryResult {
  /** MiB after each round, after a garbage collection with `--expose-gc`. */
  rss: number[];
  /** MiB per round: least squares over the floors of the last nine tenths. */
  slope: number;
  /** (floor of the last tenth - floor of the second) / floor of the second. */
  growth: number;
}

export async function measureMemory(
  { rounds, size, steps }: MemoryOptions,
  onRound: (round: number, mib: number) => void = () => undefined,
): Promise<MemoryResult> {
  const rss: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    const model = await loadModel();
    await model.generate({ prompt: `a red fox, number ${round}`, width: size, height: size, steps, seed: round });
    await model.dispose();
    globalThis.gc?.();
    const mib = process.memoryUsage.rss() / 2 ** 20;
    rss.push(mib);
    onRound(round, mib);
  }
  return { rss, ...flatness(rss) };
}

/** Slope and growth of a series, computed from the floors of its tenths. */
export function flatness(rss: readonly number[]): { slope: number; growth: number } {
  const tenth = Math.max(1, Math.floor(rss.length / 10));
  const floors = Array.from({ length: Math.floor(rss.length / tenth) }, (_, index) =>
    Math.min(...rss.slice(index * tenth, (index + 1) * tenth)),
  );
  const [early, late] = [floors[1] ?? Number.NaN, floors.at(-1) ?? Number.NaN];
  return { slope: slope(floors.slice(1)) / tenth, growth: (late - early) / early };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '200' },
      size: { type: 'string', default: '64' },
      steps: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
    },
  });
  const options = { rounds: Number(values.rounds), size: Number(values.size), steps: Number(values.steps) };
  const machine = await hardware();
  console.error(hardwareLine(machine));
  const tenth = Math.max(1, Math.floor(options.rounds / 10));
  const result = await measureMemory(options, (round, mib) => {
    if (round % tenth === 0) console.error(`${String(round).padStart(5)} rounds  ${mib.toFixed(1)} MiB`);
  });
  const passed = result.growth <= 0.02;
  if (values.json) console.log(JSON.stringify({ bench: 'memory', ...options, ...result, target: 0.02, passed, hardware: machine }));
  else
    console.log(
      `${options.rounds} x load/generate/dispose: growth ${(result.growth * 100).toFixed(2)} % (target <= 2 %), slope ${(result.slope * 1024).toFixed(2)} KiB per round: ${passed ? 'flat' : 'NOT FLAT'}`,
    );
  if (!passed) process.exitCode = 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
