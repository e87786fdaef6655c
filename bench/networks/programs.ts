/** Servers of other projects, installed into a temporary folder and ended with this process. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const folder = mkdtempSync(path.join(tmpdir(), 'ai-artist-networks-'));
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** Installs packages of npm and returns the folder that has `node_modules`. `scripts`: whether their install scripts run, as a compiler of theirs needs. */
export function installNode(name: string, packages: readonly string[], scripts = false): string {
  const at = path.join(folder, name);
  const flags = ['--no-audit', '--no-fund', '--loglevel=error', ...(scripts ? [] : ['--ignore-scripts'])];
  execFileSync('npm', ['install', '--prefix', at, ...flags, ...packages], { stdio: ['ignore', 'ignore', 'inherit'] });
  return at;
}

/** Makes a virtual environment with a package of PyPI and returns the folder of its programs. */
export function installPython(name: string, requirement: string): string {
  const at = path.join(folder, name);
  execFileSync('python3', ['-m', 'venv', at], { stdio: 'inherit' });
  const programs = path.join(at, process.platform === 'win32' ? 'Scripts' : 'bin');
  execFileSync(path.join(programs, 'python'), ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', requirement], {
    stdio: 'inherit',
  });
  return programs;
}

export function writeInto(at: string, name: string, text: string): string {
  writeFileSync(path.join(at, name), text);
  return path.join(at, name);
}

/** Starts a program and waits until `url` answers anything. */
export async function startServer(
  command: string,
  args: readonly string[],
  url: string,
  env: NodeJS.ProcessEnv = {},
): Promise<ChildProcess> {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, ...env } });
  running.add(child);
  for (let tries = 0; tries < 600; tries++) {
    if (child.exitCode !== null)
      throw new Error(`networks: expected ${command} to serve ${url}, got its end with status ${child.exitCode}`);
    if (
      await fetch(url).then(
        () => true,
        () => false,
      )
    )
      return child;
    await sleep(200);
  }
  throw new Error(`networks: expected ${url} to answer within two minutes, got nothing`);
}
