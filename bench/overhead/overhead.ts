/**
 * Measures the overhead of our generate() over the engine:
 * `tsx bench/overhead/overhead.ts [--pairs 15] [--size 128] [--steps 8] [--threads N] [--json]`. A C program that calls the engine's C API
 * (baseline.c, same static libraries) and our public API paint the same pictures in turns (A B, B A, A B, …), each with its model loaded
 * and warm. The pictures must be the same bytes. Then it measures the event loop's delay while painting. Targets: ratio of the medians at
 * most 1.02, event-loop delay p99 under 10 ms. Exit status 1 if one is missed.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { packageRoot } from '../../lib/core/index.ts';
import { loadModel, type Model } from '../../lib/index.ts';
import { hardware, hardwareLine } from '../hardware.ts';
import { median, type Spread, spread } from '../numbers.ts';
import { startBaseline, type Took } from './baseline.ts';
import { buildBaseline } from './build-baseline.ts';

export interface OverheadOptions {
  pairs: number;
  size: number;
  steps: number;
  threads: number;
}

export interface OverheadResult {
  /** Milliseconds per picture. */
  baseline: Record<keyof Took, Spread>;
  ours: Record<keyof Took, Spread>;
  /** Median of ours divided by the median of the baseline, wall time. */
  ratio: number;
  /** Median over the pairs of ours / baseline, wall time. Less affected by a machine that changes its speed during the run. */
  pairedRatio: number;
  /** Median of ours divided by the median of the baseline, CPU time. Meaningful even while other programs use the cores. */
  cpuRatio: number;
  identical: boolean;
  /** Delay of the event loop while painting, milliseconds beyond the 1 ms timer that measures it. */
  eventLoop: { p50: number; p99: number; max: number };
}

const prompt = 'a red fox in the snow';
const cfgScale = 5;

export async function measureOverhead(
  options: OverheadOptions,
  onPair: (pair: number, baseline: Took, ours: Took) => void = () => undefined,
): Promise<OverheadResult> {
  const { pairs, size, steps, threads } = options;
  const folder = await mkdtemp(path.join(tmpdir(), 'ai-artist-bench-'));
  const model = await loadModel({ threads });
  const { defaultSampler: sampler, defaultScheduler: scheduler, files } = model.info;
  const { model: file = '', tae = '' } = files;
  const vocabulary = path.join(packageRoot(), 'vocab');
  const baseline = await startBaseline({
    program: buildBaseline(),
    vocabulary,
    model: file,
    tae,
    threads,
    size,
    sampler,
    scheduler,
    steps,
    cfgScale,
    prompt,
  });
  const raw = path.join(folder, 'baseline.raw');
  const paintOurs = async (seed: number): Promise<Took & { data: Uint8Array }> => {
    const began = performance.now();
    const cpu = process.cpuUsage();
    const { images } = await model.generate({ prompt, sampler, scheduler, cfgScale, width: size, height: size, steps, seed });
    const wall = performance.now() - began;
    const { user, system } = process.cpuUsage(cpu);
    return { wall, cpu: (user + system) / 1000, data: images[0]?.data ?? new Uint8Array() };
  };
  try {
    // The first picture of each side computes what later ones reuse; ours also hashes the model file for its recipe.
    await baseline.paint(0, raw);
    await paintOurs(0);
    const times: { baseline: Took; ours: Took }[] = [];
    let identical = true;
    for (let pair = 0; pair < pairs; pair++) {
      const seed = pair + 1;
      const early = pair % 2 === 0 ? await baseline.paint(seed, raw) : undefined;
      const ours = await paintOurs(seed);
      const took = early ?? (await baseline.paint(seed, raw));
      identical &&= (await readFile(raw)).equals(ours.data);
      times.push({ baseline: took, ours });
      onPair(pair + 1, took, ours);
    }
    const spreads = (who: 'baseline' | 'ours'): Record<keyof Took, Spread> => ({
      wall: spread(times.map((time) => time[who].wall)),
      cpu: spread(times.map((time) => time[who].cpu)),
    });
    const [theirs, own] = [spreads('baseline'), spreads('ours')];
    return {
      baseline: theirs,
      ours: own,
      ratio: own.wall.median / theirs.wall.median,
      pairedRatio: median(times.map((time) => time.ours.wall / time.baseline.wall)),
      cpuRatio: own.cpu.median / theirs.cpu.median,
      identical,
      eventLoop: await measureEventLoop(model, options),
    };
  } finally {
    await baseline.end();
    await model.dispose();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Measures the event loop's delay while pictures with previews are painted, for at least two seconds. */
export async function measureEventLoop(
  model: Model,
  { size, steps }: Pick<OverheadOptions, 'size' | 'steps'>,
): Promise<OverheadResult['eventLoop']> {
  const resolution = 1;
  const delay = monitorEventLoopDelay({ resolution });
  await model.generate({ prompt, width: size, height: size, steps: 1, seed: 1 });
  delay.enable();
  for (const end = performance.now() + 2000; performance.now() < end; ) {
    await model.generate({ prompt, width: size, height: size, steps, seed: 1, preview: true, onProgress: () => undefined });
  }
  delay.disable();
  const beyond = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - resolution);
  return { p50: beyond(delay.percentile(50)), p99: beyond(delay.percentile(99)), max: beyond(delay.max) };
}

function row(name: string, spreads: Record<keyof Took, Spread>): string {
  const text = ({ min, median: middle, max }: Spread): string =>
    `min ${min.toFixed(1)}  median ${middle.toFixed(1)}  max ${max.toFixed(1)} ms`;
  return `${name.padEnd(18)} wall ${text(spreads.wall)}   CPU ${text(spreads.cpu)}`;
}

async function main(): Promise<void> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: {
      pairs: { ...text, default: '15' },
      size: { ...text, default: '128' },
      steps: { ...text, default: '8' },
      threads: text,
      json: { type: 'boolean', default: false },
    },
  });
  const found = await hardware();
  console.error(hardwareLine(found));
  const threads = Number(values.threads ?? Math.max(1, found.machine.threads - 1));
  const options = { pairs: Number(values.pairs), size: Number(values.size), steps: Number(values.steps), threads };
  const result = await measureOverhead(options, (pair, baseline, ours) => {
    console.error(
      `${String(pair).padStart(4)}  C ${baseline.wall.toFixed(1)} ms (CPU ${baseline.cpu.toFixed(1)})  ours ${ours.wall.toFixed(1)} ms (CPU ${ours.cpu.toFixed(1)})`,
    );
  });
  const passed = result.identical && result.ratio <= 1.02 && result.eventLoop.p99 < 10;
  if (values.json) {
    console.log(JSON.stringify({ bench: 'overhead', ...options, ...result, passed, hardware: found }));
  } else {
    const { p50, p99, max } = result.eventLoop;
    console.log(row('C API', result.baseline));
    console.log(row('model.generate()', result.ours));
    console.log(
      `ratio of medians ${result.ratio.toFixed(4)}, of pairs ${result.pairedRatio.toFixed(4)}, of CPU time ${result.cpuRatio.toFixed(4)} (target <= 1.02)`,
    );
    console.log(`pictures ${result.identical ? 'identical byte for byte' : 'DIFFER'}`);
    console.log(`event-loop delay p50 ${p50.toFixed(2)}  p99 ${p99.toFixed(2)}  max ${max.toFixed(2)} ms (target p99 < 10)`);
  }
  if (!passed) process.exitCode = 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
