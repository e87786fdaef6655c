/** What `ai-artist doctor` prints, as plain data: which addon would be loaded, why others would not, and what this machine offers. */
import { existsSync, readFileSync } from 'node:fs';
import { freemem, cpus as logicalCpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { answering, packageRoot, packageVersion } from '../../core/index.ts';
import {
  adviceFor,
  type BinaryCandidate,
  type BinaryFailure,
  type BuildInfo,
  binaryCandidates,
  checkCandidate,
  explainLoadError,
  gpuFailure,
  readBuildInfo,
} from './binary.ts';
import { gpuPackageNames } from './gpu-packages.ts';
import { keepProof, problemOf } from './gpu-proof.ts';
import { type GpuSupport, gpuSupport } from './gpu-support.ts';
import { cpuModel, isRosetta, kernelFeatures, libc, runtime } from './machine.ts';
import type { NativeDevice, NativeVersions } from './native-types.ts';
import { type ProbeAnswer, probeAddon } from './probe.ts';

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
  const unfit = checkCandidate(candidate);
  if (unfit) return failed(unfit, 'failed');
  const isPackage = candidate.origin === 'package';
  const answer = await probeAddon(candidate.file, { root, onGpu: isPackage });
  // What was found before may have been mended since.
  if (isPackage) keepProof(candidate.file, answer);
  const problem = problemOf(answer);
  if (isPackage && problem !== null) return failed(gpuFailure(candidate, problem), 'crashed' in answer ? 'crashed' : 'failed');
  if ('crashed' in answer)
    return failed(
      { ...candidate, reason: answer.crashed, advice: 'compile it for this machine: AI_ARTIST_BUILD_FROM_SOURCE=1 npm rebuild ai-artist' },
      'crashed',
    );
  if ('error' in answer) return failed(explainLoadError(candidate, answer.error), 'failed');
  return { report: { ...candidate, status: 'loads', ...build }, answer };
}

/** What to do where a driver is here, but the addon in use does not compute on it. */
function gpuAdvice(root: string, { versions, devices }: ProbeAnswer, gpu: GpuSupport): string[] {
  if (devices.some(({ type }) => type === 'gpu' || type === 'igpu')) return [];
  const hasVulkan = gpu.vulkan !== undefined && gpu.vulkan.drivers.length > 0;
  const missing = gpu.nvidia && versions.gpu !== 'cuda' ? 'cuda' : hasVulkan && versions.gpu === 'off' ? 'vulkan' : undefined;
  if (!missing) return versions.gpu === 'off' ? [] : [`this addon has ${versions.gpu}, but no GPU was found: check the driver`];
  const [found, sdk] =
    missing === 'cuda'
      ? ['an NVIDIA driver is installed, but this addon has no CUDA', gpu.nvidia?.nvcc ? '' : 'install the CUDA toolkit, then ']
      : ['Vulkan drivers are installed, but this addon has no GPU backend', 'install the Vulkan SDK with glslc, then '];
  const name = gpuPackageNames(root, gpu).find((one) => one.includes(missing));
  const compile = `${sdk}AI_ARTIST_GPU=${missing} npm rebuild ai-artist`;
  return [`${found}: ${name ? `npm install ${name}@${packageVersion()}, or compile it: ` : ''}${compile}`];
}

function generalAdvice(root: string, answer: ProbeAnswer | undefined, gpu: GpuSupport): string[] {
  const advice: string[] = [];
  if (isRosetta()) advice.push('this Node is translated by Rosetta: an arm64 Node is several times faster and can use Metal');
  if (!existsSync(join(root, 'vocab', 'clip_merges.txt')))
    advice.push('the tokenizer tables (vocab/) are missing: reinstall the package, or in a checkout run npm run vendor');
  if (!answer) return advice;
  if (!answer.devices.some(({ type }) => type === 'cpu')) advice.push('no CPU kernels were found beside the addon: reinstall the package');
  advice.push(...gpuAdvice(root, answer, gpu));
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
