import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isArtistError } from '../../lib/core/index.ts';
import { typescript } from '../support/run-source.ts';

/** A folder of this test file alone, removed at the end of the process. Its name has what the names of homes may have. */
export const scratch = mkdtempSync(path.join(tmpdir(), 'ai-artist core 🎨 '));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

/** Code of the ArtistError that `work` rejects with; other errors go through. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (isArtistError(error)) return error.code;
    throw error;
  }
  return 'no error';
}

export interface Program {
  child: ChildProcess;
  /** Lines of stdout so far. */
  lines: string[];
  /** Fulfilled with the next line that begins so. */
  line: (start: string) => Promise<string>;
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; stderr: string }>;
}

/** A TypeScript program, given as text, in a process of its own. */
export function program(text: string, env: Record<string, string> = {}): Program {
  const child = spawn(process.execPath, ['--import', typescript, '--input-type=module', '-e', text], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const waiting: { start: string; resolve: (line: string) => void }[] = [];
  let rest = '';
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    for (const line of parts) {
      lines.push(line);
      for (const one of waiting.filter(({ start }) => line.startsWith(start))) {
        waiting.splice(waiting.indexOf(one), 1);
        one.resolve(line);
      }
    }
  });
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null; stderr: string }>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stderr }));
  });
  const line = (start: string): Promise<string> => {
    const seen = lines.find((one) => one.startsWith(start));
    if (seen !== undefined) return Promise.resolve(seen);
    const next = new Promise<string>((resolve) => waiting.push({ start, resolve }));
    return Promise.race([next, ended.then(({ code, stderr: said }) => Promise.reject(new Error(`ended with ${code} first: ${said}`)))]);
  };
  return { child, lines, line, ended };
}

/** Address of a source file, for the programs above. */
export const sourceOf = (file: string): string => JSON.stringify(path.resolve(import.meta.dirname, '../..', file));
