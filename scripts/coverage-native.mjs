#!/usr/bin/env node
/**
 * `npm run coverage:native`: which lines of native/engine, native/binding and native/clip the TypeScript tests reach. Builds the addon with
 * gcc's counters in its own folder (the engine's objects are compiled again, without counters), runs tests against it and prints a table.
 * Linux with gcc.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const build = path.join(root, 'build-coverage');
const tests =
  process.argv.length > 2 ? process.argv.slice(2) : ['test/engine', 'test/clip', 'test/lifecycle/workers', 'test/lifecycle/teardown'];

function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28, ...options });
  if (result.error) throw new Error(`${command}: ${result.error.message}. Install it and try again`);
  return result;
}

const compiled = run(
  process.execPath,
  [
    path.join(root, 'node_modules/cmake-js/bin/cmake-js'),
    'compile',
    '-O',
    build,
    '--CDAI_ARTIST_COVERAGE=ON',
    '--CDAI_ARTIST_GPU=off',
    '-p',
    String(cpus().length),
  ],
  { stdio: ['ignore', 2, 2] },
);
if (compiled.status !== 0) throw new Error('the addon with counters does not compile');

const objects = path.join(build, 'CMakeFiles/ai_artist.dir/native');
for (const name of readdirSync(objects, { recursive: true })) if (name.endsWith('.gcda')) rmSync(path.join(objects, name));
const tested = run(process.execPath, ['--import', 'tsx', 'test/run.ts', ...tests], {
  stdio: ['ignore', 2, 2],
  env: { ...process.env, AI_ARTIST_BINARY: path.join(build, 'Release/ai_artist.node') },
});
if (tested.status !== 0) process.exitCode = 1;

/** Lines by file: whether each was reached in any object that includes the file. */
const files = new Map();
// Objects of removed sources stay in the build folder.
const compiledNow = (name) => name.endsWith('.gcno') && existsSync(path.join(root, 'native', name.replace(/\.gcno$/, '')));
for (const name of readdirSync(objects, { recursive: true }).filter(compiledNow)) {
  const { stdout } = run('gcov', ['--json-format', '--stdout', path.join(objects, name)], { cwd: build });
  for (const text of stdout.split('\n').filter(Boolean)) {
    for (const { file, lines } of JSON.parse(text).files) {
      const relative = path.relative(root, path.resolve(build, file));
      if (!/^native\/(engine|binding|clip)\//.test(relative)) continue;
      const known = files.get(relative) ?? new Map();
      for (const { line_number: line, count } of lines) known.set(line, (known.get(line) ?? 0) + count);
      files.set(relative, known);
    }
  }
}
let all = 0;
let hit = 0;
for (const [file, lines] of [...files].sort()) {
  if (lines.size === 0) continue; // only declarations
  const reached = [...lines.values()].filter((count) => count > 0).length;
  all += lines.size;
  hit += reached;
  console.log(
    `${((100 * reached) / lines.size).toFixed(1).padStart(6)} %  ${String(reached).padStart(5)} / ${String(lines.size).padEnd(5)} ${file}`,
  );
}
console.log(`${((100 * hit) / all).toFixed(1).padStart(6)} %  ${String(hit).padStart(5)} / ${String(all).padEnd(5)} all lines of native/`);
