import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import { loadNative, nativeFile } from '../../lib/engine/addon/native.ts';
import { suite } from '../harness.ts';
import { addEngine, install, makePackage, makePath, prebuilt } from './support.ts';

loadNative();
const addon = nativeFile() ?? '';
const buildTools = { cmake: 'echo "cmake version 3.25.1"', 'c++': '', ninja: '' };

/** A cmake-js that notes its arguments and "compiles" by copying the addon of this checkout. */
const copyingCmakeJs = `
const fs = require('node:fs');
const path = require('node:path');
const args = process.argv.slice(2);
fs.appendFileSync('calls.log', args.join(' ') + '\\n');
if (args[0] === 'build') {
  for (let step = 1; step <= 10; step++) console.log('[' + step + '/10] Building CXX object ' + step + '.o');
  const release = path.join(args[args.indexOf('-O') + 1], 'Release');
  setTimeout(async () => {
    const { sourceHash, packageVersion } = await import(path.resolve('scripts/install/build-info.mjs'));
    fs.mkdirSync(release, { recursive: true });
    fs.copyFileSync(${JSON.stringify(addon)}, path.join(release, 'ai_artist.node'));
    fs.writeFileSync(path.join(release, 'build.json'), JSON.stringify({ version: packageVersion(), gpu: 'off', portable: false, cpuFlags: [], sources: sourceHash() }));
  }, 500);
}
`;

const failingCmakeJs = `
if (process.argv[2] === 'configure') process.exit(0);
for (let step = 1; step <= 30; step++) console.log('[' + step + '/99] Building CXX object ' + step + '.o');
console.log('c++: fatal error: Killed signal terminated program cc1plus');
process.exit(1);
`;

/** Starts a "compiler" that would run for a minute. */
const lingeringCmakeJs = `
if (process.argv[2] === 'configure') process.exit(0);
const compiler = require('node:child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], { stdio: 'ignore' });
require('node:fs').writeFileSync('compiler.pid', String(compiler.pid));
console.log('[1/10] a.o');
console.log('[5/10] b.o');
`;

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const calls = (folder: string): string[] => readFileSync(join(folder, 'calls.log'), 'utf8').trim().split('\n');

async function withPackage(fakeCmakeJs: string, use: (folder: string) => Promise<void>): Promise<void> {
  const { folder, remove } = makePackage(fakeCmakeJs);
  try {
    await use(folder);
  } finally {
    remove();
  }
}

suite('install', (test) => {
  test('without build tools it fails and names each, with the command that installs them', () =>
    withPackage(copyingCmakeJs, async (folder) => {
      addEngine(folder);
      const { status, text } = await install(folder, { PATH: '' });
      assert.is(status, 1, text);
      assert.match(text, /CMake is missing; a C\+\+ compiler is missing; make \(or ninja\) is missing\. Install with:/);
      assert.match(text, /\n {4}\S+.* cmake/);
      assert.match(text, /npm rebuild ai-artist/);
      assert.not.match(text, /cargo/);
    }));

  test('without the engine in the package it wants cargo and git too', () =>
    withPackage(copyingCmakeJs, async (folder) => {
      const { status, text } = await install(folder, { PATH: makePath(folder, buildTools) });
      assert.is(status, 1, text);
      assert.match(text, /cargo is missing .*; git is missing/);
    }));

  test('AI_ARTIST_SKIP_BUILD=1 does nothing and succeeds', () =>
    withPackage(copyingCmakeJs, async (folder) => {
      const { status, text } = await install(folder, { PATH: '', AI_ARTIST_SKIP_BUILD: '1' });
      assert.is(status, 0, text);
      assert.not(existsSync(join(folder, 'build')));
    }));

  for (const [name, value, message] of [
    ['AI_ARTIST_GPU', 'rocm', 'AI_ARTIST_GPU: expected one of auto, off, cuda, vulkan, metal, got "rocm"'],
    ['AI_ARTIST_JOBS', 'many', 'AI_ARTIST_JOBS: expected an integer of at least 1, got "many"'],
  ] as const) {
    test(`${name}=${value} is an error`, () =>
      withPackage(copyingCmakeJs, async (folder) => {
        addEngine(folder);
        const { status, text } = await install(folder, { PATH: makePath(folder, buildTools), [name]: value });
        assert.is(status, 1, text);
        assert.ok(text.includes(message), text);
      }));
  }

  test('it compiles, says how far it is, and leaves neither log nor lock', () =>
    withPackage(copyingCmakeJs, async (folder) => {
      addEngine(folder);
      const { status, text } = await install(folder, { PATH: makePath(folder, buildTools), AI_ARTIST_JOBS: '3' });
      assert.is(status, 0, text);
      assert.match(text, /no prebuilt addon for .* in this package/);
      assert.match(text, /compiling 50 % \(5 of 10\)/);
      assert.match(text, /compiled in \d+ s: build.Release.ai_artist\.node, [\d.]+ MB, GPU backend/);
      assert.equal(calls(folder), [
        `configure -O ${join(folder, 'build')} --CDAI_ARTIST_GPU=auto --CDAI_ARTIST_PORTABLE=OFF`,
        `build -O ${join(folder, 'build')} --CDAI_ARTIST_GPU=auto --CDAI_ARTIST_PORTABLE=OFF -p 3`,
      ]);
      assert.not(existsSync(join(folder, 'build/install.log')));
      assert.not(existsSync(join(folder, 'build/.install.lock')));

      const again = await install(folder, { PATH: '' });
      assert.is(again.status, 0, again.text);
      assert.match(again.text, /already compiled/);

      writeFileSync(join(folder, 'CMakeLists.txt'), '# changed');
      const changed = await install(folder, { PATH: makePath(folder, buildTools) });
      assert.is(changed.status, 0, changed.text);
      assert.is(calls(folder).length, 4, 'changed sources are compiled again');
    }));

  test('a failed compile keeps its log, shows the lines that tell, and says what helps', () =>
    withPackage(failingCmakeJs, async (folder) => {
      addEngine(folder);
      const { status, text } = await install(folder, { PATH: makePath(folder, buildTools) });
      assert.is(status, 1, text);
      assert.match(text, /compiling failed: the compiler ran out of memory: set AI_ARTIST_JOBS=1/);
      assert.match(text, /Killed signal terminated program cc1plus/);
      const log = join(folder, 'build/install.log');
      assert.ok(text.includes(log), text);
      assert.match(readFileSync(log, 'utf8'), /\[30\/99\]/);
      assert.not(existsSync(join(folder, 'build/.install.lock')));
    }));

  test('two installs at once compile once, and both succeed', () =>
    withPackage(copyingCmakeJs, async (folder) => {
      addEngine(folder);
      const env = { PATH: makePath(folder, buildTools) };
      const results = await Promise.all([install(folder, env), install(folder, env)]);
      for (const { status, text } of results) assert.is(status, 0, text);
      assert.is(calls(folder).filter((call) => call.startsWith('build')).length, 1);
      assert.is(results.filter(({ text }) => /already compiled/.test(text)).length, 1);
    }));

  if (process.platform !== 'win32') {
    test('SIGTERM ends the compilers too, and leaves no lock', () =>
      withPackage(lingeringCmakeJs, async (folder) => {
        addEngine(folder);
        let sent = false;
        const { status, text } = await install(folder, { PATH: makePath(folder, buildTools) }, (printed, end) => {
          if (!sent && printed.includes('compiling 50 %')) end('SIGTERM');
          sent = printed.includes('compiling 50 %');
        });
        assert.is(status, 1, text);
        assert.match(text, /interrupted \(SIGTERM\)\. What is compiled is kept: npm rebuild ai-artist/);
        assert.not(existsSync(join(folder, 'build/.install.lock')));
        const compiler = Number(readFileSync(join(folder, 'compiler.pid'), 'utf8'));
        for (let tries = 0; isRunning(compiler); tries++) {
          assert.ok(tries < 100, 'the compiler is still running');
          await sleep(50);
        }
      }));
  }

  test('a build folder that was moved is configured anew, its CMake cache dropped', () =>
    withPackage(copyingCmakeJs, async (folder) => {
      addEngine(folder);
      mkdirSync(join(folder, 'build/CMakeFiles'), { recursive: true });
      writeFileSync(join(folder, 'build/CMakeCache.txt'), 'CMAKE_HOME_DIRECTORY:INTERNAL=/elsewhere\n');
      const { status, text } = await install(folder, { PATH: makePath(folder, buildTools) });
      assert.is(status, 0, text);
      assert.not(existsSync(join(folder, 'build/CMakeCache.txt')));
      assert.not(existsSync(join(folder, 'build/CMakeFiles')));
    }));
});

suite('install with a prebuild', (test) => {
  const place = (folder: string): string => join(folder, 'prebuilds', prebuilt.prebuildFolder(), prebuilt.prebuildName());

  function addPrebuild(folder: string, gpu = 'off'): void {
    mkdirSync(dirname(place(folder)), { recursive: true });
    copyFileSync(addon, place(folder));
    writeFileSync(join(dirname(place(folder)), 'build.json'), JSON.stringify({ version: '0', gpu, portable: true, cpuFlags: [] }));
  }

  test('one that loads is used; no tool is needed', () =>
    withPackage(copyingCmakeJs, async (folder) => {
      addPrebuild(folder);
      for (const AI_ARTIST_GPU of ['', 'auto', 'off']) {
        const { status, text } = await install(folder, { PATH: '', AI_ARTIST_GPU });
        assert.is(status, 0, text);
        assert.match(text, /using the prebuilt addon prebuilds/);
      }
      assert.not(existsSync(join(folder, 'calls.log')));
    }));

  test('one that does not load is passed over, with the reason', () =>
    withPackage(copyingCmakeJs, async (folder) => {
      addEngine(folder);
      addPrebuild(folder);
      rmSync(place(folder));
      writeFileSync(place(folder), 'not a library');
      const { status, text } = await install(folder, { PATH: makePath(folder, buildTools) });
      assert.is(status, 0, text);
      assert.match(text, /the prebuilt addon does not load here: Error: /);
      assert.match(text, /compiled in/);
    }));

  for (const [name, value, because] of [
    ['AI_ARTIST_GPU', 'vulkan', /has GPU backend off, wanted is vulkan/],
    ['AI_ARTIST_BUILD_FROM_SOURCE', '1', /compiling the engine for this machine/],
  ] as const) {
    test(`${name}=${value} compiles although a prebuild is there`, () =>
      withPackage(copyingCmakeJs, async (folder) => {
        addEngine(folder);
        addPrebuild(folder);
        const { status, text } = await install(folder, { PATH: makePath(folder, buildTools), [name]: value });
        assert.is(status, 0, text);
        assert.match(text, because);
        assert.ok(existsSync(join(folder, 'build/Release/ai_artist.node')));
      }));
  }
});
