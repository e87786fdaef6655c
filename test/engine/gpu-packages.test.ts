/** Packages for a GPU beside this one: tried once in a child process, and never in the way of the addon without a GPU. */
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as assert from 'uvu/assert';
import { packageVersion } from '../../lib/core/index.ts';
import { gpuPackageNames } from '../../lib/engine/addon/gpu-packages.ts';
import type { GpuSupport } from '../../lib/engine/addon/gpu-support.ts';
import { prebuildFolder, prebuildName } from '../../lib/engine/addon/machine.ts';
import { loadNative, nativeFile } from '../../lib/engine/addon/native.ts';
import { suite } from '../harness.ts';
import { root, withFolder } from '../install/support.ts';
import { typescript } from '../support/run-source.ts';
import { breakCode } from './broken-addon.ts';

const name = `@ai-artist/${prebuildFolder()}-vulkan`;

interface Machine {
  folder: string;
  /** The addon of the installed package. */
  file: string;
  env: NodeJS.ProcessEnv;
}

/** A machine with a Vulkan loader and the package for it, whose addon has no GPU backend. */
async function withPackage<T>(version: string, use: (machine: Machine) => Promise<T>): Promise<T> {
  loadNative();
  const own = nativeFile() ?? '';
  return withFolder(async (folder) => {
    const place = join(folder, 'modules', name);
    mkdirSync(place, { recursive: true });
    const file = join(place, prebuildName());
    copyFileSync(own, file);
    const build = JSON.parse(readFileSync(join(dirname(own), 'build.json'), 'utf8')) as object;
    writeFileSync(join(place, 'build.json'), JSON.stringify({ ...build, version }));
    writeFileSync(join(place, 'package.json'), JSON.stringify({ name, version }));
    writeFileSync(join(folder, 'libvulkan.so.1'), '');
    const env = {
      ...process.env,
      ...{ NODE_PATH: join(folder, 'modules'), LD_LIBRARY_PATH: folder, AI_ARTIST_HOME: join(folder, 'home') },
      ...{ AI_ARTIST_BINARY: '', AI_ARTIST_GPU: '' },
    };
    return use({ folder, file, env });
  });
}

interface Started {
  stdout: string;
  stderr: string;
}

/** Runs a module with the functions of the loader in another process. */
async function start(code: string, env: NodeJS.ProcessEnv): Promise<Started> {
  const program = `import { loadNative, nativeFile } from ${JSON.stringify(join(root, 'lib/engine/addon/native.ts'))};
    import { circumstances } from ${JSON.stringify(join(root, 'lib/engine/addon/gpu-proof.ts'))};
    import { diagnose } from ${JSON.stringify(join(root, 'lib/engine/addon/doctor.ts'))};
    ${code}`;
  const child = spawn(process.execPath, ['--import', typescript, '--input-type=module', '-e', program], { env });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const status = await new Promise((resolve) => child.on('close', resolve));
  if (status !== 0) throw new Error(`status ${status}: ${stderr}`);
  return { stdout: stdout.trim(), stderr };
}

const used = 'loadNative(); console.log(nativeFile());';

if (process.platform === 'linux')
  suite('packages for a GPU', { timeoutMs: 120_000 }, (test) => {
    test('one that finds no GPU is tried once, said once, and not used', () =>
      withPackage(packageVersion(), async ({ file, env }) => {
        const first = await start(used, env);
        assert.is(first.stdout, nativeFile());
        assert.match(first.stderr, new RegExp(`${name}/.* is not used: found no GPU`));
        const second = await start(used, env);
        assert.equal(second, { stdout: nativeFile() ?? '', stderr: '' });
        // Another file: it is tried again.
        writeFileSync(join(dirname(file), 'more.json'), '{}');
        assert.match((await start(used, env)).stderr, /is not used: found no GPU/);
      }));

    test('one that ends the process that tries it is not used', () =>
      withPackage(packageVersion(), async ({ file, env }) => {
        breakCode(file);
        const { stdout, stderr } = await start(used, env);
        assert.is(stdout, nativeFile());
        assert.match(stderr, /is not used: loading it ended the process with SIG/);
      }));

    test('one that worked is used, and is the addon that computes', () =>
      withPackage(packageVersion(), async ({ file, env }) => {
        const proof = join(env['AI_ARTIST_HOME'] ?? '', 'state/gpu-proof.json');
        mkdirSync(dirname(proof), { recursive: true });
        const { stdout: of } = await start(`console.log(circumstances(${JSON.stringify(file)}))`, env);
        writeFileSync(proof, JSON.stringify({ version: 1, verdicts: [{ file, of, problem: null }] }));
        const { stdout, stderr } = await start(`${used} console.log(loadNative().listDevices()[0].name)`, env);
        assert.equal([stdout, stderr], [`${file}\nCPU`, '']);
        const off = await start(used, { ...env, AI_ARTIST_GPU: 'off' });
        assert.is(off.stdout, nativeFile());
        const other = await start(used, { ...env, AI_ARTIST_GPU: 'cuda' });
        assert.is(other.stdout, nativeFile());
        rmSync(join(dirname(dirname(dirname(dirname(file)))), 'libvulkan.so.1'));
      }));

    test('one of another version says which to install', () =>
      withPackage('0.0.1', async ({ env }) => {
        const { stdout } = await start('const { candidates } = await diagnose(); console.log(JSON.stringify(candidates))', env);
        const [candidate] = JSON.parse(stdout) as { origin: string; reason: string; advice: string }[];
        assert.is(candidate?.origin, 'package');
        assert.is(candidate?.reason, `is of version 0.0.1, this is ${packageVersion()}`);
        assert.is(candidate?.advice, `npm install ${name}@${packageVersion()}`);
      }));

    test('doctor tries it, whatever was found before, and keeps what it finds', () =>
      withPackage(packageVersion(), async ({ file, env }) => {
        await start(used, env);
        const proof = join(env['AI_ARTIST_HOME'] ?? '', 'state/gpu-proof.json');
        writeFileSync(proof, readFileSync(proof, 'utf8').replace('found no GPU', 'an old problem'));
        const { stdout } = await start('const { ok, candidates } = await diagnose(); console.log(JSON.stringify({ ok, candidates }))', env);
        const { ok, candidates } = JSON.parse(stdout) as { ok: boolean; candidates: { file: string; reason?: string }[] };
        assert.is(ok, true);
        assert.equal([candidates[0]?.file, candidates[0]?.reason], [file, 'found no GPU']);
        assert.match(readFileSync(proof, 'utf8'), /found no GPU/);
      }));

    const machines: [machine: string, support: GpuSupport, suffixes: string[]][] = [
      ['no GPU', { metal: false }, []],
      ['an NVIDIA driver of 2025', { metal: false, nvidia: { driver: '580.65.06' } }, ['cuda13', 'cuda12']],
      ['an older NVIDIA driver', { metal: false, nvidia: { driver: '550.54.14' } }, ['cuda12']],
      [
        'a very old NVIDIA driver with Vulkan',
        { metal: false, nvidia: { driver: '470.1' }, vulkan: { loader: 'x', drivers: [] } },
        ['vulkan'],
      ],
      ['an NVIDIA driver that does not tell its version', { metal: false, nvidia: {} }, ['cuda13', 'cuda12']],
    ];
    for (const [machine, support, suffixes] of machines)
      test(`which suit: ${machine}`, () => {
        const names = suffixes.map((suffix) => `@ai-artist/linux-x64-${suffix}`);
        assert.equal(gpuPackageNames(root, support, 'linux-x64'), names);
      });
  });
