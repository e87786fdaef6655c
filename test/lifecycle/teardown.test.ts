import * as assert from 'uvu/assert';
import { suite } from '../harness.ts';
import { phases } from './fixtures/reach.ts';
import { buildPrograms, endedBy, type Programs } from './program.ts';

/** A program may end at any moment, in any way: its own status or signal counts, never a crash of the engine, and it never hangs. */
suite('lifecycle: the program ends', { timeoutMs: 60_000 }, (test) => {
  let programs: Programs;
  test.before(() => {
    programs = buildPrograms();
  });

  const endings = [
    { ending: 'exit', code: 0, signal: null },
    { ending: 'process.exit', code: 3, signal: null },
    { ending: 'throw', code: 1, signal: null },
    { ending: 'SIGTERM', code: null, signal: 'SIGTERM' },
  ] as const;
  for (const { ending, ...expected } of endings) {
    for (const phase of phases) {
      test(`${ending} in phase ${phase}: status ${expected.code}, signal ${expected.signal}`, async () => {
        const ended = await programs.run('end', [phase, ending]);
        endedBy(ended, expected);
        assert.is(ended.stdout, 'reached\n');
        if (ending === 'throw') assert.match(ended.stderr, /Error: on purpose/);
      });
    }
  }
});
