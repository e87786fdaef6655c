/** The machine, as result files describe it. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { availableParallelism, release, totalmem } from 'node:os';
import { promisify } from 'node:util';
import { packageVersion } from '../core/index.ts';
import { cpuModel, kernelFeatures, listDevices, systemName, versions } from '../engine/index.ts';
import type { BenchResult, Machine } from './result/result.ts';

const run = promisify(execFile);
/** Programs of the system that do not answer are left out. */
const timeout = 5000;

const said = async (program: string, args: readonly string[]): Promise<string | undefined> => {
  try {
    const { stdout } = await run(program, [...args], { timeout });
    return stdout.trim() || undefined;
  } catch {
    return undefined; // not installed here, or not permitted
  }
};

async function powerMode(): Promise<string | undefined> {
  if (process.platform === 'darwin') {
    const settings = await said('/usr/bin/pmset', ['-g', 'custom']);
    const mode = /\b(?:low)?powermode\s+(\d)/i.exec(settings ?? '')?.[1];
    return mode === undefined ? undefined : `powermode ${mode}`;
  }
  if (process.platform !== 'linux') return undefined;
  const governor = await readFile('/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor', 'utf8').catch(() => undefined);
  return governor?.trim();
}

/** @throws ArtistError ERR_NO_BINARY when the addon cannot be loaded */
export async function machineNow(): Promise<Machine> {
  const devices = listDevices().map(({ name, description, type, totalBytes }) => ({ name, description, type, totalBytes }));
  const [driver, power] = await Promise.all([
    said('nvidia-smi', ['--query-gpu=driver_version', '--format=csv,noheader']).then((lines) => lines?.split('\n')[0]),
    powerMode(),
  ]);
  return {
    cpu: cpuModel(),
    cores: versions().physicalCores,
    threads: availableParallelism(),
    cpuFeatures: kernelFeatures(),
    memoryBytes: totalmem(),
    system: `${systemName()}, ${release()}`,
    devices,
    ...(driver !== undefined && { driver }),
    ...(power !== undefined && { power }),
  };
}

/** @throws ArtistError ERR_NO_BINARY when the addon cannot be loaded */
export function buildNow(): BenchResult['build'] {
  const { engine, ggml, gpu, compiler, systemInfo } = versions();
  return { version: packageVersion(), engine, ggml, gpu, compiler, kernels: systemInfo };
}
