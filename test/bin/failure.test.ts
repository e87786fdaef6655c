/** System failures are reported in the program's own words, with a code, and never as a bug in this package. */
import { spawnSync } from 'node:child_process';
import * as assert from 'uvu/assert';
import { suite } from '../harness.ts';
import { typescript } from '../support/run-source.ts';

/** The program's JSON document and exit status for an error that is thrown inside it. */
function reported(thrown: object): unknown {
  const program = `const { reportFailure } = await import(${JSON.stringify(new URL('../../bin/shell/failure.ts', import.meta.url).href)});
    const status = await reportFailure(Object.assign(new Error('x'), ${JSON.stringify(thrown)}), { json: true, quiet: true, debug: false, logFormat: 'text', argv: [], command: '', path: [], options: [] });
    console.log(status);`;
  const { stdout } = spawnSync(process.execPath, ['--import', typescript, '--input-type=module', '-e', program], {
    encoding: 'utf8',
  });
  const [document = '', status = ''] = stdout.trim().split('\n');
  return [JSON.parse(document), Number(status)];
}

suite('bin failure', (test) => {
  for (const code of ['EMFILE', 'ENFILE'])
    test(`${code}: too many open files, and what to do`, () =>
      assert.equal(reported({ code, syscall: 'open' }), [
        { error: { code: 'ERR_READ', message: `too many files are open (${code}). Raise the limit: ulimit -n 1024` } },
        1,
      ]));

  test('a current folder that was removed', () =>
    assert.equal(reported({ code: 'ENOENT', syscall: 'uv_cwd' }), [
      { error: { code: 'ERR_READ', message: 'the current folder is not there any more. Change to another one' } },
      1,
    ]));
});
