/** Starts and ends servers in processes of their own: they can be killed, and what their event loops do does not disturb the test's. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { typescript } from '../../support/run-source.ts';
import type { Memory, Order } from './server.ts';

const program = fileURLToPath(new URL('server.ts', import.meta.url));
const children = new Set<ChildProcess>();

export interface ServerProcess {
  readonly url: string;
  readonly child: ChildProcess;
  /** What it has written to stderr. */
  said(): string;
  /** Blocks its event loop. */
  block(ms: number): void;
  memory(): Promise<Memory>;
  /** It kills itself before the given write of a file from now on. */
  killBeforeStep(step: number): Promise<void>;
  kill(): Promise<void>;
  /** Resolves once it has ended. */
  readonly ended: Promise<void>;
}

/** @param env beside the variables of this process  @param imports further modules that it and its painter load first */
export async function startServerProcess(
  home: string,
  { paint = false, env = {}, imports = [] }: { paint?: boolean; env?: Record<string, string>; imports?: readonly string[] } = {},
): Promise<ServerProcess> {
  const child = fork(program, [home, paint ? 'paint' : ''], {
    execArgv: ['--expose-gc', ...[typescript, ...imports].flatMap((module) => ['--import', module])],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, ...env },
  });
  children.add(child);
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  void ended.then(() => children.delete(child));
  const url = await new Promise<string>((resolve, reject) => {
    child.once('message', (message: { url: string }) => resolve(message.url));
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${errors}`)));
  });
  const ask = <T>(order: Order): Promise<T> =>
    new Promise((resolve) => {
      child.once('message', (message) => resolve(message as T));
      child.send(order);
    });
  return {
    ...{ url, child, ended, said: () => errors },
    block: (ms) => void child.send({ order: 'block', ms } satisfies Order),
    memory: () => ask<Memory>({ order: 'memory' }),
    killBeforeStep: async (beforeStep) => void (await ask({ order: 'kill', beforeStep })),
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Kills the servers that still run. */
export async function endServers(): Promise<void> {
  await Promise.all(
    [...children].map(async (child) => {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
    }),
  );
}
