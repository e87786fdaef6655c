/** Runs the command of a hook: never through a shell, and no longer than its time limit. */
import { type ChildProcess, spawn } from 'node:child_process';
import { expandTilde, plainText, redact } from '../core/index.ts';
import type { CallResult } from './call-result.ts';

/** Characters of its output that are kept. */
const mostOutput = 1000;

const running = new Set<ChildProcess>();
let isWatching = false;

/** Ends a command and what it started. */
function killTree(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined) return;
  // Windows has no process groups: its own program ends the children, too.
  if (process.platform === 'win32') spawn('taskkill', ['/pid', String(pid), '/t', '/f'], { stdio: 'ignore', windowsHide: true });
  else
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      child.kill('SIGKILL'); // the group has ended; this does nothing then
    }
}

/** Commands are in process groups of their own: nothing else would end them when this process ends early. */
function watchExit(): void {
  if (isWatching) return;
  isWatching = true;
  process.on('exit', () => {
    for (const child of running) killTree(child);
  });
}

/** The end of a text, in one line without control characters and secrets. */
function lastOf(text: string): string {
  const line = redact(plainText(text)).replace(/\s+/g, ' ').trim();
  return line.length > mostOutput ? `…${line.slice(-mostOutput)}` : line;
}

export interface CommandCall {
  /** Text for its standard input. */
  input: string;
  environment: Readonly<Record<string, string | undefined>>;
  /** Its working folder. */
  folder: string;
  timeoutMs: number;
}

/** Never throws: what goes wrong is the result's `problem`. */
export function runCommand([program = '', ...words]: readonly string[], call: CommandCall): Promise<CallResult> {
  const { input, environment, folder, timeoutMs } = call;
  return new Promise((resolve) => {
    let child: ChildProcess;
    try {
      child = spawn(expandTilde(program), words, {
        cwd: folder,
        env: { ...process.env, ...environment },
        stdio: ['pipe', 'pipe', 'pipe'],
        detached: process.platform !== 'win32',
        windowsHide: true,
      });
    } catch (error) {
      return resolve({ status: null, problem: `it could not be started: ${(error as Error).message}` });
    }
    watchExit();
    running.add(child);
    let output = '';
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      killTree(child);
    }, timeoutMs);
    const end = (result: CallResult): void => {
      clearTimeout(timer);
      running.delete(child);
      // What it left in the background may hold them open.
      child.stdout?.destroy();
      child.stderr?.destroy();
      const said = lastOf(output);
      resolve({ ...result, ...(said !== '' && { output: said }) });
    };
    const collect = (text: string): void => {
      output = (output + text).slice(-4 * mostOutput);
    };
    child.stdout?.setEncoding('utf8').on('data', collect);
    child.stderr?.setEncoding('utf8').on('data', collect);
    // A command need not read its input.
    child.stdin?.on('error', () => undefined).end(input);
    child.once('error', (error) => end({ status: null, problem: `it could not be started: ${error.message}` }));
    child.once('exit', (status, signal) => {
      // One turn later, so that what it printed last has arrived.
      setImmediate(() => {
        if (late) end({ status, problem: `it took longer than ${timeoutMs / 1000} s and was ended` });
        else if (signal !== null) end({ status, problem: `it was ended by ${signal}` });
        else end(status === 0 ? { status } : { status, problem: `exit status ${status}` });
      });
    });
  });
}
