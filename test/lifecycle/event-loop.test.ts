import dns from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { loadModel, type Model } from '../../lib/index.ts';
import { suite } from '../harness.ts';
import { picture } from './fixtures/reach.ts';
import { buildPrograms, endedBy, type Programs } from './program.ts';

suite('lifecycle: beside the rest of a program', { timeoutMs: 60_000 }, (test) => {
  let model: Model;
  let programs: Programs;
  test.before(async () => {
    programs = buildPrograms();
    model = await loadModel();
  });
  test.after(() => model.dispose());

  test('a listener that throws rejects its own call with what it threw, and the next call paints', async () => {
    const thrown = new Error('on purpose');
    const outcome = await model
      .generate({
        ...picture,
        steps: 30,
        onProgress: (event) => {
          if (event.type === 'sample' && event.step >= 1) throw thrown;
        },
      })
      .then(
        () => 'painted',
        (error: unknown) => error,
      );
    assert.is(outcome, thrown);
    assert.is((await model.generate({ ...picture, steps: 2 })).images.length, 1);
  });

  test('a rejection that nobody awaits is an unhandled rejection: status 1, no crash', async () => {
    const ended = await programs.run('unawaited', []);
    endedBy(ended, { code: 1, signal: null });
    assert.match(ended.stderr, /ERR_INVALID_ARGUMENT/);
  });

  test('six calls at once leave the thread pool free: a file read and a name look-up take under 200 ms each', async () => {
    let painting = true;
    const calls = Promise.all(Array.from({ length: 6 }, (_, seed) => model.generate({ ...picture, seed, steps: 4 }))).finally(() => {
      painting = false;
    });
    const slow: string[] = [];
    let rounds = 0;
    while (painting) {
      const began = performance.now();
      await Promise.all([readFile(fileURLToPath(import.meta.url)), dns.lookup('localhost')]);
      const took = performance.now() - began;
      if (took >= 200) slow.push(`${Math.round(took)} ms`);
      rounds++;
      await sleep(20);
    }
    assert.is((await calls).length, 6);
    assert.ok(rounds >= 10, `only ${rounds} rounds while painting`);
    assert.equal(slow, []);
  });
});
