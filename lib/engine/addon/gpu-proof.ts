/**
 * Whether an addon of a GPU package works here: it is loaded once in a child process, and multiplies matrices on the GPU. What came of it is
 * kept in the home until the package or the driver changes.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { homeFolder, homeOf } from '../../core/index.ts';
import { type GpuSupport, gpuSupport } from './gpu-support.ts';
import { type ProbeResult, probeAddonNow } from './probe.ts';

const verdict = z.strictObject({
  file: z.string(),
  /** Digest of what the verdict depends on. */
  of: z.string(),
  /** null: it works. */
  problem: z.string().nullable(),
});
const stored = z.strictObject({ version: z.literal(1), verdicts: z.array(verdict) });
export type Verdict = z.output<typeof verdict>;

/** More machines than this do not share a home. */
const most = 16;

const placeOf = (): string => homeOf(homeFolder()).state('gpu-proof.json');

function read(): Verdict[] {
  try {
    return stored.parse(JSON.parse(readFileSync(placeOf(), 'utf8'))).verdicts;
  } catch {
    return []; // there is none, or it is damaged: the proof is made again
  }
}

/** Synchronous, as the first use of an addon is. Two processes may write at the same time: the later one counts. */
function keep(now: Verdict): void {
  try {
    const place = placeOf();
    mkdirSync(dirname(place), { recursive: true });
    const others = read().filter(({ file, of }) => file !== now.file || of !== now.of);
    const text = JSON.stringify({ version: 1, verdicts: [...others, now].slice(-most) });
    const beside = `${place}.${process.pid}`;
    writeFileSync(beside, text);
    renameSync(beside, place);
  } catch {
    // A home that cannot be written: the proof is made again at the next start, which takes a second.
  }
}

/** What the answer depends on: the files of the package, the drivers, the kernel. */
export function circumstances(file: string, support: GpuSupport = gpuSupport()): string {
  const folder = dirname(file);
  const files = readdirSync(folder)
    .sort()
    .map((name) => {
      const { size, mtimeMs } = statSync(join(folder, name));
      return [name, size, mtimeMs];
    });
  const manifests = (support.vulkan?.drivers ?? []).map((driver) => [driver, contentOf(driver)]);
  const { CUDA_VISIBLE_DEVICES, GGML_VK_VISIBLE_DEVICES } = process.env;
  const all = [files, support.nvidia?.driver, manifests, support.vulkan?.loader, release(), CUDA_VISIBLE_DEVICES, GGML_VK_VISIBLE_DEVICES];
  return createHash('sha256').update(JSON.stringify(all)).digest('hex');
}

/** A manifest names the version of its driver's interface, which changes with the driver. */
function contentOf(driver: string): string | undefined {
  try {
    const { mtimeMs } = statSync(driver);
    return `${mtimeMs} ${readFileSync(driver, 'utf8')}`;
  } catch {
    return undefined; // removed a moment ago
  }
}

export function problemOf(result: ProbeResult): string | null {
  if ('crashed' in result) return result.crashed;
  return 'error' in result ? (result.error.message.split('\n')[0] ?? '') : null;
}

/** Keeps what a probe of this file found. */
export function keepProof(file: string, result: ProbeResult): Verdict {
  const now = { file, of: circumstances(file), problem: problemOf(result) };
  keep(now);
  return now;
}

/** Why the addon of a GPU package cannot be used here; undefined: it works. `isNew`: it was tried now. */
export function gpuProblem(file: string, root: string): { problem: string | undefined; isNew: boolean } {
  const of = circumstances(file);
  const known = read().find((one) => one.file === file && one.of === of);
  const { problem } = known ?? keepProof(file, probeAddonNow(file, { root, onGpu: true }));
  return { problem: problem ?? undefined, isNew: !known };
}
