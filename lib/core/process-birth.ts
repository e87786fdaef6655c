import { readFile } from 'node:fs/promises';
import { systemCode } from './errors.ts';

/** Whether a process of that pid runs on this machine. */
export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

let own: Promise<string | undefined> | undefined;

/**
 * When a process began, in a form that two processes with one pid never share: boot id and clock ticks since boot (proc(5), field 22).
 * undefined: the system does not say (it is not Linux), or there is no such process.
 */
export function birthOf(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') return Promise.resolve(undefined);
  if (pid !== process.pid) return readBirth(pid);
  own ??= readBirth(pid);
  return own;
}

async function readBirth(pid: number): Promise<string | undefined> {
  try {
    const [boot, status] = await Promise.all([readFile('/proc/sys/kernel/random/boot_id', 'utf8'), readFile(`/proc/${pid}/stat`, 'utf8')]);
    // The name of the program, in parentheses, may hold blanks and parentheses itself.
    const fields = status.slice(status.lastIndexOf(')') + 2).split(' ');
    return fields[19] === undefined ? undefined : `${boot.trim()}:${fields[19]}`;
  } catch {
    return undefined; // gone in the meantime, or /proc is not there
  }
}
