import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** What a program of the system answers; undefined: it is not installed, not permitted, or it failed. */
export type Ask = (program: string, args: readonly string[]) => Promise<string | undefined>;

const run = promisify(execFile);
/** Programs that do not answer are left out. */
const timeout = 10_000;

export const askSystem: Ask = async (program, args) => {
  try {
    const { stdout } = await run(program, [...args], { timeout, maxBuffer: 2 ** 24, env: { ...process.env, LC_ALL: 'C' } });
    return stdout.trim() || undefined;
  } catch {
    return undefined; // a result without these facts is still one
  }
};
