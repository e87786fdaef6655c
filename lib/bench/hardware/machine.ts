/** The machine, as result files and the programs in bench/ describe it. */
import { readFile } from 'node:fs/promises';
import { availableParallelism, release, totalmem } from 'node:os';
import { packageVersion } from '../../core/index.ts';
import { cpuModel, kernelFeatures, listDevices, systemName, versions } from '../../engine/index.ts';
import type { BenchResult, Machine } from '../result/result.ts';
import { appleFacts } from './apple.ts';
import { type Ask, askSystem } from './ask.ts';
import { nvidiaFacts } from './nvidia.ts';

async function governor(): Promise<Partial<Machine>> {
  const power = await readFile('/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor', 'utf8').catch(() => undefined);
  return power === undefined ? {} : { power: power.trim() };
}

/** What programs of the system tell beyond the engine: model, GPUs, driver, power mode. What they do not tell is absent. */
export async function systemFacts(platform: NodeJS.Platform, ask: Ask): Promise<Partial<Machine>> {
  if (platform === 'darwin') return appleFacts(ask);
  return { ...(platform === 'linux' && (await governor())), ...(await nvidiaFacts(ask)) };
}

/** @throws ArtistError ERR_NO_BINARY when the addon cannot be loaded */
export async function machineNow(): Promise<Machine> {
  return {
    cpu: cpuModel(),
    cores: versions().physicalCores,
    threads: availableParallelism(),
    cpuFeatures: kernelFeatures(),
    memoryBytes: totalmem(),
    system: `${systemName()}, ${release()}`,
    devices: listDevices().map(({ name, description, type, totalBytes }) => ({ name, description, type, totalBytes })),
    ...(await systemFacts(process.platform, askSystem)),
  };
}

/** @throws ArtistError ERR_NO_BINARY when the addon cannot be loaded */
export function buildNow(): BenchResult['build'] {
  const { engine, ggml, gpu, compiler, systemInfo } = versions();
  return { version: packageVersion(), engine, ggml, gpu, compiler, kernels: systemInfo };
}

const gpuText = ({ name, cores, memoryBytes, powerLimitWatts }: NonNullable<Machine['gpus']>[number]): string =>
  [
    name,
    ...(cores === undefined ? [] : [`${cores} GPU cores`]),
    ...(memoryBytes === undefined ? [] : [`${Math.round(memoryBytes / 2 ** 30)} GiB`]),
    ...(powerLimitWatts === undefined ? [] : [`${powerLimitWatts} W`]),
  ].join(' ');

/** Machine and build in three lines: processor and GPUs, system, build. */
export function machineLines(machine: Machine, build: BenchResult['build']): string[] {
  const { cpu, model, cores, coreKinds, memoryBytes, devices, gpus, system, driver, power } = machine;
  const kinds = coreKinds ? ` (${coreKinds.performance} + ${coreKinds.efficiency})` : '';
  const graphics = gpus?.map(gpuText) ?? devices.filter(({ type }) => type !== 'cpu').map(({ description }) => description);
  return [
    [cpu, ...(model === undefined ? [] : [model]), `${cores} cores${kinds}`, `${Math.round(memoryBytes / 2 ** 30)} GiB`, ...graphics].join(
      ', ',
    ),
    [system, ...(driver === undefined ? [] : [`driver ${driver}`]), ...(power === undefined ? [] : [power])].join(', '),
    `ai-artist ${build.version}, ${build.engine}, ggml ${build.ggml}, gpu ${build.gpu}, ${build.compiler}`,
  ];
}
