/** Ctrl-C twice at once while a service starts: no process of it stays behind. */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { equal, ok } from 'uvu/assert';
import { loadConfig } from '../../lib/config/index.ts';
import { homeOf } from '../../lib/core/index.ts';
import { Gallery } from '../../lib/gallery/index.ts';
import { openQueueAt } from '../../lib/schedule/index.ts';
import { openPaintJobs } from '../../lib/service/index.ts';
import { suite } from '../harness.ts';
import { scratch } from './support.ts';

const program = path.join(import.meta.dirname, '../../dist/esm/bin/ai-artist.js');
const marker = 'AI_ARTIST_TEST_MARK';

function read(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return ''; // it has ended meanwhile
  }
}

/** Names of the programs that live and were started, by whomever, with this mark in their environment. */
function living(mark: string): string[] {
  return readdirSync('/proc')
    .filter(
      (pid) => /^\d+$/.test(pid) && read(pid, 'environ').includes(`${marker}=${mark}`) && !/^State:\s+[ZX]/m.test(read(pid, 'status')),
    )
    .map(
      (pid) =>
        read(pid, 'cmdline')
          .split('\0')
          .find((part) => part.endsWith('.js')) ?? '?',
    )
    .map((file) => path.basename(file, '.js'));
}

async function until(what: () => boolean, withinMs: number): Promise<boolean> {
  for (const end = performance.now() + withinMs; performance.now() < end; await sleep(10)) if (what()) return true;
  return what();
}

/** Whether a signal waits for its process. A second one of the same kind would be the same one until it was taken. */
function hasPending(pid: number): boolean {
  const masks = [...read(String(pid), 'status').matchAll(/^(?:SigPnd|ShdPnd):\s*([0-9a-f]+)$/gm)].map(([, mask = '0']) =>
    BigInt(`0x${mask}`),
  );
  return masks.some((mask) => mask !== 0n);
}

async function homeWithJob(name: string): Promise<string> {
  const home = path.join(scratch, name);
  const config = await loadConfig({ home });
  const queue = await openQueueAt('file', home, undefined);
  const jobs = openPaintJobs({ home: homeOf(home), config, queue, gallery: new Gallery({ home }) });
  const options = { prompt: 'a fox', width: 256, height: 256, steps: 150, batchCount: 8 };
  await jobs.submit({ work: { kind: 'generate', options }, client: 'local', dialect: 'api' });
  await jobs.close();
  await queue.close();
  return home;
}

if (process.platform === 'linux')
  suite('Ctrl-C twice at once', { timeoutMs: 60_000 }, (test) => {
    const moments = [
      { child: 'painter-program', afterMs: 0, gapMs: 10, signals: ['SIGINT', 'SIGINT'], toAll: false },
      { child: 'child', afterMs: 0, gapMs: 10, signals: ['SIGINT', 'SIGINT'], toAll: false },
      { child: 'child', afterMs: 300, gapMs: 50, signals: ['SIGINT', 'SIGINT'], toAll: true },
      { child: 'child', afterMs: 300, gapMs: 50, signals: ['SIGTERM', 'SIGKILL'], toAll: false },
    ] as const;
    for (const [at, { child, afterMs, gapMs, signals, toAll }] of moments.entries())
      test(`serve, ${afterMs} ms after ${child} began, ${signals.join(', ')} ${gapMs} ms apart to ${toAll ? 'all' : 'one'}: nothing stays`, async () => {
        const mark = `${process.pid}-${at}`;
        const home = await homeWithJob(mark);
        const first = spawn(process.execPath, [program, 'serve', '--port', '0', '--stop-within', '5m', '--home', home], {
          env: { ...process.env, [marker]: mark, NODE_V8_COVERAGE: '' },
          detached: true,
          stdio: 'ignore',
        });
        const pid = first.pid ?? 0;
        try {
          ok(await until(() => living(mark).includes(child), 30_000), `${child} starts`);
          await sleep(afterMs);
          for (const signal of signals) {
            if (first.exitCode === null && first.signalCode === null) process.kill(toAll ? -pid : pid, signal);
            await sleep(gapMs);
            await until(() => !hasPending(pid), 5000);
          }
          ok(await until(() => first.exitCode !== null || first.signalCode !== null, 20_000), 'the first process ends');
          // The painter gives its work back first.
          await until(() => living(mark).length === 0, 12_000);
          equal(living(mark), []);
        } finally {
          if (living(mark).length > 0) process.kill(-pid, 'SIGKILL');
        }
      });
  });
