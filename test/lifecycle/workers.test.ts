import * as assert from 'uvu/assert';
import { suite } from '../harness.ts';
import { phases } from './fixtures/reach.ts';
import { buildPrograms, type Ended, endedBy, type Programs } from './program.ts';

function findings(ended: Ended): Record<string, unknown>[] {
  return ended.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

suite('lifecycle: workers', { timeoutMs: 90_000 }, (test) => {
  let programs: Programs;
  test.before(() => {
    programs = buildPrograms();
  });

  for (const ending of ['terminate', 'process.exit'] as const) {
    test(`${ending} of a worker in every phase ends it within 15 s and leaves the process whole`, async () => {
      const ended = await programs.run('workers', [`${ending} in every phase`], 80_000);
      assert.is(ended.signal, null, ended.stderr);
      assert.is(ended.code, 0, ended.stderr);
      const found = findings(ended);
      assert.equal(
        found.map((finding) => finding.phase),
        [...phases],
      );
      for (const { phase, ms, code } of found) {
        assert.ok(Number(ms) < 15_000, `${String(phase)} took ${String(ms)} ms`);
        if (ending === 'process.exit') assert.is(code, 4);
      }
    });
  }

  test('a worker terminated while the main thread paints does not touch its picture', async () => {
    const ended = await programs.run('workers', ['terminate while the main thread paints'], 80_000);
    endedBy({ ...ended, endingMs: 0 }, { code: 0, signal: null });
    assert.equal(
      findings(ended).map((finding) => finding.same),
      [true, true, true],
    );
  });

  test('three workers paint at once, each the same picture', async () => {
    const ended = await programs.run('workers', ['three workers paint']);
    endedBy(ended, { code: 0, signal: null });
    assert.equal(findings(ended), [{ bytes: 64 * 64 * 3, same: true }]);
  });

  test('process.exit() of the main thread while two workers paint', async () => {
    const ended = await programs.run('workers', ['the main thread exits while workers paint']);
    endedBy(ended, { code: 5, signal: null });
    assert.equal(findings(ended), [{ painting: 2 }]);
  });
});
