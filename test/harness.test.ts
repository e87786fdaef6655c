import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { equal, is, match } from 'uvu/assert';
import { suite } from './harness.ts';
import { typescript } from './support/run-source.ts';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const fixture = (name: string) => `test/fixtures/harness/${name}.fixture.ts`;

interface Run {
  status: number | null;
  /** stdout */
  text: string;
  lastLine: string | undefined;
  errors: string;
}

function runFixtures(names: readonly string[], ...flags: string[]): Run {
  // NODE_V8_COVERAGE is not passed on: fixtures that crash would leave broken coverage files behind.
  const { NODE_V8_COVERAGE: _, ...env } = process.env;
  const args = ['--import', typescript, 'test/run.ts', ...flags, ...names.map(fixture)];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, env, encoding: 'utf8' });
  return { status, text: stdout, lastLine: stdout.trimEnd().split('\n').at(-1), errors: stderr };
}

/** What the runner prints about one fixture: its line and everything up to the next one's. */
function section(text: string, name: string): string {
  const rest = text.slice(text.indexOf(`FAIL ${fixture(name)}`));
  const next = rest.slice(1).search(/^(FAIL|ok {2}) test\//m);
  return next < 0 ? rest : rest.slice(0, next + 1);
}

/** fixture, passed, failed, what the output must say; failures of a file as a whole count beside those of its tests */
const silentGreens: [string, number, number, RegExp][] = [
  ['before-throws', 0, 2, /before hook failed: no database/],
  ['after-throws', 1, 1, /after hook failed: cannot clean up/],
  ['after-each-throws', 0, 2, /the first error\n[|\s]*and after\.each: cannot tidy/],
  ['before-each-throws', 0, 1, /cannot prepare/],
  ['missing-run', 0, 1, /contributed no test/],
  ['non-error', 1, 3, /not an Error was thrown: 'just text'/],
  ['never-settles', 1, 1, /waits for ever: not finished after 200 ms/],
  ['empty', 0, 2, /the suite has no tests/],
  ['async-define', 0, 2, /define must be synchronous/],
  ['late-test', 0, 1, /"lost" was defined too late/],
  ['crash', 1, 2, /died of SIGSEGV while "crash: kills the process" was running/],
  ['exits-early', 0, 2, /2 of 2 tests did not run/],
  ['unhandled', 0, 2, /nobody waits for me/],
  ['syntax', 0, 2, /bad fixture/],
];

suite('harness', (test) => {
  let all: Run;
  test.before(() => {
    all = runFixtures(silentGreens.map(([name]) => name));
  });

  for (const [name, passed, failed, says] of silentGreens) {
    test(`not green: ${name}`, () => {
      const text = section(all.text, name);
      match(text, says);
      is(text.startsWith(`FAIL ${fixture(name)}  ${passed} passed, ${failed} failed,`), true, text);
    });
  }

  test('bad files fail the run; the last line sums them up', () => {
    const sum = (column: 1 | 2) => silentGreens.reduce((total, row) => total + row[column], 0);
    equal([all.status, all.lastLine], [1, `${sum(1)} passed, ${sum(2)} failed`]);
  });

  test('hooks run in order, and a good file passes', () => {
    const { status, lastLine } = runFixtures(['ok']);
    equal([status, lastLine], [0, '2 passed, 0 failed']);
  });

  test('a file that blocks its event loop is killed and named', () => {
    const { status, lastLine, text } = runFixtures(['file-timeout'], '--file-timeout', '8');
    match(text, /not finished after 8 s, killed while "file timeout: blocks the event loop" was running/);
    equal([status, lastLine], [1, '0 passed, 2 failed']);
  });

  test('one bad file among good ones fails the run and is named', () => {
    const { status, lastLine, text } = runFixtures(['ok', 'missing-run']);
    match(text, /failed: test\/fixtures\/harness\/missing-run\.fixture\.ts/);
    equal([status, lastLine], [1, '2 passed, 1 failed']);
  });

  test('a pattern without a match is an error', () => {
    const { status, errors } = runFixtures(['no-such-file']);
    is(status, 1);
    match(errors, /no test file matches/);
  });
});
