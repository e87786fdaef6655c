/** Facts about the machine that need no native code: C library, CPU features, runtime. */
import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // another system, or a sandbox without /proc
  }
}

interface ReportHeader {
  glibcVersionRuntime?: string;
}

function reportHeader(): ReportHeader {
  const report: NodeJS.ProcessReport | undefined = process.report;
  if (typeof report?.getReport !== 'function') return {};
  Object.assign(report, { excludeNetwork: true }); // listing the network interfaces can take seconds
  const raw: unknown = report.getReport();
  const content: unknown = typeof raw === 'string' ? JSON.parse(raw) : raw;
  if (content === null || typeof content !== 'object' || !('header' in content)) return {};
  return content.header as ReportHeader;
}

let knownLibc: { family: 'glibc' | 'musl'; version?: string } | undefined;

/** C library of a Linux system; undefined on other systems. */
export function libc(): { family: 'glibc' | 'musl'; version?: string } | undefined {
  if (process.platform !== 'linux') return undefined;
  if (knownLibc === undefined) {
    const version = reportHeader().glibcVersionRuntime;
    const hasMusl = (): boolean => {
      try {
        return readdirSync('/lib').some((name) => name.startsWith('ld-musl-'));
      } catch {
        return false; // no /lib to look into: most likely a glibc container
      }
    };
    knownLibc = version ? { family: 'glibc', version } : { family: hasMusl() ? 'musl' : 'glibc' };
  }
  return knownLibc;
}

export function libcFamily(): 'glibc' | 'musl' | undefined {
  return libc()?.family;
}

/** Folder below prebuilds/ for this machine; the same rule as scripts/install/prebuilt.mjs. */
export function prebuildFolder(platform: string = process.platform, arch: string = process.arch, libc = libcFamily()): string {
  return `${platform}${platform === 'linux' && libc === 'musl' ? 'musl' : ''}-${arch}`;
}

/** Name of a prebuilt addon in its folder. */
export function prebuildName(libc = libcFamily()): string {
  return libc === undefined ? 'ai-artist.node' : `ai-artist.${libc}.node`;
}

function sysctl(name: string): string {
  try {
    // Loaded here because node:child_process slows down every import of the package by milliseconds, and only macOS needs it.
    const { execFileSync } = process.getBuiltinModule('node:child_process');
    return execFileSync('/usr/sbin/sysctl', ['-n', name], { encoding: 'utf8', timeout: 2000, stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return ''; // the key does not exist on this kind of Mac
  }
}

/** The /proc/cpuinfo names of CPU features that macOS names differently. */
const macNames: Readonly<Record<string, string>> = {
  sse3: 'pni',
  'sse4.1': 'sse4_1',
  'sse4.2': 'sse4_2',
  'avx1.0': 'avx',
  lzcnt: 'abm',
  avx512vnni: 'avx512_vnni',
  avx512bitalg: 'avx512_bitalg',
  avx512vpopcntdq: 'avx512_vpopcntdq',
  avx512vbmi2: 'avx512_vbmi2',
};

let knownFeatures: ReadonlySet<string> | undefined;

/** Instruction set extensions by their /proc/cpuinfo names. Empty where the system does not report them (Windows, Apple Silicon). */
export function cpuFeatures(): ReadonlySet<string> {
  if (knownFeatures === undefined) {
    let words: string[] = [];
    if (process.platform === 'linux') words = /^(?:flags|Features)\s*:\s*(.+)$/m.exec(readText('/proc/cpuinfo'))?.[1]?.split(/\s+/) ?? [];
    else if (process.platform === 'darwin' && process.arch === 'x64') {
      const text = `${sysctl('machdep.cpu.features')} ${sysctl('machdep.cpu.leaf7_features')} ${sysctl('machdep.cpu.extfeatures')}`;
      words = text
        .toLowerCase()
        .split(/\s+/)
        .filter(Boolean)
        .map((word) => macNames[word] ?? word);
    }
    knownFeatures = new Set(words);
  }
  return knownFeatures;
}

const used = /^(pni|ssse3|sse4_[12]|avx.*|fma|f16c|bmi2|amx_.*|asimd.*|i8mm|bf16|sve\d?|sme\d?)$/;

/** Those of cpuFeatures() that the engine's kernels use. */
export const kernelFeatures = (): string[] => [...cpuFeatures()].filter((name) => used.test(name)).sort();

/** Whether an x64 Node runs translated on an Apple Silicon machine. */
export function isRosetta(): boolean {
  return process.platform === 'darwin' && process.arch === 'x64' && sysctl('sysctl.proc_translated') === '1';
}

export function cpuModel(): string {
  return cpus()[0]?.model.trim() || 'unknown CPU';
}

/** The JavaScript runtime and its version. */
export function runtime(): { name: 'node' | 'electron' | 'bun' | 'deno'; version: string } {
  const { bun, deno, electron, node } = process.versions as Record<string, string | undefined>;
  if (bun !== undefined) return { name: 'bun', version: bun };
  if (deno !== undefined) return { name: 'deno', version: deno };
  if (electron !== undefined) return { name: 'electron', version: electron };
  return { name: 'node', version: node ?? '' };
}

/** One line for messages, e.g. "linux x64, glibc 2.36, node 20.20.2". */
export function systemName(): string {
  const { name, version } = runtime();
  const c = libc();
  const translated = isRosetta() ? ' (translated by Rosetta: install an arm64 Node)' : '';
  return `${process.platform} ${process.arch}${translated}${c ? `, ${c.family}${c.version ? ` ${c.version}` : ''}` : ''}, ${name} ${version}`;
}
