/**
 * The C++ tests of this folder: configured and built with CMake against the engine's libraries of the addon's own build, then run.
 * Each line "ok <check>" or "not ok <check>: <detail>" that a program prints is a test here, and so is that it ended by itself.
 */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { suite } from '../harness.ts';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const buildDir = join(root, 'build/native-tests');
/** These measure time: they run alone. */
const timed = ['barrier', 'cancel'];
const limitMs = 170_000;
/** The CPU kernels are compiled once per instruction set: minutes on two cores. */
const buildLimitMs = 1_500_000;

interface Ended {
  status: number | string;
  stdout: string;
  stderr: string;
}

function run(command: string, args: string[], timeout = limitMs): Promise<Ended> {
  return new Promise((settle) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, AI_ARTIST_ROOT: root, GGML_NO_BACKTRACE: '1' },
      timeout,
    });
    const ended: Ended = { status: 'not started', stdout: '', stderr: '' };
    child.stdout.on('data', (data: Buffer) => {
      ended.stdout += data.toString();
    });
    child.stderr.on('data', (data: Buffer) => {
      ended.stderr += data.toString();
    });
    child.on('error', (error) => settle({ ...ended, status: error.message }));
    child.on('close', (code, signal) => settle({ ...ended, status: code ?? signal ?? 'unknown' }));
  });
}

/** The lists of programs in CMakeLists.txt: all of them, and those that are built with each variant of the CPU kernels. */
const [programs, ofKernels] = [...readFileSync(join(root, 'test/native/CMakeLists.txt'), 'utf8').matchAll(/foreach\(test ([^)]+)\)/g)].map(
  ([, list]) => (list ?? '').split(/\s+/).filter((name) => name !== ''),
) as [string[], string[]];

/** The variants of the CPU kernels, strongest last, and why some of them cannot run here; written by variants.cmake. */
function variants(): { runs: string[]; cannot: string[] } {
  const lines = readFileSync(join(buildDir, 'cpu-variants.txt'), 'utf8').split('\n');
  return {
    runs: lines.filter((line) => line.endsWith(' runs')).map((line) => line.replace(/ runs$/, '')),
    cannot: lines.filter((line) => line.includes(' cannot run: ')),
  };
}

/** Of two paintings of painted.cpp: how many of 255 levels they differ by, at most and on average. */
function levelsApart(a: string, b: string): { most: number; mean: number } {
  const [one, other] = [a, b].map((name) => readFileSync(join(buildDir, `${name}.rgb`))) as [Buffer, Buffer];
  const apart = one.map((level, at) => Math.abs(level - (other[at] ?? 255)));
  return {
    most: apart.reduce((most, levels) => Math.max(most, levels), 0),
    mean: apart.reduce((sum, levels) => sum + levels, 0) / apart.length,
  };
}

async function build(): Promise<Ended> {
  const configured = await run('cmake', ['-S', 'test/native', '-B', buildDir, '-DAI_ARTIST_TESTS=ON', '-DCMAKE_BUILD_TYPE=Debug']);
  if (configured.status !== 0) return configured;
  return run('cmake', ['--build', buildDir, '--parallel', String(availableParallelism())], buildLimitMs);
}

async function runAll(): Promise<Map<string, Ended>> {
  const results = new Map<string, Ended>();
  const runOne = async (name: string): Promise<void> => {
    results.set(name, await run(join(buildDir, name), []));
  };
  for (const name of timed) await runOne(name);
  const waiting = programs.filter((name) => !timed.includes(name));
  for (const variant of variants().runs) waiting.push(...ofKernels.map((name) => `${name}-${variant}`));
  const worker = async (): Promise<void> => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) await runOne(name);
  };
  await Promise.all([worker(), worker()]);
  return results;
}

const built = await build();
const results = built.status === 0 ? await runAll() : new Map<string, Ended>();

suite('native', (test) => {
  test('the tests build against the engine', () => {
    assert.is(built.status, 0, `${built.stdout.slice(-4000)}${built.stderr.slice(-4000)}`);
  });

  test('each C++ file of this folder is run', () => {
    const files = readdirSync(join(root, 'test/native'))
      .filter((name) => name.endsWith('.cpp'))
      .map((name) => name.slice(0, -'.cpp'.length));
    assert.equal([...programs].sort(), files.sort());
  });

  test('each patch says which test needs it, and that test exists', () => {
    const wrong: string[] = [];
    for (const name of readdirSync(join(root, 'native/patches'))) {
      const head = readFileSync(join(root, 'native/patches', name), 'utf8').split('\ndiff --git')[0] ?? '';
      const named = /^Test: (?<file>\S+)/m.exec(head)?.groups?.['file'];
      if (named === undefined || (named !== 'none' && !existsSync(join(root, named)))) wrong.push(`${name}: Test: ${named ?? '(no line)'}`);
    }
    assert.equal(wrong, []);
  });

  if (built.status === 0) {
    const { runs, cannot } = variants();
    console.log(`note: CPU kernels tested: ${['native', ...runs].join(', ')}`);
    for (const why of cannot) console.log(`note: CPU kernels not tested: ${why}`);
    test('each variant of the CPU kernels was run, or this machine cannot run it', () => {
      assert.is(runs.length + cannot.length, 6);
      if (process.arch === 'x64' && process.platform === 'linux') assert.ok(runs.includes('sse42'), cannot.join('\n'));
    });
    for (const variant of runs) {
      // Sums in another order; measured: AVX2 against AVX-512 3 levels at most, 0.046 on average.
      test(`the bundled model paints with ${variant} what it paints with the machine's own kernels`, () => {
        const { most, mean } = levelsApart('painted', `painted-${variant}`);
        assert.ok(most <= 8 && mean < 0.2, `differs by ${most} levels, ${mean} on average`);
      });
    }
  }

  for (const [program, ended] of [...results].sort(([a], [b]) => a.localeCompare(b))) {
    const checks = ended.stdout.split('\n').filter((line) => /^(not )?ok /.test(line));
    test(`${program}: ends by itself and prints nothing else on stdout`, () => {
      const others = ended.stdout.split('\n').filter((line) => line !== '' && !checks.includes(line));
      assert.equal(others, []);
      assert.ok(checks.length > 0, `no checks; ${ended.stderr.slice(-2000)}`);
      const expected = checks.some((line) => line.startsWith('not ok')) ? 1 : 0;
      assert.is(ended.status, expected, `${program}: ${ended.status}\n${ended.stderr.slice(-2000)}`);
    });
    for (const line of checks) {
      const ok = line.startsWith('ok ');
      // The detail of a failed check differs from run to run; its name ends at the last colon the program put there.
      test(`${program}: ${line.replace(/^(not )?ok /, '')}`, () => assert.ok(ok, line));
    }
  }
});
