/** The machine, the engine, the disk and the models. */
import { paintSettings } from '../../../artist/index.ts';
import { packageVersion } from '../../../core/index.ts';
import type { Diagnosis } from '../../../engine/index.ts';
import { modelFileStates, resolveModel } from '../../../models/index.ts';
import { formatBytes } from '../../../observe/index.ts';
import type { DiskUse } from '../../../service/index.ts';
import type { ServerContext } from '../../context.ts';
import { shownPath } from '../../shown-paths.ts';
import type { HealthCheck } from './views.ts';

/** Of `generalAdvice` of the doctor too: the bundled model needs 1 GB. */
const littleMemory = 2 * 1024 ** 3;
/** A picture with its candidates takes about 1 MB; a run of the schedule, a training or a download may need gigabytes. */
const littleDisk = 2e9;
const noDisk = 200e6;

export function engineChecks({ ok, candidates, addon, advice }: Diagnosis): HealthCheck[] {
  if (!ok || !addon) {
    const reasons = candidates.flatMap(({ file, status, reason }) => (reason === undefined ? [] : [`${file}: ${status}: ${reason}`]));
    return [{ part: 'engine', code: 'engine.missing', state: 'bad', values: {}, details: [...reasons, ...advice] }];
  }
  const { engine, ggml, gpu, compiler } = addon.versions;
  const loads: HealthCheck = {
    part: 'engine',
    code: 'engine.loads',
    state: 'good',
    values: { engine, ggml, gpu, compiler, devices: addon.devices.map(({ name }) => name).join(', ') },
    details: addon.devices.map(({ name, description }) => `${name}: ${description}`),
  };
  // Memory has a check of its own, with the figures of now.
  const further = advice.filter((line) => !/GB of memory are free/.test(line));
  if (further.length === 0) return [loads];
  return [loads, { part: 'engine', code: 'engine.advice', state: 'warning', values: {}, details: further }];
}

export function memoryCheck({ freeBytes, totalBytes }: { freeBytes: number; totalBytes: number }): HealthCheck {
  const isLow = freeBytes < littleMemory;
  return {
    part: 'memory',
    code: isLow ? 'memory.low' : 'memory.enough',
    state: isLow ? 'warning' : 'good',
    values: { freeBytes, totalBytes },
    details: [],
  };
}

export function diskCheck({ freeBytes, parts }: DiskUse): HealthCheck {
  const details = Object.entries(parts).map(([name, bytes]) => `${name}: ${formatBytes(bytes)}`);
  const usedBytes = Object.values(parts).reduce((sum, bytes) => sum + bytes, 0);
  if (freeBytes === null) return { part: 'disk', code: 'disk.unknown', state: 'warning', values: { usedBytes }, details };
  const [code, state] =
    freeBytes < noDisk
      ? (['disk.full', 'bad'] as const)
      : freeBytes < littleDisk
        ? (['disk.low', 'warning'] as const)
        : (['disk.enough', 'good'] as const);
  return { part: 'disk', code, state, values: { freeBytes, usedBytes }, details };
}

/** The files of all models with their recorded hashes, and whether the model of the settings can be loaded. */
export async function modelChecks(context: Pick<ServerContext, 'config' | 'home'>): Promise<HealthCheck[]> {
  const { home } = context;
  const files = await modelFileStates({ home: home.folder });
  const line = ({ model, path, bytes, sha256, state }: (typeof files)[number]): string =>
    `${model}: ${shownPath(path, home)}, ${bytes === undefined ? 'missing' : formatBytes(bytes)}${sha256 === undefined ? '' : `, SHA-256 ${sha256}`}${state === 'changed' ? ', has another size than recorded' : ''}`;
  const wrong = files.filter(({ state }) => state === 'missing' || state === 'changed');
  const fine: HealthCheck = {
    part: 'models',
    code: 'models.there',
    state: 'good',
    values: { files: files.length - wrong.length, n: new Set(files.map(({ model }) => model)).size },
    details: files.filter((file) => !wrong.includes(file)).map(line),
  };
  const checks = [fine];
  if (wrong.length > 0)
    checks.push({ part: 'models', code: 'models.damaged', state: 'bad', values: { n: wrong.length }, details: wrong.map(line) });
  const problem = await resolveModel(paintSettings(context.config, undefined).model, { home: home.folder }).then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  if (problem !== undefined) checks.push({ part: 'models', code: 'models.unusable', state: 'bad', values: {}, details: [problem] });
  return checks;
}

export function systemCheck({ runtime, system, addon }: Diagnosis): HealthCheck {
  const libc = system.libc ? `, ${system.libc.family} ${system.libc.version ?? ''}`.trimEnd() : '';
  return {
    part: 'system',
    code: 'system.about',
    state: 'good',
    values: { program: packageVersion(), runtime: `${runtime.name} ${runtime.version}` },
    details: [
      `${system.platform} ${system.release} ${system.arch}${libc}`,
      `CPU: ${system.cpu}, ${system.logicalCores} logical cores`,
      `CPU features: ${system.cpuFeatures.join(' ') || 'not reported by this system'}`,
      ...(addon ? [`engine: ${addon.versions.engine}, ggml ${addon.versions.ggml}`] : []),
    ],
  };
}
