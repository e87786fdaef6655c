/** Loads an addon in a child process, because loading an unsuitable one, or computing on a broken driver, can end the process. */
import { dirname, join } from 'node:path';
import { runtime } from './machine.ts';
import type { NativeDevice, NativeVersions } from './native-types.ts';

export interface ProbeAnswer {
  versions: NativeVersions;
  systemInfo: string;
  physicalCores: number;
  devices: NativeDevice[];
}

export type ProbeResult = ProbeAnswer | { crashed: string } | { error: Error };

export interface ProbeOptions {
  /** Folder of this package. */
  root: string;
  /** Also multiplies two small matrices on the first GPU; none is an error. */
  onGpu: boolean;
}

const script = `
const { createRequire } = require('node:module');
const [file, vocabularyDir, backendDir, onGpu] = process.argv.slice(-4);
const addon = createRequire(file)(file);
addon.configure({ vocabularyDir, backendDir });
const answer = { versions: addon.versions(), systemInfo: addon.systemInfo(), physicalCores: addon.physicalCores(), devices: addon.listDevices() };
const gpu = answer.devices.find(({ type }) => type === 'gpu' || type === 'igpu');
if (onGpu === 'yes' && !gpu) throw new Error('found no GPU');
const computed = onGpu === 'yes' ? addon.measureProducts({ backend: gpu.name, type: 'f32', blocks: 4, seconds: 0 }, () => {}).promise : undefined;
Promise.resolve(computed).then(() => process.stdout.write(JSON.stringify(answer)));
`;

/** Time limit, milliseconds. A GPU driver may start slowly the first time. */
const limit = 60_000;

function commandFor(
  file: string,
  { root, onGpu }: ProbeOptions,
): { args: string[]; options: { timeout: number; maxBuffer: number; env: NodeJS.ProcessEnv } } {
  const evaluated =
    runtime().name === 'deno'
      ? [
          'eval',
          `import { createRequire } from 'node:module'; import process from 'node:process'; const require = createRequire(import.meta.url);${script}`,
        ]
      : ['-e', script];
  return {
    args: [...evaluated, file, join(root, 'vocab'), dirname(file), onGpu ? 'yes' : 'no'],
    options: { timeout: limit, maxBuffer: 4_000_000, env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: '' } },
  };
}

interface Ended {
  stdout: string;
  stderr: string;
  /** Exit status; null: a signal ended it. */
  status: number | null;
  signal: string | null;
  isLate: boolean;
}

function resultOf({ stdout, stderr, status, signal, isLate }: Ended): ProbeResult {
  if (isLate) return { crashed: `loading it took longer than ${limit / 1000} s` };
  if (signal !== null) return { crashed: `loading it ended the process with ${signal}` };
  if (status !== 0) {
    const message = /^(?:\w*Error|.*\[Error): .*(\n.+)*?(?=\n\s+at |\n\n|$)/m.exec(stderr)?.[0].replace(/^\w*Error: /, '');
    return { error: new Error(message ?? `exit code ${String(status)}`) };
  }
  try {
    return JSON.parse(stdout) as ProbeAnswer;
  } catch {
    return { error: new Error(`the addon printed ${JSON.stringify(stdout.slice(0, 80))} while loading`) };
  }
}

/** Loads `file` in a child process and says what it reports about itself, or why it cannot. */
export async function probeAddon(file: string, given: ProbeOptions): Promise<ProbeResult> {
  const { execFile } = await import('node:child_process');
  const { args, options } = commandFor(file, given);
  return new Promise((resolve) => {
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
      const signal = error === null || status !== null ? null : (error.signal ?? String(error.code));
      resolve(resultOf({ stdout, stderr, status, signal, isLate: error?.killed === true }));
    });
  });
}

/** The same, and waits for it: for the first use of an addon, which is synchronous. */
export function probeAddonNow(file: string, given: ProbeOptions): ProbeResult {
  // Loaded here because node:child_process slows down every import of the package by milliseconds.
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  const { args, options } = commandFor(file, given);
  const { error, stdout, stderr, status, signal } = spawnSync(process.execPath, args, { ...options, encoding: 'utf8' });
  const isLate = (error as NodeJS.ErrnoException | undefined)?.code === 'ETIMEDOUT';
  if (error && !isLate) return { error };
  return resultOf({ stdout, stderr, status, signal, isLate });
}
