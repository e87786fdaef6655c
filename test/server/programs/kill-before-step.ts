/** Ends a process as a power cut or kill -9 would, at a chosen one of the steps in which it changes files. */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/** What changes a disk. Reads are no steps: between two of them nothing can become half-done. */
const writers = ['appendFile', 'copyFile', 'link', 'mkdir', 'rename', 'rm', 'truncate', 'unlink', 'writeFile'] as const;
const handleWriters = ['appendFile', 'truncate', 'write', 'writeFile', 'sync'] as const;

let left = Number.POSITIVE_INFINITY;

function step(): void {
  if (--left === 0) process.kill(process.pid, 'SIGKILL');
}

type Method = (...args: unknown[]) => unknown;

function watched(holder: object, name: string): void {
  const methods = holder as Record<string, Method>;
  const before = methods[name];
  if (!before) throw new Error(`${name}: expected a method of node:fs/promises, got none`);
  methods[name] = function (this: unknown, ...args) {
    step();
    return Reflect.apply(before, this, args);
  };
}

let isWatching: Promise<void> | undefined;

async function watchWriters(): Promise<void> {
  const handle = await fs.promises.open(process.execPath, 'r');
  const prototype: object = Object.getPrototypeOf(handle);
  await handle.close();
  for (const name of handleWriters) watched(prototype, name);
  for (const name of writers) watched(fs.promises, name);
  const { open } = fs.promises;
  const opened: typeof open = (path, flags, ...more) => {
    // Opening makes or empties a file.
    if (typeof flags === 'string' && /^[wa]/.test(flags)) step();
    return open(path, flags, ...more);
  };
  Object.assign(fs.promises, { open: opened });
  syncBuiltinESMExports();
}

/** Kills this process before the given step from now, 1 being the next. */
export async function killBeforeStep(count: number): Promise<void> {
  isWatching ??= watchWriters();
  await isWatching;
  left = count;
}
