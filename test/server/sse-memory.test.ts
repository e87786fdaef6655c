/** Clients that follow the events of a server cost it no memory that grows with time. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { equal, ok } from 'uvu/assert';
import { suite } from '../harness.ts';
import { typescript } from '../support/run-source.ts';

const bench = fileURLToPath(new URL('../../bench/server/sse-memory.ts', import.meta.url));

suite('server: memory of event streams', { timeoutMs: 120_000 }, (test) => {
  // The figure that counts is 1,000 clients (npm run bench sse); fifty show what a client keeps of each event.
  test('heap and buffers stay flat while fifty clients, of which five read nothing, hear of 360 changes', async () => {
    const sizes = ['--clients', '50', '--rounds', '6', '--works', '60', '--json'];
    // Coverage counters grow by themselves.
    const { NODE_V8_COVERAGE: _, ...env } = process.env;
    const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', '--import', typescript, bench, ...sizes], { env }).catch(
      // Status 1 only says that it grew.
      (failure: { code?: number; stdout: string }) => (failure.code === 1 && failure.stdout !== '' ? failure : Promise.reject(failure)),
    );
    const { clients, events, growthMiB, allowedMiB } = JSON.parse(stdout);
    equal([clients, events], [50, 360]);
    ok(growthMiB <= allowedMiB, stdout);
  });
});
