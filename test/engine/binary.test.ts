import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import * as assert from 'uvu/assert';
import { ArtistError } from '../../lib/core/index.ts';
import { type BinaryCandidate, binaryCandidates, checkCandidate, explainLoadError, openBinary } from '../../lib/engine/addon/binary.ts';
import { imageProblem } from '../../lib/engine/addon/binary-header.ts';
import { prebuildFolder } from '../../lib/engine/addon/machine.ts';
import { loadNative, nativeFile } from '../../lib/engine/addon/native.ts';
import { suite } from '../harness.ts';
import { withFolder } from '../install/support.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** A 64-bit little-endian ELF header whose section table ends at `end`. */
function elf(machine: number, end = 64): Buffer {
  const head = Buffer.alloc(64);
  head.write('\x7fELF', 'latin1');
  head[4] = 2;
  head[5] = 1;
  head.writeUInt16LE(machine, 18);
  head.writeBigUInt64LE(BigInt(end), 40);
  return head;
}

function machO(cpu: number): Buffer {
  const head = Buffer.alloc(32);
  head.writeUInt32LE(0xfeedfacf, 0);
  head.writeUInt32LE(cpu, 4);
  return head;
}

function pe(machine: number): Buffer {
  const head = Buffer.alloc(128);
  head.write('MZ');
  head.writeUInt32LE(64, 60);
  head.write('PE\0\0', 64, 'latin1');
  head.writeUInt16LE(machine, 68);
  return head;
}

const [x64, arm64] = [0x3e, 0xb7];

suite('binary header', (test) => {
  const cases: [name: string, head: Buffer, platform: string, arch: string, problem: string | undefined][] = [
    ['empty', Buffer.alloc(0), 'linux', 'x64', 'is empty'],
    ['text', Buffer.from('version https://git-lfs'), 'linux', 'x64', 'is not a compiled library (it begins with "version http")'],
    ['four bytes of ELF', Buffer.from('\x7fELF', 'latin1'), 'linux', 'x64', 'is cut off: expected at least 64 bytes, got 4'],
    ['ELF of arm64 on x64', elf(arm64), 'linux', 'x64', 'is for arm64, this process is x64'],
    ['ELF of x64 on arm64', elf(x64), 'linux', 'arm64', 'is for x64, this process is arm64'],
    ['ELF of an unknown machine', elf(0x999), 'linux', 'x64', 'is for machine 2457, this process is x64'],
    ['ELF that broke off', elf(x64, 5000), 'linux', 'x64', 'is cut off: expected at least 5000 bytes, got 64'],
    ['ELF on macOS', elf(x64), 'darwin', 'x64', 'is a library of another system (ELF; darwin needs Mach-O)'],
    ['Mach-O on Linux', machO(0x0100_000c), 'linux', 'arm64', 'is a library of another system (Mach-O; linux needs ELF)'],
    ['Mach-O of arm64 under Rosetta', machO(0x0100_000c), 'darwin', 'x64', 'is for arm64, this process is x64'],
    ['PE of x64 on ARM Windows', pe(0x8664), 'win32', 'arm64', 'is for x64, this process is arm64'],
    ['PE on Linux', pe(0x8664), 'linux', 'x64', 'is a library of another system (PE; linux needs ELF)'],
    ['ELF that fits', elf(x64), 'linux', 'x64', undefined],
    ['Mach-O that fits', machO(0x0100_000c), 'darwin', 'arm64', undefined],
    ['PE that fits', pe(0x8664), 'win32', 'x64', undefined],
  ];
  for (const [name, head, platform, arch, problem] of cases) {
    test(`${name}: ${problem ?? 'no problem'}`, () => assert.is(imageProblem(head, head.length, platform, arch), problem));
  }
  test('a universal Mach-O fits both architectures', () => {
    const head = Buffer.alloc(64);
    head.writeUInt32BE(0xcafebabe, 0);
    head.writeUInt32BE(2, 4);
    head.writeUInt32BE(0x0100_0007, 8);
    head.writeUInt32BE(0x0100_000c, 28);
    assert.is(imageProblem(head, 64, 'darwin', 'x64'), undefined);
    assert.is(imageProblem(head, 64, 'darwin', 'arm64'), undefined);
    assert.is(imageProblem(head, 64, 'darwin', 'ia32'), 'is for x64 and arm64, this process is ia32');
  });
});

const candidate = (file: string): BinaryCandidate => ({ origin: 'prebuild', file });
const refuse = (): never => {
  throw new Error('must not be opened');
};

function noBinary(candidates: BinaryCandidate[], open: (file: string) => unknown = refuse): ArtistError {
  try {
    openBinary({ open, gpuProblem: refuse }, candidates);
  } catch (error) {
    if (error instanceof ArtistError && error.code === 'ERR_NO_BINARY') return error;
    throw error;
  }
  throw new Error('expected ERR_NO_BINARY, got an addon');
}

suite('binary', (test) => {
  test('a missing file, a folder, an empty file and a text file are never opened', () =>
    withFolder(async (folder) => {
      mkdirSync(join(folder, 'folder.node'));
      writeFileSync(join(folder, 'empty.node'), '');
      writeFileSync(join(folder, 'text.node'), 'hello');
      const files = ['absent.node', 'folder.node', 'empty.node', 'text.node', 'text.node/below.node'].map((name) => join(folder, name));
      const { message } = noBinary(files.map(candidate));
      const [absent, directory, empty, text, below] = files;
      assert.ok(message.includes(`${absent}: is not there`), message);
      assert.ok(message.includes(`${directory}: is a directory`), message);
      assert.ok(message.includes(`${empty}: is empty`), message);
      assert.ok(message.includes(`${text}: is not a compiled library`), message);
      assert.ok(message.includes(`${below}: is not there`), message);
      assert.match(message, /AI_ARTIST_BUILD_FROM_SOURCE=1 npm rebuild ai-artist/);
    }));

  test('a library compiled for another CPU is refused before it can crash the process', () =>
    withFolder(async (folder) => {
      const file = join(folder, 'a.node');
      copyFileSync(process.platform === 'linux' ? process.execPath : nativeFileOrFail(), file);
      writeFileSync(join(folder, 'build.json'), JSON.stringify({ version: '1', gpu: 'off', cpuFlags: ['avx9000'] }));
      const expected = process.platform === 'linux' ? 'was compiled for a CPU with avx9000, which this one lacks' : undefined;
      assert.is(checkCandidate(candidate(file))?.reason, expected);
      writeFileSync(join(folder, 'build.json'), JSON.stringify({ version: '1', gpu: 'off', cpuFlags: [] }));
      assert.is(checkCandidate(candidate(file)), undefined);
    }));

  test('an unreadable build.json does not stop a good addon', () =>
    withFolder(async (folder) => {
      const file = join(folder, 'a.node');
      copyFileSync(nativeFileOrFail(), file);
      for (const text of ['', '{', '[]', '{"cpuFlags":7}']) {
        writeFileSync(join(folder, 'build.json'), text);
        assert.is(checkCandidate(candidate(file)), undefined, `build.json ${JSON.stringify(text)}`);
      }
    }));

  test('the first candidate that opens is used, and earlier failures are kept', () =>
    withFolder(async (folder) => {
      const [bad, good, unused] = ['bad.node', 'good.node', 'unused.node'].map((name) => join(folder, name)) as [string, string, string];
      for (const file of [bad, good, unused]) copyFileSync(nativeFileOrFail(), file);
      const opened: string[] = [];
      const open = (file: string): string => {
        opened.push(file);
        if (file === bad) throw new Error(`${file}: undefined symbol: nothing`);
        return 'addon';
      };
      const result = openBinary({ open, gpuProblem: refuse }, [bad, good, unused].map(candidate));
      assert.equal(opened, [bad, good]);
      assert.is(result.addon, 'addon');
      assert.is(result.file, good);
      assert.equal(
        result.failures.map(({ reason }) => reason),
        ['undefined symbol: nothing'],
      );
    }));

  test('every error of the dynamic loader can be reached as cause', () =>
    withFolder(async (folder) => {
      const files = ['a.node', 'b.node'].map((name) => join(folder, name));
      for (const file of files) copyFileSync(nativeFileOrFail(), file);
      const error = noBinary(files.map(candidate), (file) => {
        throw new Error(`reason of ${file}`);
      });
      assert.ok(error.cause instanceof AggregateError);
      assert.equal(
        (error.cause as AggregateError).errors.map((inner: Error) => inner.message),
        files.map((file) => `reason of ${file}`),
      );
    }));

  test('AI_ARTIST_BINARY is the only candidate, and the advice names it', () =>
    withFolder(async (folder) => {
      const file = join(folder, 'mine.node');
      const candidates = binaryCandidates(root, { AI_ARTIST_BINARY: file });
      assert.equal(candidates, [{ origin: 'environment', file }]);
      assert.match(noBinary(candidates).message, /correct or unset AI_ARTIST_BINARY/);
    }));

  test('when no candidate exists, the advice is to run the install script', () => {
    const { message } = noBinary(binaryCandidates(join(root, 'no-such-folder'), {}));
    assert.match(message, /npm rebuild ai-artist/);
    assert.match(message, new RegExp(`${process.platform} ${process.arch}`));
    assert.is((message.match(/is not there/g) ?? []).length, 2);
  });

  const folders: [platform: string, arch: string, libc: 'glibc' | 'musl' | undefined, folder: string][] = [
    ['linux', 'x64', 'glibc', 'linux-x64'],
    ['linux', 'x64', 'musl', 'linuxmusl-x64'],
    ['darwin', 'arm64', undefined, 'darwin-arm64'],
    ['win32', 'x64', undefined, 'win32-x64'],
  ];
  for (const [platform, arch, libc, folder] of folders) {
    test(`prebuilds of ${platform} ${arch} ${libc ?? ''} lie in ${folder}`, () => assert.is(prebuildFolder(platform, arch, libc), folder));
  }

  const loaderSays: [message: string, advice: RegExp][] = [
    ["/lib/libc.so.6: version `GLIBC_2.38' not found (required by a.node)", /older C library.*BUILD_FROM_SOURCE/],
    ["/lib/libstdc++.so.6: version `GLIBCXX_3.4.32' not found", /older libstdc\+\+/],
    ['libstdc++.so.6: cannot open shared object file: No such file or directory', /apk add libstdc\+\+/],
    ['Error loading shared library ld-linux-x86-64.so.2: No such file or directory', /other C library/],
    ['libcuda.so.1: cannot open shared object file', /NVIDIA driver/],
    ['libvulkan.so.1: cannot open shared object file', /libvulkan1/],
    ["mach-o file, but is an incompatible architecture (have 'arm64', need 'x86_64')", /BUILD_FROM_SOURCE/],
    ['failed to map segment from shared object: Operation not permitted', /noexec/],
    ['undefined symbol: napi_add_async_cleanup_hook', /Node 20\.19/],
  ];
  for (const [message, advice] of loaderSays) {
    test(`advice for: ${message.slice(0, 60)}`, () =>
      assert.match(explainLoadError(candidate('/a.node'), new Error(message)).advice ?? '', advice));
  }

  test('the message of an unknown loader error is unchanged and does not repeat the path', () => {
    const failure = explainLoadError(candidate('/a.node'), new Error('/a.node: something odd\nsecond line'));
    assert.is(failure.reason, 'something odd');
    assert.is(failure.advice, undefined);
  });

  test('loadNative returns one object, and its file has a build.json of this package', () => {
    const addon = loadNative();
    assert.is(loadNative(), addon);
    const file = nativeFileOrFail();
    assert.ok(existsSync(file), file);
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    assert.is(addon.versions().addon, manifest.version);
  });

  test('a worker thread loads it too', async () => {
    const module = JSON.stringify(new URL('../../lib/engine/addon/native.ts', import.meta.url).href);
    const code = `
      const { parentPort } = require('node:worker_threads');
      import(${JSON.stringify(import.meta.resolve('tsx/esm/api'))})
        .then(({ tsImport }) => tsImport(${module}, ${module}))
        .then(({ loadNative }) => parentPort.postMessage(loadNative().listDevices().length));`;
    const devices = await new Promise((resolve, reject) => {
      const worker = new Worker(code, { eval: true });
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', (status) => reject(new Error(`the worker ended with ${status} and said nothing`)));
    });
    assert.is(devices, loadNative().listDevices().length);
    assert.ok((devices as number) >= 1);
  });
});

function nativeFileOrFail(): string {
  loadNative();
  const file = nativeFile();
  if (file === undefined) throw new Error('loadNative() succeeded without a file');
  return file;
}
