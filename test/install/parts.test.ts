import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import * as assert from 'uvu/assert';
import { binaryCandidates } from '../../lib/engine/addon/binary.ts';
import { loadNative, nativeFile } from '../../lib/engine/addon/native.ts';
import { suite } from '../harness.ts';
import { compile, lock, makePath, prebuilt, root, tools, withFolder } from './support.ts';

suite('install: tools', (test) => {
  test('with nothing in PATH every tool is named', () => {
    const missing = tools.missingTools({ engineSource: true }, { PATH: '/nowhere' });
    assert.equal(
      missing.map(({ tool }) => tool),
      ['cmake', 'compiler', 'make', 'cargo', 'git'],
    );
  });

  test('cargo and git are wanted only where the engine must be fetched', () => {
    const missing = tools.missingTools({ engineSource: false }, { PATH: '' });
    assert.equal(
      missing.map(({ tool }) => tool),
      ['cmake', 'compiler', 'make'],
    );
  });

  test('a CMake that is too old is named with both versions', () =>
    withFolder(async (folder) => {
      const path = makePath(folder, { cmake: 'echo "cmake version 3.10.2"', 'c++': '', ninja: '' });
      assert.equal(tools.missingTools({ engineSource: false }, { PATH: path }), [
        { tool: 'cmake', problem: 'CMake is too old: expected 3.19 or newer, got 3.10' },
      ]);
    }));

  test('a cargo that cannot read a sparse index is too old', () =>
    withFolder(async (folder) => {
      const old = makePath(folder, { cmake: 'echo "cmake version 3.25.1"', 'c++': '', ninja: '', git: '', cargo: 'echo "cargo 0.66.0"' });
      assert.match(
        tools.missingTools({ engineSource: true }, { PATH: old })[0]?.problem ?? '',
        /^cargo is too old: expected 1\.68 or newer, got 0\.66 \(/,
      );
      makePath(folder, { cargo: 'echo "cargo 1.68.2 (115f34552 2023-02-26)"' });
      assert.equal(tools.missingTools({ engineSource: true }, { PATH: old }), []);
    }));

  test('the tests want a Redis server (Valkey is one), Chromium, shells and mandoc', () =>
    withFolder(async (folder) => {
      const path = makePath(folder, { cmake: 'echo "cmake version 3.25.1"', 'c++': '', ninja: '' });
      assert.equal(
        tools.missingTools({ engineSource: false, tests: true }, { PATH: path }).map(({ tool }) => tool),
        ['redis', 'chromium', 'zsh', 'fish', 'mandoc', 'prometheus', 'alertmanager'],
      );
      makePath(folder, { 'valkey-server': '', 'google-chrome': '', zsh: '', fish: '', mandoc: '', promtool: '', amtool: '' });
      assert.equal(tools.missingTools({ engineSource: false, tests: true }, { PATH: path }), []);
    }));

  test('CXX names the compiler; one that is not there is said by its name', () =>
    withFolder(async (folder) => {
      const path = makePath(folder, { cmake: 'echo "cmake version 4.0.0"', make: '', 'g++-13': '' });
      assert.equal(tools.missingTools({ engineSource: false }, { PATH: path, CXX: 'g++-13' }), []);
      assert.is(
        tools.missingTools({ engineSource: false }, { PATH: path, CXX: 'icpx' })[0]?.problem,
        'the C++ compiler CXX=icpx is missing',
      );
    }));

  const all = ['cmake', 'compiler', 'make', 'cargo', 'git', 'redis', 'chromium', 'fish'].map((tool) => ({ tool }));
  const apt = 'sudo apt-get update && sudo apt-get install -y --no-install-recommends cmake g++ make';
  const systems: [name: string, platform: string, osRelease: string, commands: string[]][] = [
    [
      'Debian 13',
      'linux',
      'ID=debian\nVERSION_CODENAME=trixie',
      [`${apt} cargo git ca-certificates redis-server chromium-headless-shell fish`],
    ],
    [
      'Debian 12',
      'linux',
      'ID=debian\nVERSION_CODENAME=bookworm',
      [`${apt} cargo-web git ca-certificates redis-server chromium-headless-shell fish`],
    ],
    ['Mint', 'linux', 'ID=linuxmint\nID_LIKE="ubuntu debian"', [`${apt} cargo git ca-certificates redis-server chromium fish`]],
    ['Fedora', 'linux', 'ID=fedora', ['sudo dnf install -y cmake gcc-c++ make cargo git redis chromium fish']],
    [
      'Rocky',
      'linux',
      'ID="rocky"\nID_LIKE="rhel centos fedora"',
      ['sudo dnf install -y cmake gcc-c++ make cargo git redis chromium fish'],
    ],
    ['openSUSE', 'linux', 'ID="opensuse-leap"', ['sudo zypper --non-interactive install cmake gcc-c++ make cargo git redis chromium fish']],
    ['Arch', 'linux', 'ID=arch', ['sudo pacman -S --needed --noconfirm cmake gcc make rust git valkey chromium fish']],
    ['Alpine', 'linux', 'ID=alpine', ['sudo apk add cmake g++ make linux-headers cargo git redis chromium fish']],
    ['macOS', 'darwin', '', ['xcode-select --install', 'brew install cmake rust git redis google-chrome fish']],
    ['Windows', 'win32', '', ['winget install Kitware.CMake Rustlang.Rustup Git.Git Google.Chrome']],
    [
      'an unknown Linux',
      'linux',
      'ID=haiku',
      ['install with your package manager: CMake 3.19+, a C++17 compiler, make, cargo 1.68+, git, redis-server, Chromium, fish'],
    ],
  ];
  for (const [name, platform, osRelease, commands] of systems) {
    test(`the command for ${name}`, () => assert.equal(tools.installCommands(all, platform, osRelease), commands));
  }
});

suite('install: compile', (test) => {
  const gib = 1024 ** 3;
  const machines: [cores: number, memory: number, jobs: number, limited: boolean][] = [
    [8, 64 * gib, 8, false],
    [8, 7 * gib, 3, true],
    [2, 1 * gib, 1, true],
    [1, 0.5 * gib, 1, false],
    [4, 8 * gib, 4, false],
  ];
  for (const [cores, memory, jobs, limitedByMemory] of machines) {
    test(`${cores} cores and ${memory / gib} GiB: ${jobs} at a time`, () =>
      assert.equal(compile.jobCount({ cores, memory, requested: '' }), { jobs, limitedByMemory }));
  }
  for (const requested of ['0', '-1', '1.5', 'two', 'NaN']) {
    test(`AI_ARTIST_JOBS=${requested} is an error`, () =>
      assert.throws(
        () => compile.jobCount({ requested }),
        new RegExp(`^AI_ARTIST_JOBS: expected an integer of at least 1, got "${requested}"$`),
      ));
  }
  test('AI_ARTIST_JOBS overrides the memory limit', () =>
    assert.equal(compile.jobCount({ cores: 2, memory: gib, requested: '16' }), { jobs: 16, limitedByMemory: false }));

  const lines: [line: string, at: { done: number; total: number } | undefined][] = [
    ['[12/96] Building CXX object a.o', { done: 12, total: 96 }],
    ['[  7%] Building CXX object a.o', { done: 7, total: 100 }],
    ['[100%] Linking', { done: 100, total: 100 }],
    ['-- Configuring done', undefined],
    ['warning: [1/2] of it', undefined],
  ];
  for (const [line, at] of lines) test(`progress of "${line}"`, () => assert.equal(compile.parseProgress(line), at));

  test('of a long log the lines from the first error on are shown, else the end', () => {
    const filler = Array.from({ length: 50 }, (_, index) => `line ${index}`);
    assert.equal(compile.tellingLines([...filler, 'a.cpp:3: error: no', 'note'].join('\n')), ['a.cpp:3: error: no', 'note']);
    assert.equal(compile.tellingLines(filler.join('\n'), 2), ['line 48', 'line 49']);
  });
});

suite('install: lock', (test) => {
  const takeAndHold = (file: string, log: string, milliseconds: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const code = `
        const { appendFileSync } = await import('node:fs');
        const { takeLock } = await import(${JSON.stringify(new URL('../../scripts/install/lock.mjs', import.meta.url).href)});
        const lock = await takeLock(${JSON.stringify(file)}, undefined, 20);
        appendFileSync(${JSON.stringify(log)}, 'in\\n');
        await new Promise((resolve) => setTimeout(resolve, ${milliseconds}));
        appendFileSync(${JSON.stringify(log)}, 'out\\n');
        lock.release();`;
      const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: 'inherit' });
      child.on('error', reject);
      child.on('close', (status) => (status === 0 ? resolve() : reject(new Error(`status ${status}`))));
    });

  test('four processes are inside one after the other', () =>
    withFolder(async (folder) => {
      const [file, log] = [join(folder, 'lock'), join(folder, 'log')];
      await Promise.all([1, 2, 3, 4].map(() => takeAndHold(file, log, 100)));
      assert.is(readFileSync(log, 'utf8'), 'in\nout\n'.repeat(4));
      assert.not(existsSync(file), 'the lock is left behind');
    }));

  test('four processes that find the lock of a dead one are inside one after the other', () =>
    withFolder(async (folder) => {
      const [file, log] = [join(folder, 'lock'), join(folder, 'log')];
      writeFileSync(file, JSON.stringify({ pid: 2 ** 22 + 1, host: hostname() }));
      await Promise.all([1, 2, 3, 4].map(() => takeAndHold(file, log, 100)));
      assert.is(readFileSync(log, 'utf8'), 'in\nout\n'.repeat(4));
    }));

  const leftovers: [name: string, content: string, age: number][] = [
    ['of another host that has been silent', JSON.stringify({ pid: process.pid, host: 'elsewhere' }), 60],
    ['that is empty', '', 60],
    ['that is not JSON', '{{', 60],
  ];
  for (const [name, content, age] of leftovers) {
    test(`a lock ${name} is taken over`, () =>
      withFolder(async (folder) => {
        const file = join(folder, 'lock');
        writeFileSync(file, content);
        const then = new Date(Date.now() - age * 1000);
        utimesSync(file, then, then);
        const taken = await lock.takeLock(file, undefined, 10);
        assert.is(taken.waited, false);
        taken.release();
        assert.not(existsSync(file));
      }));
  }

  test('a fresh lock of another host is waited for, and its holder is named', () =>
    withFolder(async (folder) => {
      const file = join(folder, 'lock');
      writeFileSync(file, JSON.stringify({ pid: 77, host: 'elsewhere' }));
      const waits: (number | undefined)[] = [];
      const taking = lock.takeLock(file, ({ pid }) => waits.push(pid), 10);
      setTimeout(() => {
        const then = new Date(Date.now() - 60_000);
        utimesSync(file, then, then);
      }, 100);
      const taken = await taking;
      assert.is(taken.waited, true);
      assert.equal(waits, [77]);
      taken.release();
    }));
});

suite('install: prebuilt', (test) => {
  test('the install script and the library look in the same place', () => {
    const place = binaryCandidates(root, {}).find(({ origin }) => origin === 'prebuild')?.file;
    assert.is(place, join(root, 'prebuilds', prebuilt.prebuildFolder(), prebuilt.prebuildName()));
  });

  const names: [platform: string, libc: string, folder: string, name: string][] = [
    ['linux', 'glibc', 'linux-x64', 'ai-artist.glibc.node'],
    ['linux', 'musl', 'linuxmusl-x64', 'ai-artist.musl.node'],
    ['darwin', '', 'darwin-x64', 'ai-artist.node'],
    ['win32', '', 'win32-x64', 'ai-artist.node'],
  ];
  for (const [platform, libc, folder, name] of names) {
    test(`${platform} ${libc}: prebuilds/${folder}/${name}`, () => {
      assert.is(prebuilt.prebuildFolder(platform, 'x64', libc), folder);
      assert.is(prebuilt.prebuildName(platform, libc), name);
    });
  }

  test('a package without prebuilds has none; one for this machine is found', () =>
    withFolder(async (folder) => {
      assert.is(prebuilt.findPrebuilt(folder), undefined);
      const file = join(folder, 'prebuilds', prebuilt.prebuildFolder(), prebuilt.prebuildName());
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, '');
      assert.is(prebuilt.findPrebuilt(folder), file);
    }));

  test('a broken addon is not proved: empty, text, folder, absent', () =>
    withFolder(async (folder) => {
      writeFileSync(join(folder, 'empty.node'), '');
      writeFileSync(join(folder, 'text.node'), 'hello');
      mkdirSync(join(folder, 'folder.node'));
      for (const name of ['empty', 'text', 'folder', 'absent']) {
        const proof = prebuilt.proveLoads(join(folder, `${name}.node`), root);
        assert.is(proof.ok, false, name);
        assert.match(proof.reason ?? '', /Error: /, name);
      }
    }));

  test('the addon of this checkout is proved, with its devices', () => {
    loadNative();
    const proof = prebuilt.proveLoads(nativeFile() ?? '', root);
    assert.is(proof.reason, undefined);
    assert.ok(proof.devices?.some(({ type }) => type === 'cpu'));
  });
});
