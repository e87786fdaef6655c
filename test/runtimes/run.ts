/**
 * Other runtimes and other ggml packages: `npm run test:runtimes [bun|deno|two-ggml …]`. Installs what it needs into a temporary folder
 * (about 10 seconds and 190 MB for Bun and Deno, 20 seconds and 85 MB for node-llama-cpp), so it is not part of `npm test`.
 * The last line on stdout is `N passed, N failed`; exit status 1 unless all passed.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as assert from 'uvu/assert';
import { typescript } from '../support/run-source.ts';

const execute = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const windows = process.platform === 'win32';

/** Versions that were tried; a newer one is tried by changing them here. */
const bun = 'bun@1.4.5';
const deno = 'deno@2.9.6';
const llama = '3.22.1';

async function run(command: string, args: readonly string[], cwd = root): Promise<string> {
  const { stdout } = await execute(command, args, { cwd, timeout: 300_000, maxBuffer: 2 ** 24, shell: windows && command === 'npm' });
  return stdout;
}

async function install(folder: string, name: string, ...flags: string[]): Promise<void> {
  await run('npm', ['install', '--no-audit', '--no-fund', ...flags, name], folder);
}

function lastJson(stdout: string): Record<string, unknown> {
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;
}

const smoke = 'test/runtimes/programs/smoke.ts';
let node: Promise<Record<string, unknown>> | undefined;

/** What Node itself prints: every other runtime must print the same, pixels included. */
async function expected(): Promise<Record<string, unknown>> {
  node ??= run(process.execPath, ['--import', typescript, smoke]).then(lastJson);
  const found = await node;
  assert.is(found.cancelled, 'enough');
  assert.is(found.refused, 'ERR_INVALID_ARGUMENT');
  assert.is(found.png, true);
  return found;
}

const checks: Record<string, (folder: string) => Promise<void>> = {
  bun: async (folder) => {
    await install(folder, bun);
    assert.equal(lastJson(await run(path.join(folder, 'node_modules', 'bun', 'bin', 'bun.exe'), ['run', smoke])), await expected());
  },
  deno: async (folder) => {
    await install(folder, deno);
    assert.equal(
      lastJson(await run(path.join(folder, 'node_modules', '.bin', windows ? 'deno.cmd' : 'deno'), ['run', '-A', smoke])),
      await expected(),
    );
  },
  'two-ggml': async (folder) => {
    const system = `${process.platform === 'darwin' ? 'mac' : windows ? 'win' : 'linux'}-${process.arch}${process.platform === 'darwin' && process.arch === 'arm64' ? '-metal' : ''}`;
    // Its optional parts for every GPU are gigabytes: leave them out and name the one for this system. Its script would only look for them.
    for (const name of ['node-llama-cpp', `@node-llama-cpp/${system}`])
      await install(folder, `${name}@${llama}`, '--omit=optional', '--ignore-scripts');
    for (const order of ['first', 'second']) {
      const { alone, together } = lastJson(
        await run(process.execPath, ['--import', typescript, 'test/runtimes/programs/two-ggml.ts', folder, order]),
      );
      assert.equal(together, [alone, alone, alone], `ours ${order}: both compute together what each computes alone`);
    }
  },
};

async function check(name: string, body: (folder: string) => Promise<void>): Promise<boolean> {
  const folder = await mkdtemp(path.join(tmpdir(), `ai-artist-${name}-`));
  const began = performance.now();
  try {
    await writeFile(path.join(folder, 'package.json'), '{ "private": true }\n');
    await body(folder);
    console.log(`ok    ${name} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
    return true;
  } catch (error) {
    console.log(`FAIL  ${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return false;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const wanted = process.argv.slice(2);
const chosen = Object.entries(checks).filter(([name]) => wanted.length === 0 || wanted.includes(name));
if (chosen.length === 0) throw new Error(`expected one of ${Object.keys(checks).join(', ')}, got ${wanted.join(' ')}`);
let passed = 0;
for (const [name, body] of chosen) if (await check(name, body)) passed++;
console.log(`${passed} passed, ${chosen.length - passed} failed`);
if (passed < chosen.length) process.exitCode = 1;
