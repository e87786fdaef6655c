/** A private Redis for tests: on a free port, with its own data folder. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { freePort } from '../support/free-port.ts';
import { scratch, until } from './support.ts';

export interface RedisServer {
  url: string;
  /** Stops the server; its data stay. */
  stop(): Promise<void>;
  /** The same server with the same data on the same port. */
  start(): Promise<void>;
  /** Freezes the server: connections stay open, but nothing is answered. */
  freeze(): void;
  thaw(): void;
}

let servers = 0;

/** @throws Error when redis-server is missing: tests that need it fail instead of being skipped */
export async function startRedis({ aof = true }: { aof?: boolean } = {}): Promise<RedisServer> {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
  } catch (cause) {
    throw new Error('redis-server: expected the program in PATH, got none. Debian: apt-get install redis-server', { cause });
  }
  const port = await freePort();
  const folder = path.join(scratch, `redis-${servers++}`);
  mkdirSync(folder);
  let child: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    let output = '';
    const options = ['--port', String(port), '--bind', '127.0.0.1', '--appendonly', aof ? 'yes' : 'no', '--save', '', '--daemonize', 'no'];
    const started = spawn('redis-server', options, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    started.stdout.on('data', (text: Buffer) => (output += text.toString()));
    child = started;
    await until('redis-server', () => {
      if (started.exitCode !== null) throw new Error(`redis-server ended: ${output}`);
      return /Ready to accept connections/.test(output);
    });
  };
  const stop = async (): Promise<void> => {
    const ending = child;
    if (!ending || ending.exitCode !== null) return;
    const gone = new Promise((resolve) => ending.once('exit', resolve));
    ending.kill('SIGTERM');
    await gone;
  };
  process.on('exit', () => child?.kill('SIGKILL'));
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    start,
    stop,
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
  };
}
