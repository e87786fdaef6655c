import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { suite } from '../harness.ts';
import { makePath, setup, tools, withFolder } from './support.ts';

const missing = [{ tool: 'git', problem: 'git is missing' }];
const [advice = ''] = tools.installCommands(missing);
// The package manager of the machine that runs this test, as a program that writes down how it was called.
const command = advice.replaceAll('sudo ', '').split(' && ').at(-1)?.split(' ') ?? [];
const [manager = '', ...install] = command;

/** Runs getTools with these programs as the PATH; `calls` is what the package manager heard. */
async function run(
  programs: Record<string, string>,
  how: { uid: number; yes?: boolean; env?: Record<string, string> },
): Promise<{ failure: string | undefined; said: string[]; calls: string[] }> {
  return withFolder(async (folder) => {
    const log = join(folder, 'calls');
    const path = makePath(folder, {
      [manager]: `echo "$*" >> ${log}`,
      ...Object.fromEntries(Object.entries(programs).map(([name, body]) => [name, body.replaceAll('LOG', log)])),
    });
    const said: string[] = [];
    const failure = setup.getTools(missing, { say: (text) => said.push(text), ...how, env: { PATH: path, ...how.env } });
    return { failure, said, calls: existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [] };
  });
}

if (process.platform === 'linux' && manager && manager !== 'install') {
  suite('setup', (test) => {
    test('root installs what is missing, and says what it runs', async () => {
      const { failure, said, calls } = await run({}, { uid: 0 });
      assert.is(failure, undefined);
      assert.is(calls.at(-1), install.join(' '));
      assert.is(said[0], 'git is missing. Installing with the package manager');
      assert.is(said.at(-1), `running ${command.join(' ')}`);
    });

    test('a user whose sudo asks no password has it installed through sudo', async () => {
      const { failure, calls } = await run({ sudo: 'echo "sudo $*" >> LOG' }, { uid: 1000 });
      assert.is(failure, undefined);
      assert.is(calls[0], 'sudo -n true');
      assert.is(calls.at(-1), `sudo -n ${command.join(' ')}`);
    });

    test('a user whose sudo asks is told the one line to run; nothing is run', async () => {
      const { failure, calls, said } = await run({ sudo: 'exit 1' }, { uid: 1000 });
      assert.is(failure, `git is missing. Install with:\n    ${advice}`);
      assert.equal([calls, said], [[], []]);
    });

    for (const [name, how] of [
      ['--yes', { yes: true }],
      ['AI_ARTIST_SETUP=yes', { env: { AI_ARTIST_SETUP: 'yes' } }],
    ] as const) {
      test(`${name} lets sudo ask`, async () => {
        const { failure, calls } = await run({ sudo: 'echo "sudo $*" >> LOG; [ "$1" != -n ]' }, { uid: 1000, ...how });
        assert.is(failure, undefined);
        assert.is(calls.at(-1), `sudo ${command.join(' ')}`);
      });
    }

    test('AI_ARTIST_SETUP=no installs nothing, even as root', async () => {
      const { failure, calls } = await run({}, { uid: 0, env: { AI_ARTIST_SETUP: 'no' } });
      assert.is(failure, `git is missing. Install with:\n    ${advice}`);
      assert.equal(calls, []);
    });

    test('a package manager that fails is quoted', async () => {
      const { failure } = await run({ [manager]: 'echo "E: no network" >&2; exit 100' }, { uid: 0 });
      assert.match(failure ?? '', /^git is missing, and \S+ .* failed:\n {4}E: no network\n/);
      assert.ok(failure?.endsWith(`Install with:\n    ${advice}`), failure);
    });
  });
}
