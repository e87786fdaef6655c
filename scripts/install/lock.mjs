// Allows one install at a time per package folder: two compilers in one build folder would overwrite each other's files.
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const beat = 2_000; // ms between heartbeats of the holder
const silence = 30_000; // ms without a heartbeat after which the holder counts as dead (it may be on another host)

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function readText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined; // gone: no longer our lock
  }
}

/** Returns the live holder of the lock; undefined if there is none or it died. */
function holderOf(file) {
  try {
    const { pid, host } = JSON.parse(readFileSync(file, 'utf8'));
    const quiet = Date.now() - statSync(file).mtimeMs;
    if (quiet > silence || (host === hostname() && !isAlive(pid))) return undefined;
    return { pid, host };
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    // The file was created but not written yet, or its writer died in between. Its age decides.
    const age = Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    return age < beat ? { pid: undefined, host: undefined } : undefined;
  }
}

/**
 * Takes the lock; waits as long as another holder is alive.
 * @param {string} file
 * @param {(holder: { pid?: number, host?: string }) => void} onWait called once if it has to wait
 * @returns {Promise<{ waited: boolean, release(): void }>}
 */
export async function takeLock(file, onWait = () => {}, pause = 500) {
  mkdirSync(dirname(file), { recursive: true });
  const mine = JSON.stringify({ pid: process.pid, host: hostname(), id: randomUUID() });
  let waited = false;
  for (;;) {
    try {
      writeFileSync(file, mine, { flag: 'wx' });
      // Another process may also have found the previous holder dead and be removing this file right now.
      await sleep(100);
      if (readText(file) === mine) break;
      continue;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = holderOf(file);
    if (!holder) {
      rmSync(file, { force: true });
      continue;
    }
    if (!waited) onWait(holder);
    waited = true;
    await sleep(pause);
  }
  const timer = setInterval(() => {
    const now = new Date();
    try {
      utimesSync(file, now, now);
    } catch {
      // the build folder was removed while we work in it; the compile will fail and report it
    }
  }, beat);
  timer.unref();
  const release = () => {
    clearInterval(timer);
    if (readText(file) === mine) rmSync(file, { force: true });
  };
  process.once('exit', release);
  return { waited, release };
}
