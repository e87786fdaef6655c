import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { suite } from '../../harness.ts';
import { typescript } from '../../support/run-source.ts';
import { alive } from './paint.ts';

const program = fileURLToPath(new URL('fixtures/parent.ts', import.meta.url));

interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  lines: string[];
}

function runParent(ending: string): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', typescript, program, ending], { stdio: ['ignore', 'pipe', 'ignore'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.once('error', reject);
    // Not 'close': an orphan that keeps the pipe open would delay it and go unnoticed.
    child.once('exit', (code, signal) => setTimeout(() => resolve({ code, signal, lines: output.trim().split('\n') }), 100));
  });
}

async function gone(pid: number): Promise<boolean> {
  for (const end = Date.now() + 5000; Date.now() < end; await sleep(50)) if (!alive(pid)) return true;
  return false;
}

suite('isolation: when the parent ends', { timeoutMs: 30_000 }, (test) => {
  const endings: [ending: string, code: number | null, signal: NodeJS.Signals | null][] = [
    ['idle', 0, null],
    ['running', 0, null],
    ['process.exit', 3, null],
    ['throw', 1, null],
    ['SIGTERM', null, 'SIGTERM'],
    ['SIGKILL', null, 'SIGKILL'],
    ['worker.terminate', 0, null],
  ];
  for (const [ending, code, signal] of endings) {
    test(`${ending}: the program ends as it should and leaves no child`, async () => {
      const ended = await runParent(ending);
      assert.is(ended.signal, signal);
      assert.is(ended.code, code);
      const pid = Number(ended.lines[0]);
      assert.ok(Number.isInteger(pid) && pid > 0, `process id, got ${ended.lines[0]}`);
      assert.is(await gone(pid), true, `child ${pid} is gone`);
      if (ending === 'running') assert.is(ended.lines[1], 'painted');
    });
  }
});
