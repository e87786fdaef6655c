/**
 * Finds the compiled addon and explains why a candidate cannot be loaded. It loads nothing itself: lib/engine/addon/native.ts is the only
 * file that requires the .node file, and passes in a function for that.
 */
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ArtistError, packageRoot, packageVersion, systemCode } from '../../core/index.ts';
import { imageProblem } from './binary-header.ts';
import { gpuPackageFiles } from './gpu-packages.ts';
import { cpuFeatures, prebuildFolder, prebuildName, systemName } from './machine.ts';

export interface BinaryCandidate {
  /**
   * environment: AI_ARTIST_BINARY; build: compiled here by `npm install`; package: of an installed package for a GPU; prebuild: shipped with
   * this package.
   */
  origin: 'environment' | 'build' | 'package' | 'prebuild';
  file: string;
}

/** Why a candidate was not loaded, and what to do about it. */
export interface BinaryFailure extends BinaryCandidate {
  reason: string;
  advice?: string;
  cause?: unknown;
}

/** build.json beside the addon, written when it is linked (scripts/install/build-info.mjs). */
export interface BuildInfo {
  version: string;
  platform: string;
  arch: string;
  gpu: string;
  portable: boolean;
  /** CPU features the compiler was allowed to use, by their /proc/cpuinfo names. */
  cpuFlags: string[];
  compiler: string;
}

const compileAdvice = 'compile it for this machine: AI_ARTIST_BUILD_FROM_SOURCE=1 npm rebuild ai-artist';

/**
 * The files that could be the addon, best first. If AI_ARTIST_BINARY is set it is the only one, so that a wrong path is noticed. A package for a
 * GPU is before an addon that was compiled here without one.
 */
export function binaryCandidates(root: string = packageRoot(), env: NodeJS.ProcessEnv = process.env): BinaryCandidate[] {
  if (env.AI_ARTIST_BINARY) return [{ origin: 'environment', file: resolve(env.AI_ARTIST_BINARY) }];
  const compiled: BinaryCandidate = { origin: 'build', file: join(root, 'build', 'Release', 'ai_artist.node') };
  const packages = gpuPackageFiles(root, env).map((file): BinaryCandidate => ({ origin: 'package', file }));
  const hasGpu = packages.length > 0 && (readBuildInfo(compiled.file)?.gpu ?? 'off') !== 'off';
  return [
    ...(hasGpu ? [compiled, ...packages] : [...packages, compiled]),
    { origin: 'prebuild', file: join(root, 'prebuilds', prebuildFolder(), prebuildName()) },
  ];
}

/** Reads the build.json beside an addon; undefined if it is missing or unreadable. */
export function readBuildInfo(file: string): BuildInfo | undefined {
  try {
    const raw: unknown = JSON.parse(readFileSync(join(dirname(file), 'build.json'), 'utf8'));
    return isBuildInfo(raw) ? raw : undefined;
  } catch {
    return undefined; // the addon still loads; only the CPU check is skipped
  }
}

function isBuildInfo(value: unknown): value is BuildInfo {
  if (value === null || typeof value !== 'object') return false;
  const { version, gpu, cpuFlags } = value as Record<string, unknown>;
  return (
    typeof version === 'string' && typeof gpu === 'string' && Array.isArray(cpuFlags) && cpuFlags.every((flag) => typeof flag === 'string')
  );
}

/** Reads the first 4 KiB and the size of a file, or says why that failed. */
function readHead(file: string): { head: Buffer; size: number } | { reason: string } {
  let handle: number | undefined;
  try {
    handle = openSync(file, 'r');
    const stat = fstatSync(handle);
    if (stat.isDirectory()) return { reason: 'is a directory' };
    const head = Buffer.alloc(Math.min(4096, stat.size));
    readSync(handle, head, 0, head.length, 0);
    return { head, size: stat.size };
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return { reason: 'is not there' };
    if (code === 'EACCES' || code === 'EPERM') return { reason: 'may not be read by this user' };
    if (code === 'EISDIR') return { reason: 'is a directory' };
    return { reason: `cannot be read (${code ?? String(error)})` };
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

/**
 * Checks a candidate without loading it: it must be a complete library for this system and architecture, and this CPU must have every
 * instruction it was compiled for. Loading a truncated library, or one with unknown instructions, would crash the process.
 */
export function checkCandidate(candidate: BinaryCandidate): BinaryFailure | undefined {
  const content = readHead(candidate.file);
  if ('reason' in content) return { ...candidate, ...content };
  const problem = imageProblem(content.head, content.size);
  if (problem !== undefined) return { ...candidate, reason: problem, advice: compileAdvice };
  const info = readBuildInfo(candidate.file);
  if (candidate.origin === 'package' && info?.version !== packageVersion()) {
    const [name, version] = [packageOf(candidate.file), packageVersion()];
    return {
      ...candidate,
      reason: `is of version ${info?.version ?? 'unknown'}, this is ${version}`,
      advice: `npm install ${name}@${version}`,
    };
  }
  const present = cpuFeatures();
  if (info && present.size > 0) {
    const absent = info.cpuFlags.filter((flag) => !present.has(flag));
    if (absent.length > 0) {
      return { ...candidate, reason: `was compiled for a CPU with ${absent.join(', ')}, which this one lacks`, advice: compileAdvice };
    }
  }
  return undefined;
}

/** `@ai-artist/linux-x64-vulkan` */
const packageOf = (file: string): string => dirname(file).split(/[\\/]/).slice(-2).join('/');

const loadErrors: readonly (readonly [pattern: RegExp, advice: string])[] = [
  [/GLIBC_[\d.]+' not found/, `this Linux has an older C library than the addon wants; ${compileAdvice}`],
  [/GLIBCXX_[\d.]+' not found|CXXABI_[\d.]+' not found/, `this Linux has an older libstdc++ than the addon wants; ${compileAdvice}`],
  [
    /libstdc\+\+\.so\.6/,
    'install the C++ runtime (Debian, Ubuntu: apt-get install libstdc++6; Fedora: dnf install libstdc++; Alpine: apk add libstdc++)',
  ],
  [/ld-linux|libc\.so\.6|ld-musl/, `the addon is for the other C library (glibc or musl); ${compileAdvice}`],
  [
    /libcuda|libcudart|libcublas/,
    'the CUDA runtime or the NVIDIA driver is missing; AI_ARTIST_GPU=off npm rebuild ai-artist compiles without it',
  ],
  [
    /libvulkan|vulkan-1/,
    'the Vulkan loader is missing (Debian, Ubuntu: apt-get install libvulkan1); AI_ARTIST_GPU=off npm rebuild ai-artist compiles without it',
  ],
  [/incompatible architecture|wrong ELF class|not a valid Win32/, compileAdvice],
  [/did not self-register|Module version mismatch|undefined symbol: napi_/, 'this runtime lacks Node-API 8: use Node 20.19 or newer'],
  [/cannot allocate memory|failed to map segment/, 'not enough memory, or the folder is mounted noexec'],
  [/code signature|not permitted/i, 'macOS has quarantined the file: xattr -dr com.apple.quarantine on the package folder'],
  [/--allow-ffi|NotCapable/, 'Deno must be started with --allow-ffi'],
];

/** Turns an error of the dynamic loader into a reason with advice. */
export function explainLoadError(candidate: BinaryCandidate, error: unknown): BinaryFailure {
  const text = error instanceof Error ? error.message : String(error);
  const reason = (text.split('\n')[0] ?? text).replace(`${candidate.file}: `, '');
  const advice = loadErrors.find(([pattern]) => pattern.test(text))?.[1];
  return { ...candidate, reason, cause: error, ...(advice === undefined ? {} : { advice }) };
}

/** What openBinary() is given. */
export interface Opening<T> {
  /** Loads a .node file and returns its exports, or throws. */
  open: (file: string) => T;
  /** Why the addon of a package for a GPU does not work here. */
  gpuProblem: (file: string) => string | undefined;
}

/**
 * Opens the first candidate that works.
 *
 * @throws ArtistError ERR_NO_BINARY when no candidate works; the message lists every candidate, why it failed and what to do
 */
export function openBinary<T>(
  { open, gpuProblem }: Opening<T>,
  candidates: readonly BinaryCandidate[] = binaryCandidates(),
): { addon: T; file: string; failures: BinaryFailure[] } {
  const failures: BinaryFailure[] = [];
  for (const candidate of candidates) {
    const failure = checkCandidate(candidate) ?? unproven(candidate, gpuProblem);
    if (failure) {
      failures.push(failure);
      continue;
    }
    try {
      return { addon: open(candidate.file), file: candidate.file, failures };
    } catch (error) {
      failures.push(explainLoadError(candidate, error));
    }
  }
  throw noBinary(failures);
}

/** The failure of a package for a GPU whose addon was tried. */
export function gpuFailure(candidate: BinaryCandidate, problem: string): BinaryFailure {
  return { advice: 'check the driver of the GPU, then: ai-artist doctor', ...explainLoadError(candidate, new Error(problem)) };
}

function unproven(candidate: BinaryCandidate, gpuProblem: Opening<unknown>['gpuProblem']): BinaryFailure | undefined {
  const problem = candidate.origin === 'package' ? gpuProblem(candidate.file) : undefined;
  return problem === undefined ? undefined : gpuFailure(candidate, problem);
}

/** Advice for these failures, most useful first, without duplicates. */
export function adviceFor(failures: readonly BinaryFailure[]): string[] {
  const advice = failures.flatMap((failure) => (failure.advice === undefined ? [] : [failure.advice]));
  if (failures.some(({ origin }) => origin === 'environment')) return [...new Set([...advice, 'correct or unset AI_ARTIST_BINARY'])];
  if (failures.every(({ origin, reason }) => origin === 'package' || reason === 'is not there')) {
    advice.push(
      'the install script has not run (--ignore-scripts, AI_ARTIST_SKIP_BUILD, or a package manager that must allow it first: npm install-scripts approve ai-artist, pnpm approve-builds): npm rebuild ai-artist',
    );
  }
  return [...new Set([...advice, 'ai-artist doctor shows the details'])];
}

function noBinary(failures: readonly BinaryFailure[]): ArtistError {
  const causes = failures.flatMap(({ cause }) => (cause === undefined ? [] : [cause]));
  const message = [
    `no compiled addon could be loaded on ${systemName()}. Tried:`,
    ...failures.map(({ file, reason }) => `  - ${file}: ${reason}`),
    'What to do:',
    ...adviceFor(failures).map((line) => `  - ${line}`),
  ].join('\n');
  return new ArtistError(
    'ERR_NO_BINARY',
    message,
    causes.length === 0 ? {} : { cause: causes.length === 1 ? causes[0] : new AggregateError(causes) },
  );
}
