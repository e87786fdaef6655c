/** What `ai-artist doctor` prints, as plain data: which addon would be loaded, why others would not, and what this machine offers. */
import { existsSync, readFileSync } from 'node:fs';
import { freemem, cpus as logicalCpus, release, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { answering, packageRoot } from '../../core/index.ts';
import {
  adviceFor,
  type BinaryCandidate,
  type BinaryFailure,
  type BuildInfo,
  binaryCandidates,
  checkCandidate,
  explainLoadError,
  readBuildInfo,
} from './binary.ts';
import { type GpuSupport, gpuSupport } from './gpu-support.ts';
import { cpuModel, isRosetta, kernelFeatures, libc, runtime } from './machine.ts';
import type { NativeDevice, NativeVersions } from './native-types.ts';

export interface CandidateReport extends BinaryCandidate {
  /** loads: works here; failed: cannot be loaded; crashed: loading it ended the child process it was tried in. */
  status: 'loads' | 'failed' | 'crashed';
  reason?: string;
  advice?: string;
  build?: BuildInfo;
}

export interface Diagnosis {
  /** true: an addon loads and has a device to compute on. */
  ok: boolean;
  package: { version: string; root: string };
  runtime: { name: string; version: string; executable: string };
  system: {
    platform: string;
    release: string;
    arch: string;
    libc?: { family: 'glibc' | 'musl'; version?: string };
    /** true: an x64 runtime on Apple Silicon. */
    translated: boolean;
    cpu: string;
    logicalCores: number;
    /** Instruction set extensions by their /proc/cpuinfo names; only those that matter to the engine. */
    cpuFeatures: string[];
    memoryBytes: number;
    freeMemoryBytes: number;
  };
  /** Every place the addon could be, best first. The first that loads is used. */
  candidates: CandidateReport[];
  /** What the addon in use reports about itself. */
  addon?: { file: string; versions: NativeVersions; systemInfo: string; physicalCores: number; devices: NativeDevice[] };
  gpu: GpuSupport;
  advice: string[];
}

interface ProbeAnswer {
  versions: NativeVersions;
  systemInfo: string;
  physicalCores: number;
  devices: NativeDevice[];
}

// Runs in a child process, because loading an unsuitable addon can crash the process.
const probe = `
const { createRequire } = require('node:module');
const [file, vocabularyDir, backendDir] = process.argv.slice(-3);
const addon = createRequire(file)(file);
addon.configure({ vocabularyDir, backendDir });
const answer = { versions: addon.versions(), systemInfo: addon.systemInfo(), physicalCores: addon.physicalCores(), devices: addon.listDevices() };
process.stdout.write(JSON.stringify(answer));
`;

/** Time limit of the probe, milliseconds. A GPU driver may start slowly the first time. */
const probeTimeout = 60_000;

async function askInChild(file: string, root: string): Promise<ProbeAnswer | { crashed: string } | { error: Error }> {
  const { execFile } = await import('node:child_process');
  const args =
    runtime().name === 'deno'
      ? [
          'eval',
          `import { createRequire } from 'node:module'; import process from 'node:process'; const require = createRequire(import.meta.url);${probe}`,
        ]
      : ['-e', probe];
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [...args, file, join(root, 'vocab'), dirname(file)],
      { timeout: probeTimeout, maxBuffer: 4_000_000, env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: '' } },
      (error, stdout, stderr) => {
        if (error === null) {
          try {
            resolve(JSON.parse(stdout) as ProbeAnswer);
          } catch {
            resolve({ error: new Error(`the addon printed ${JSON.stringify(stdout.slice(0, 80))} while loading`) });
          }
        } else if (error.killed) resolve({ crashed: `loading it took longer than ${probeTimeout / 1000} s` });
        else if (typeof error.signal === 'string') resolve({ crashed: `loading it ended the process with ${error.signal}` });
        else
          resolve({
            error: new Error(
              /^\w*Error: .*(\n.+)*?(?=\n\s+at |\n\n|$)/m.exec(stderr)?.[0].replace(/^\w*Error: /, '') ?? `exit code ${String(error.code)}`,
            ),
          });
      },
    );
  });
}

async function tryCandidate(
  candidate: BinaryCandidate,
  root: string,
): Promise<{ report: CandidateReport; answer?: ProbeAnswer; failure?: BinaryFailure }> {
  const info = readBuildInfo(candidate.file);
  const build = info === undefined ? {} : { build: info };
  const failed = (failure: BinaryFailure, status: 'failed' | 'crashed') => {
    const { cause: _, ...shown } = failure;
    return { report: { ...shown, status, ...build }, failure };
  };
  const problem = checkCandidate(candidate);
  if (problem) return failed(problem, 'failed');
  const answer = await askInChild(candidate.file, root);
  if ('crashed' in answer)
    return failed(
      { ...candidate, reason: answer.crashed, advice: 'compile it for this machine: AI_ARTIST_BUILD_FROM_SOURCE=1 npm rebuild ai-artist' },
      'crashed',
    );
  if ('error' in answer) return failed(explainLoadError(candidate, answer.error), 'failed');
  return { report: { ...candidate, status: 'loads', ...build }, answer };
}

function generalAdvice(root: string, answer: ProbeAnswer | undefined, gpu: GpuSupport): string[] {
  const advice: string[] = [];
  if (isRosetta()) advice.push('this Node is translated by Rosetta: an arm64 Node is several times faster and can use Metal');
  if (!existsSync(join(root, 'vocab', 'clip_merges.txt')))
    advice.push('the tokenizer tables (vocab/) are missing: reinstall the package, or in a checkout run npm run vendor');
  if (!answer) return advice;
  if (!answer.devices.some(({ type }) => type === 'cpu')) advice.push('no CPU kernels were found beside the addon: reinstall the package');
  const paintsOnGpu = answer.devices.some(({ type }) => type === 'gpu' || type === 'igpu');
  if (!paintsOnGpu && gpu.nvidia && answer.versions.gpu !== 'cuda') {
    advice.push(
      `an NVIDIA driver is installed, but this addon has no CUDA: ${gpu.nvidia.nvcc ? '' : 'install the CUDA toolkit, then '}AI_ARTIST_GPU=cuda npm rebuild ai-artist`,
    );
  } else if (!paintsOnGpu && gpu.vulkan && gpu.vulkan.drivers.length > 0 && answer.versions.gpu === 'off') {
    advice.push(
      'Vulkan drivers are installed, but this addon has no GPU backend: AI_ARTIST_GPU=vulkan npm rebuild ai-artist (needs the Vulkan SDK with glslc)',
    );
  } else if (!paintsOnGpu && answer.versions.gpu !== 'off')
    advice.push(`this addon has ${answer.versions.gpu}, but no GPU was found: check the driver`);
  if (freemem() < 2 * 1024 ** 3) advice.push('less than 2 GB of memory are free: the bundled model needs about 1 GB, SD 1.5 about 4 GB');
  return advice;
}

/**
 * Looks at everything that decides whether and on what this package can paint. Loads each candidate in a child process, so that one that
 * crashes is a finding. Never throws for what it finds.
 */
export const diagnose = answering('diagnose', async (): Promise<Diagnosis> => {
  const root = packageRoot();
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const tried = await Promise.all(binaryCandidates(root).map((candidate) => tryCandidate(candidate, root)));
  const used = tried.find(({ answer }) => answer !== undefined);
  const gpu = gpuSupport();
  const failures = tried.flatMap(({ failure }) => (failure ? [failure] : []));
  const library = libc();
  return {
    ok: used?.answer?.devices.some(({ type }) => type !== 'other') ?? false,
    package: { version: manifest.version, root },
    runtime: { ...runtime(), executable: process.execPath },
    system: {
      platform: process.platform,
      release: release(),
      arch: process.arch,
      ...(library === undefined ? {} : { libc: library }),
      translated: isRosetta(),
      cpu: cpuModel(),
      logicalCores: logicalCpus().length,
      cpuFeatures: kernelFeatures(),
      memoryBytes: totalmem(),
      freeMemoryBytes: freemem(),
    },
    candidates: tried.map(({ report }) => report),
    ...(used?.answer ? { addon: { file: used.report.file, ...used.answer } } : {}),
    gpu,
    advice: [...new Set([...(used ? [] : adviceFor(failures)), ...generalAdvice(root, used?.answer, gpu)])],
  };
});
