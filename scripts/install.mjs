#!/usr/bin/env node
// npm's "install" script: provides an addon that loads on this machine, prebuilt or else compiled here. In a checkout it also fetches the
// engine's source before, and builds dist/ after.
//
//   AI_ARTIST_GPU=auto|off|cuda|vulkan|metal   backend to compile in (auto: metal on macOS, else what this machine has an SDK for)
//   AI_ARTIST_BUILD_FROM_SOURCE=1              compile even if a prebuild fits
//   AI_ARTIST_SKIP_BUILD=1                     do nothing (the addon comes from AI_ARTIST_BINARY, or later: npm rebuild ai-artist)
//   AI_ARTIST_JOBS=N                           number of files to compile at a time
//   AI_ARTIST_SETUP=yes|no                     install missing build tools (in a checkout: unless no; as a dependency: only if yes)
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageVersion, readBuildInfo, sourceHash } from './install/build-info.mjs';
import { CompileError, compile } from './install/compile.mjs';
import { getTools } from './install/get-tools.mjs';
import { takeLock } from './install/lock.mjs';
import { findPrebuilt, prebuildFolder, proveLoads } from './install/prebuilt.mjs';
import { createReport } from './install/report.mjs';
import { missingTools } from './install/tools.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const buildDir = join(root, 'build');
const addonFile = join(buildDir, 'Release/ai_artist.node');
const gpuChoices = ['auto', 'off', 'cuda', 'vulkan', 'metal'];
const isCheckout = existsSync(join(root, 'test')); // test/ is never part of the package
const report = createReport();

const isSet = (value) => value !== undefined && value !== '' && value !== '0' && value !== 'false';
const fits = (requested, info) => requested === 'auto' || info?.gpu === requested;

/** Uses a prebuild if there is one for this machine, with the wanted backend, that loads. */
function usePrebuilt(gpu) {
  const file = findPrebuilt(root);
  if (!file) {
    report.say(`no prebuilt addon for ${prebuildFolder()} in this package`);
    return false;
  }
  const info = readBuildInfo(dirname(file));
  if (!fits(gpu, info)) {
    report.say(`the prebuilt addon has GPU backend ${info?.gpu ?? 'unknown'}, wanted is ${gpu}`);
    return false;
  }
  const proof = proveLoads(file, root);
  if (!proof.ok) {
    report.say(`the prebuilt addon does not load here: ${proof.reason}`);
    return false;
  }
  report.say(
    `using the prebuilt addon ${relative(root, file)}${info?.gpu === 'off' ? ' (CPU; for a GPU: AI_ARTIST_GPU=cuda or vulkan, then npm rebuild ai-artist)' : ''}`,
  );
  return true;
}

/** Whether the addon in build/ was compiled from the current sources with this backend, and loads. */
function isCompiled(gpu) {
  const info = existsSync(addonFile) ? readBuildInfo(dirname(addonFile)) : undefined;
  return (
    info !== undefined &&
    info.version === packageVersion(root) &&
    info.sources === sourceHash(root) &&
    !info.portable &&
    fits(gpu, info) &&
    proveLoads(addonFile, root).ok
  );
}

const vendorScript = join(root, 'scripts/vendor.mjs');
function isEngineMissing() {
  if (!existsSync(join(root, 'native/vendor/engine/CMakeLists.txt'))) return true;
  return isCheckout && spawnSync(process.execPath, [vendorScript, '--check'], { stdio: 'ignore' }).status !== 0;
}

function runScript(file, what) {
  report.say(what);
  const { status, stdout, stderr } = spawnSync(process.execPath, [file], { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new CompileError(`${relative(root, file)} failed:\n${stdout}${stderr}`);
}

/** Installs missing tools in a checkout. As a dependency of another package, it changes the system only on request. */
function requireTools(engineSource) {
  const missing = missingTools({ engineSource });
  if (missing.length === 0) return;
  const mayGet = isCheckout || process.env.AI_ARTIST_SETUP === 'yes';
  const failure = getTools(missing, { say: report.say, env: mayGet ? process.env : { ...process.env, AI_ARTIST_SETUP: 'no' } });
  if (failure)
    throw new CompileError(
      `the addon must be compiled here, but ${failure}\n  then: ${isCheckout ? 'npm install' : 'npm rebuild ai-artist'}`,
    );
}

async function compileHere(gpu) {
  const lock = await takeLock(join(buildDir, '.install.lock'), ({ pid }) =>
    report.say(`another install${pid ? ` (process ${pid})` : ''} is compiling in this folder; waiting for it`),
  );
  try {
    if (isCompiled(gpu)) return report.say('already compiled');
    const engineMissing = isEngineMissing();
    requireTools(engineMissing);
    if (engineMissing) runScript(vendorScript, 'fetching the engine’s source');
    const seconds = await compile({ root, buildDir, gpu, report });
    const proof = proveLoads(addonFile, root);
    if (!proof.ok) throw new CompileError(`the addon was compiled but does not load: ${proof.reason}`);
    const size = (statSync(addonFile).size / 1e6).toFixed(1);
    report.say(
      `compiled in ${Math.round(seconds.configure + seconds.compile)} s: ${relative(root, addonFile)}, ${size} MB, GPU backend ${proof.versions.gpu}`,
    );
  } finally {
    lock.release();
  }
}

async function main() {
  if (isSet(process.env.AI_ARTIST_SKIP_BUILD)) return report.say('AI_ARTIST_SKIP_BUILD is set: no addon is installed');
  const gpu = process.env.AI_ARTIST_GPU || 'auto';
  if (!gpuChoices.includes(gpu))
    throw new CompileError(`AI_ARTIST_GPU: expected one of ${gpuChoices.join(', ')}, got ${JSON.stringify(gpu)}`);
  const fromSource = isSet(process.env.AI_ARTIST_BUILD_FROM_SOURCE) || isSet(process.env.npm_config_build_from_source);
  if (fromSource || !usePrebuilt(gpu)) await compileHere(gpu);
  const builder = join(root, 'scripts/build.mjs');
  if (existsSync(join(root, 'lib/core')) && !existsSync(join(root, 'dist')) && existsSync(builder))
    runScript(builder, 'building dist/ from lib/');
}

try {
  await main();
} catch (error) {
  report.say(error instanceof CompileError ? error.message : (error.stack ?? String(error)));
  report.say('not installed. Help: docs/install.md');
  process.exitCode = 1;
} finally {
  report.close();
}
