/** The workflows of .github: what they run exists, and no action can change under them. actionlint and zizmor check the rest by hand. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { equal, match, ok } from 'uvu/assert';
import * as YAML from 'yaml';
import { suite } from '../harness.ts';
import { root } from '../install/support.ts';

interface Job {
  permissions?: unknown;
  needs?: string | string[];
  strategy?: { matrix: { include?: { gpu: string; package?: string; runner: string }[] } };
  steps: { run?: string; uses?: string }[];
}
const folder = path.join(root, '.github/workflows');
const workflows = readdirSync(folder).map((name) => {
  const text = readFileSync(path.join(folder, name), 'utf8');
  const { permissions, jobs } = YAML.parse(text) as { permissions: unknown; jobs: Record<string, Job> };
  return { name, text, permissions, jobs };
});
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
  peerDependencies: Record<string, string>;
};
suite('workflows', (test) => {
  test('every action is pinned to a commit, and its version said beside', () => {
    for (const { name, text } of workflows)
      for (const line of text.split('\n').filter((each) => /\buses:/.test(each)))
        match(line, /uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/, `${name}: ${line}`);
  });

  test('a workflow may do nothing, and each of its jobs says what it may', () => {
    for (const { name, permissions, jobs } of workflows) {
      equal(permissions, {}, name);
      for (const [job, { permissions: own }] of Object.entries(jobs)) ok(own !== undefined, `${name}: ${job}`);
    }
  });

  test('every npm script, file and test that a step names exists', () => {
    const tests = readdirSync(path.join(root, 'test'), { recursive: true, encoding: 'utf8' });
    let named = 0;
    for (const { name, jobs } of workflows)
      for (const { run = '' } of Object.values(jobs).flatMap(({ steps }) => steps)) {
        for (const [, script = ''] of run.matchAll(/npm run ([\w:]+)/g)) ok(manifest.scripts[script], `${name}: npm run ${script}`);
        for (const [file] of run.matchAll(/(?:scripts|test|\.ci)\/[\w./-]+/g)) ok(existsSync(path.join(root, file)), `${name}: ${file}`);
        for (const [, pattern = ''] of run.matchAll(/test\/run\.ts (\w+)/g))
          ok(
            tests.some((file) => file.includes(pattern)),
            `${name}: ${pattern}`,
          );
        named += /npm run|scripts\/|test\/|\.ci\//.test(run) ? 1 : 0;
      }
    ok(named >= 8, `steps that name something: ${named}`);
  });

  test('the packages for GPUs that a release makes on Linux are those that package.json names', () => {
    const release = workflows.find(({ name }) => name === 'release.yml');
    const made = (release?.jobs.linux?.strategy?.matrix.include ?? []).flatMap(({ package: backend, runner, gpu }) => {
      if (backend) ok(backend.startsWith(gpu), backend);
      return backend ? [`@ai-artist/linux-${runner.endsWith('-arm') ? 'arm64' : 'x64'}-${backend}`] : [];
    });
    const expected = Object.keys(manifest.peerDependencies).filter((name) => name.startsWith('@ai-artist/linux-'));
    equal(made.sort(), expected.sort());
  });
});
