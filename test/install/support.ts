/** The install scripts' modules with the types their tests use (they are plain JavaScript), and package folders to run them in. */
import { spawn } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const load = (name: string): Promise<unknown> => import(new URL(`../../scripts/install/${name}.mjs`, import.meta.url).href);

export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'ai-artist-install-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

export interface MissingTool {
  tool: string;
  problem: string;
}

export const tools = (await load('tools')) as {
  findProgram(name: string, env?: NodeJS.ProcessEnv): string | undefined;
  missingTools(need: { engineSource: boolean; tests?: boolean }, env?: NodeJS.ProcessEnv): MissingTool[];
  installCommands(missing: Pick<MissingTool, 'tool'>[], platform?: string, osRelease?: string): string[];
};

export const setup = (await load('get-tools')) as {
  getTools(
    missing: readonly MissingTool[],
    how: { say(text: string): void; yes?: boolean; env?: NodeJS.ProcessEnv; uid?: number },
  ): string | undefined;
};

export const lock = (await load('lock')) as {
  takeLock(file: string, onWait?: (holder: { pid?: number }) => void, pause?: number): Promise<{ waited: boolean; release(): void }>;
};

export const prebuilt = (await load('prebuilt')) as {
  libcFamily(): 'glibc' | 'musl' | undefined;
  prebuildFolder(platform?: string, arch?: string, libc?: string): string;
  prebuildName(platform?: string, libc?: string): string;
  findPrebuilt(root: string): string | undefined;
  proveLoads(file: string, root: string, options?: { timeout?: number }): { ok: boolean; reason?: string; devices?: { type: string }[] };
};

export const compile = (await load('compile')) as {
  jobCount(machine?: { cores?: number; memory?: number; requested?: string }): { jobs: number; limitedByMemory: boolean };
  parseProgress(line: string): { done: number; total: number } | undefined;
  tellingLines(text: string, count?: number): string[];
};

/**
 * A package folder as npm would unpack it, without engine, prebuilds and compiled addon. node_modules holds a cmake-js that runs
 * `fakeCmakeJs` instead of compiling; leave it out to get none.
 */
export function makePackage(fakeCmakeJs?: string): { folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'ai-artist-install-'));
  for (const name of [
    'package.json',
    'CMakeLists.txt',
    'scripts/install.mjs',
    'scripts/install',
    'scripts/vendor.mjs',
    'scripts/vocabularies.mjs',
    'native/engine',
  ]) {
    cpSync(join(root, name), join(folder, name), { recursive: true });
  }
  mkdirSync(join(folder, 'node_modules/cmake-js/bin'), { recursive: true });
  if (existsSync(join(root, 'vocab'))) symlinkSync(join(root, 'vocab'), join(folder, 'vocab'), 'junction');
  if (fakeCmakeJs !== undefined) {
    writeFileSync(join(folder, 'node_modules/cmake-js/package.json'), '{"name":"cmake-js","version":"8.0.0"}');
    writeFileSync(join(folder, 'node_modules/cmake-js/bin/cmake-js'), fakeCmakeJs);
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }) };
}

/** Says that the engine's source is in the package. */
export function addEngine(folder: string): void {
  mkdirSync(join(folder, 'native/vendor/engine'), { recursive: true });
  writeFileSync(join(folder, 'native/vendor/engine/CMakeLists.txt'), '');
}

/** A folder of programs that do nothing, to be the PATH: stand-ins for the build tools. */
export function makePath(folder: string, programs: Record<string, string>): string {
  const path = join(folder, 'bin');
  mkdirSync(path, { recursive: true });
  for (const [name, body] of Object.entries(programs)) {
    writeFileSync(join(path, name), `#!/bin/sh\n${body}\n`);
    chmodSync(join(path, name), 0o755);
  }
  return path;
}

/**
 * Runs scripts/install.mjs in a package folder with nothing of this process's environment but what is given. `onText` sees what has been
 * printed so far and may end the process.
 */
export function install(
  folder: string,
  env: Record<string, string>,
  onText?: (text: string, end: (signal: NodeJS.Signals) => void) => void,
): Promise<{ status: number | null; text: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(folder, 'scripts/install.mjs')], { cwd: folder, env: { HOME: folder, CI: '1', ...env } });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        onText?.(text, (signal) => child.kill(signal));
      });
    }
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, text }));
  });
}
