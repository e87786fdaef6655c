/**
 * `npm run test:pack`: npm pack, npm install of that tarball in an empty folder with no compiler in PATH, and a picture, through ES modules,
 * CommonJS and the command line. Needs prebuilds/ for this machine (npm run prebuild) and the registry or npm's cache for dependencies.
 * Figures go to stdout as JSON.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as assert from 'uvu/assert';
import { prebuilt, root } from './support.ts';

if (!prebuilt.findPrebuilt(root)) throw new Error(`no prebuild for ${prebuilt.prebuildFolder()}: npm run prebuild`);

const work = mkdtempSync(join(tmpdir(), 'ai-artist-pack-'));
const npm =
  process.env.npm_execpath ??
  join(dirname(execFileSync('npm', ['root', '--global'], { encoding: 'utf8' }).trim()), 'node_modules/npm/bin/npm-cli.js');
const seconds = (since: number): number => Math.round((Date.now() - since) / 100) / 10;

/** Only Node and a shell: npm runs scripts through sh. */
function barePath(): string {
  const bin = join(work, 'bin');
  mkdirSync(bin);
  symlinkSync(process.execPath, join(bin, 'node'));
  symlinkSync('/bin/sh', join(bin, 'sh'));
  for (const tool of ['cc', 'c++', 'gcc', 'g++', 'clang', 'cmake', 'make', 'ninja', 'cargo', 'git'])
    assert.not(existsSync(join(bin, tool)));
  return bin;
}

const folderSize = (folder: string): number =>
  readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const path = join(folder, entry.name);
    return sum + (entry.isDirectory() ? folderSize(path) : statSync(path).size);
  }, 0);

const paint = (load: string): string => `
${load}
const model = await loadModel();
const { images, seed } = await model.generate({ prompt: 'a red fox in the snow', width: 128, height: 128, steps: 4, seed: 7 });
const [image] = images;
const sum = image.data.reduce((total, byte) => total + byte, 0);
await model.dispose();
console.log(JSON.stringify({ width: image.width, height: image.height, bytes: image.data.length, sum, seed }));`;

try {
  let since = Date.now();
  execFileSync(process.execPath, [npm, 'pack', '--pack-destination', work], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  const packSeconds = seconds(since);
  const tarball = readdirSync(work).find((name) => name.endsWith('.tgz'));
  if (!tarball) throw new Error('npm pack made no tarball');

  const app = join(work, 'app');
  mkdirSync(app);
  writeFileSync(join(app, 'package.json'), '{"name":"app","private":true,"type":"module"}');
  const env = {
    PATH: barePath(),
    HOME: process.env.HOME ?? work,
    ...(process.env.npm_config_registry ? { npm_config_registry: process.env.npm_config_registry } : {}),
  };
  since = Date.now();
  const installed = execFileSync(
    process.execPath,
    [npm, 'install', join(work, tarball), '--foreground-scripts', '--no-audit', '--no-fund'],
    {
      cwd: app,
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const installSeconds = seconds(since);
  const unpacked = join(app, 'node_modules/ai-artist');
  assert.not(existsSync(join(unpacked, 'build/Release')), `something was compiled:\n${installed}`);

  const run = (args: string[]): string =>
    execFileSync(process.execPath, args, { cwd: app, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  writeFileSync(join(app, 'paint.mjs'), paint("import { loadModel } from 'ai-artist';"));
  writeFileSync(join(app, 'paint.cjs'), `(async () => {${paint("const { loadModel } = require('ai-artist');")}})();`);
  since = Date.now();
  const esm = JSON.parse(run(['paint.mjs'])) as { bytes: number; sum: number };
  const paintSeconds = seconds(since);
  assert.is(esm.bytes, 128 * 128 * 3);
  assert.ok(esm.sum > 0 && esm.sum < esm.bytes * 255, 'one flat colour is no picture');
  assert.equal(JSON.parse(run(['paint.cjs'])), esm, 'CommonJS paints the same pixels');

  const home = join(work, 'home');
  since = Date.now();
  const manifest = JSON.parse(readFileSync(join(unpacked, 'package.json'), 'utf8')) as { bin: Record<string, string> };
  const created = run([
    join(unpacked, manifest.bin['ai-artist'] ?? ''),
    'create',
    'a red fox in the snow',
    '--seed',
    '7',
    '--home',
    home,
    '--json',
  ]);
  const createSeconds = seconds(since);
  assert.is(typeof JSON.parse(created), 'object');

  const megabytes = (bytes: number): number => Math.round(bytes / 1e5) / 10;
  const figures = {
    tarballMB: megabytes(statSync(join(work, tarball)).size),
    unpackedMB: megabytes(folderSize(unpacked)),
    withDependenciesMB: megabytes(folderSize(join(app, 'node_modules'))),
    packSeconds,
    installSeconds,
    paint128Seconds: paintSeconds,
    createSeconds,
    created: JSON.parse(created) as unknown,
  };
  process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
} finally {
  rmSync(work, { recursive: true, force: true, maxRetries: 3 });
}
