#!/usr/bin/env node
// `npm run prebuild`: makes prebuilds/<platform>-<arch>/ for this machine with prebuildify and the cmake-js shim.
// The addon contains CPU kernels for several instruction sets and chooses at run time (native/portable.cmake).
//
//   AI_ARTIST_GPU=off|vulkan|cuda|metal   adds a GPU backend as another module (default: metal on macOS, else off)
//   AI_ARTIST_JOBS=N                      number of files to compile at a time
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { jobCount } from './install/compile.mjs';
import { libcFamily, prebuildFolder, prebuildName, proveLoads } from './install/prebuilt.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const prebuildify = promisify(createRequire(import.meta.url)('prebuildify'));
const log = (text) => process.stderr.write(`prebuild: ${text}\n`);
const largestAddon = 8_000_000; // bytes; the largest addon that the npm package can hold for each platform

/** Highest version of each symbol family that a library needs from the system, e.g. { GLIBC: '2.34' }. */
function neededVersions(file) {
  const needed = {};
  for (const [, family, version] of readFileSync(file, 'latin1').matchAll(/\b(GLIBC|GLIBCXX|CXXABI)_(\d+(?:\.\d+)+)\b/g)) {
    if (!needed[family] || version.localeCompare(needed[family], 'en', { numeric: true }) > 0) needed[family] = version;
  }
  return needed;
}

async function main() {
  const libc = libcFamily();
  const folder = join(root, 'prebuilds', prebuildFolder());
  // prebuildify works in its own folder, because it moves the .node out of build/Release, which belongs to `npm install`.
  const stage = join(root, 'build/prebuild-stage');
  rmSync(stage, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(stage, { recursive: true });

  const shim = join(root, 'scripts/cmake-shim.cjs');
  process.env.AI_ARTIST_JOBS ||= String(jobCount().jobs);
  const started = Date.now();
  await prebuildify({
    cwd: stage,
    out: root,
    name: 'ai-artist',
    platform: prebuildFolder().slice(0, -(process.arch.length + 1)),
    arch: process.arch,
    napi: true,
    targets: [process.versions.node],
    libc,
    tagLibc: libc ?? false,
    nodeGyp: process.platform === 'win32' ? `"${process.execPath}" "${shim}"` : shim,
  });
  copyFileSync(join(stage, 'build/Release/build.json'), join(folder, 'build.json'));
  rmSync(stage, { recursive: true, force: true });
  log(`compiled in ${Math.round((Date.now() - started) / 1000)} s`);

  const addon = join(folder, prebuildName());
  let total = 0;
  for (const name of readdirSync(folder).sort()) {
    const file = join(folder, name);
    const { size } = statSync(file);
    total += size;
    const needed = Object.entries(neededVersions(file)).map(([family, version]) => `${family} ${version}`);
    log(`${relative(root, file)}  ${(size / 1e6).toFixed(2)} MB  ${name.endsWith('.json') ? '' : needed.join(', ')}`);
  }
  log(`${(total / 1e6).toFixed(1)} MB in all`);
  const { size } = statSync(addon);
  if (size > largestAddon) throw new Error(`${relative(root, addon)}: expected at most ${largestAddon} bytes, got ${size}`);
  const proof = proveLoads(addon, root);
  if (!proof.ok) throw new Error(`the prebuilt addon does not load: ${proof.reason}`);
  log(`loads: ${proof.devices.map((device) => `${device.name} (${device.description})`).join(', ')}`);
}

try {
  await main();
} catch (error) {
  log(error.message);
  process.exitCode = 1;
}
