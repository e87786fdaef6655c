/**
 * When the system refuses new threads (a container's process limit, little address space): an error, or the same work with fewer threads.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { suite } from '../harness.ts';
import { typescript } from '../support/run-source.ts';
import { withFolder } from './support.ts';

const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));

suite('few threads', { timeoutMs: 120_000 }, (test) => {
  test('without its own thread the engine gives an error, without worker threads it works alone, and the pictures are equal', async () => {
    if (process.platform !== 'linux') return; // only Linux can replace pthread_create with a preloaded library
    await withFolder(async (folder) => {
      const library = join(folder, 'no-threads.so');
      const compiled = spawnSync(process.env['CC'] ?? 'cc', ['-shared', '-fPIC', '-o', library, fixture('no-threads.c'), '-ldl'], {
        encoding: 'utf8',
      });
      assert.is(compiled.status, 0, compiled.stderr);
      const child = spawnSync(process.execPath, ['--import', typescript, fixture('few-threads.ts')], {
        encoding: 'utf8',
        env: { ...process.env, LD_PRELOAD: library },
        timeout: 100_000,
      });
      assert.is(child.signal, null, child.stderr);
      assert.is(child.status, 0, child.stderr);
      const outcome = JSON.parse(child.stdout) as Record<string, string>;
      assert.is(outcome['load without the engine’s thread'], 'ERR_OUT_OF_MEMORY');
      assert.match(outcome['painted with threads'] ?? '', /^[0-9a-f]{64}$/);
      assert.is(outcome['painted without'], outcome['painted with threads']);
      assert.is(outcome['painted with threads again'], outcome['painted with threads']);
      assert.is(outcome['load with the engine’s thread alone'], 'loaded');
      assert.is(outcome['upscaler'], '128 x 128');
      assert.is(outcome['clip'], 'loaded');
    });
  });
});
