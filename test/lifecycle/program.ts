/** Runs a fixture in a process of its own and says how it ended. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { bundle } from '../support/bundle.ts';

const names = ['end', 'unawaited', 'worker', 'workers'] as const;
export type Fixture = (typeof names)[number];

/** The fixtures as plain JavaScript: Node 20 does not hand the loader of TypeScript on to workers. */
export interface Programs {
  run(fixture: Fixture, args: readonly string[], limitMs?: number): Promise<Ended>;
}

export function buildPrograms(): Programs {
  const folder = bundle(
    'lifecycle',
    names.map((name) => new URL(`fixtures/${name}.ts`, import.meta.url)),
  );
  return { run: (fixture, args, limitMs = 40_000) => runProgram(path.join(folder, `${fixture}.mjs`), args, limitMs) };
}

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  /** Milliseconds from the first word on stdout to the end. */
  endingMs: number;
}

/** Kills it after `limitMs`, which then shows as SIGKILL. */
function runProgram(file: string, args: readonly string[], limitMs: number): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'pipe'], timeout: limitMs, killSignal: 'SIGKILL' });
    let [stdout, stderr] = ['', ''];
    let reached = 0;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      reached ||= performance.now();
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr, endingMs: reached ? performance.now() - reached : 0 }));
  });
}

/** Within 15 seconds of the phase, by the expected status or signal, and by no other. */
export function endedBy(ended: Ended, expected: { code: number | null; signal: NodeJS.Signals | null }): void {
  const seen = `\nstdout: ${ended.stdout}\nstderr: ${ended.stderr.slice(-2000)}`;
  assert.is(ended.signal, expected.signal, `signal ${ended.signal}, expected ${expected.signal}${seen}`);
  assert.is(ended.code, expected.code, `status ${ended.code}, expected ${expected.code}${seen}`);
  assert.ok(ended.endingMs < 15_000, `took ${Math.round(ended.endingMs)} ms to end${seen}`);
}
