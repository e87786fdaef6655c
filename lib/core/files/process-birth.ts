import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { systemCode } from '../errors.ts';

/**
 * Whether a process with this pid runs on this machine. A zombie (common in containers whose first process does not reap children) still
 * has its pid but does not run.
 */
export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (systemCode(error) !== 'EPERM') return false;
  }
  return !isZombie(pid);
}

function isZombie(pid: number): boolean {
  if (process.platform !== 'linux') return false;
  try {
    const [state = ''] = fieldsOf(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    return state === 'Z' || state === 'X';
  } catch {
    return false; // gone in the meantime, or no /proc: use the signal's answer
  }
}

/** proc(5), from field 3 on: the program's name, in parentheses, may itself contain blanks and parentheses. */
function fieldsOf(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

let own: Promise<string | undefined> | undefined;

/**
 * When a process began, in a form that no two processes with one pid share: on Linux the boot id and clock ticks since boot (proc(5), field
 * 22), on macOS and BSD the second. undefined if the system does not tell or there is no such process.
 */
export function birthOf(pid: number): Promise<string | undefined> {
  const read = process.platform === 'linux' ? readBirth : process.platform === 'win32' ? async () => undefined : askPs;
  if (pid !== process.pid) return read(pid);
  own ??= read(pid);
  return own;
}

async function readBirth(pid: number): Promise<string | undefined> {
  try {
    const [boot, status] = await Promise.all([readFile('/proc/sys/kernel/random/boot_id', 'utf8'), readFile(`/proc/${pid}/stat`, 'utf8')]);
    const started = fieldsOf(status)[19];
    return started === undefined ? undefined : `${boot.trim()}:${started}`;
  } catch {
    return undefined; // gone in the meantime, or no /proc
  }
}

async function askPs(pid: number): Promise<string | undefined> {
  const { execFile } = await import('node:child_process'); // loading it takes 5 ms and only systems other than Linux need it
  return new Promise((resolve) => {
    const options = { env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' } };
    execFile('ps', ['-o', 'lstart=', '-p', String(pid)], options, (error, text) => resolve(error ? undefined : text.trim() || undefined));
  });
}
