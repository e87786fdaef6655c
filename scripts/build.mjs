#!/usr/bin/env node
/**
 * TypeScript to dist/: `node scripts/build.mjs [--out FOLDER] [--meta FILE] [--watch]`; --meta writes what the library's ES modules hold, as esbuild's metafile.
 *   dist/esm/index.js and the child-process entries, sharing chunks; dist/esm/bin/*.js with chunks of their own; dist/cjs/index.cjs; types for
 *   both beside them.
 * Own code, zod and ulid are bundled (a tree-shaken zod halves the import time; ulid is smaller than what finding it costs); every other package
 * and the addon stay outside. A dynamic import() of our own files stays lazy in both formats. The folder is built aside and swapped in, so a failed build leaves the old one.
 * --watch (`npm run dev`) builds all of it once, then dist/esm in place at each change, and prints the types' errors beside it.
 */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build, context, transform } from 'esbuild';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({
  options: { out: { type: 'string', default: path.join(root, 'dist') }, meta: { type: 'string' }, watch: { type: 'boolean' } },
});
const out = path.resolve(values.out);
const staging = path.join(path.dirname(out), '.cache', `${path.basename(out)}-${process.pid}`);
const tsc = path.join(path.dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
const childEntry = /(^|\/)([a-z-]+-)?(child|worker)\.ts$/;

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  charset: 'utf8',
  // Names stay, for stack traces; white space and comments only cost time at import.
  minifyWhitespace: true,
  minifySyntax: true,
  logLevel: 'warning',
  plugins: [shakeZod(), keepPackagesOutside()],
};

/** `import { z }` brings all of zod, locales included; a namespace import brings what is used. Both mean the same. */
function shakeZod() {
  const minified = new Map(); // for --watch: a package does not change while it runs
  return {
    name: 'shake-zod',
    setup(build) {
      build.onLoad({ filter: /[\\/](lib|bin)[\\/].*\.ts$/ }, (args) => ({
        loader: 'ts',
        contents: readFileSync(args.path, 'utf8').replace(/^import \{ z \} from 'zod';$/m, "import * as z from 'zod';"),
      }));
      // Names within zod help nobody who reads a stack trace, and what is shorter is compiled sooner.
      build.onLoad({ filter: /[\\/]node_modules[\\/]zod[\\/].*\.js$/ }, async (args) => {
        const contents = minified.get(args.path) ?? (await minifyNames(args.path));
        minified.set(args.path, contents);
        return { loader: 'js', contents };
      });
    },
  };
}

async function minifyNames(file) {
  return (await transform(readFileSync(file, 'utf8'), { minifyIdentifiers: true, format: 'esm', target: 'node20.19' })).code;
}

function keepPackagesOutside() {
  return {
    name: 'keep-packages-outside',
    setup(build) {
      build.onResolve({ filter: /^[^./]/ }, (args) => {
        const bundled = args.kind === 'entry-point' || /^(zod|ulid)($|\/)/.test(args.path) || path.isAbsolute(args.path);
        return bundled ? undefined : { external: true };
      });
      build.onResolve({ filter: /\.node$/ }, () => ({ external: true }));
    },
  };
}

function listEntries() {
  const entries = [];
  if (existsSync(path.join(root, 'lib/index.ts'))) entries.push({ in: 'lib/index.ts', out: 'index' });
  for (const file of filesBelow('lib').filter((name) => childEntry.test(name))) entries.push({ in: `lib/${file}`, out: file.slice(0, -3) });
  const commands = existsSync(path.join(root, 'bin')) ? readdirSync(path.join(root, 'bin')) : [];
  for (const file of commands) {
    const source = file.endsWith('.ts') ? readFileSync(path.join(root, 'bin', file), 'utf8') : '';
    if (source.startsWith('#!')) entries.push({ in: `bin/${file}`, out: `bin/${file.slice(0, -3)}` });
  }
  return entries;
}

function filesBelow(folder) {
  return readdirSync(path.join(root, folder), { recursive: true })
    .map((name) => name.split(path.sep).join('/'))
    .filter((name) => name.endsWith('.ts'))
    .sort();
}

const isCommand = ({ in: file }) => file.startsWith('bin/');

/** Library and commands apart: sharing chunks with all commands would cut the library into many files, and each takes its time at import. */
function esmBuilds(outdir) {
  return [
    { entryPoints: listEntries().filter((entry) => !isCommand(entry)), chunkNames: 'chunks/[name]-[hash]' },
    { entryPoints: listEntries().filter(isCommand), chunkNames: 'bin/chunks/[name]-[hash]' },
  ]
    .filter(({ entryPoints }) => entryPoints.length > 0)
    .map((part) => ({ ...common, ...part, format: 'esm', splitting: true, outdir, metafile: true }));
}

async function buildEsm() {
  for (const options of esmBuilds(path.join(staging, 'esm'))) {
    const { metafile } = await build(options);
    if (values.meta && !options.entryPoints.some(isCommand)) writeFileSync(values.meta, JSON.stringify(metafile));
  }
  makeExecutable(path.join(staging, 'esm/bin'));
}

function makeExecutable(bin) {
  if (existsSync(bin)) for (const file of readdirSync(bin)) if (file.endsWith('.js')) chmodSync(path.join(bin, file), 0o755);
}

async function buildCjs() {
  await build({
    ...common,
    entryPoints: [{ in: 'lib/index.ts', out: 'index' }],
    format: 'cjs',
    outdir: path.join(staging, 'cjs'),
    outExtension: { '.js': '.cjs' },
    define: { 'import.meta.url': 'importMetaUrl' },
    banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
  });
}

/** The declarations of everything lib/index.ts reaches, once with .js and once with .cjs in their imports. */
function buildTypes() {
  const declarations = path.join(staging, 'types');
  const run = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.types.json', '--outDir', declarations], { cwd: root, stdio: 'inherit' });
  if (run.status !== 0) throw new Error(`tsc found errors; ${out} is left as it was`);
  const relativeImport = /((?:from|import)\s*\(?\s*['"]\.{1,2}\/[^'"\n]*)\.ts(['"])/g;
  for (const name of readdirSync(declarations, { recursive: true }).filter((name) => name.endsWith('.d.ts'))) {
    const text = readFileSync(path.join(declarations, name), 'utf8');
    write(path.join(staging, 'esm', name), text.replace(relativeImport, '$1.js$2'));
    write(path.join(staging, 'cjs', name.replace(/\.d\.ts$/, '.d.cts')), text.replace(relativeImport, '$1.cjs$2'));
  }
  rmSync(declarations, { recursive: true });
}

function write(file, text) {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function swapIn() {
  const old = `${staging}-old`;
  if (existsSync(out)) renameSync(out, old);
  renameSync(staging, out);
  rmSync(old, { recursive: true, force: true });
}

/** Never settles. esbuild prints its own errors and keeps the last good files. */
async function watch() {
  for (const options of esmBuilds(path.join(out, 'esm'))) {
    const watching = await context({ ...options, plugins: [...options.plugins, tidyChunks(), sayBuilt(options.entryPoints)] });
    await watching.watch();
  }
  watchTypes();
}

/** tsc starts a program of its own, which a signal to tsc alone would leave behind: they get a process group, and the signal. */
function watchTypes() {
  const isGroup = process.platform !== 'win32';
  const types = spawn(process.execPath, [tsc, '-p', '.', '--watch', '--preserveWatchOutput'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: isGroup,
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.once(signal, () => {
      process.kill(isGroup ? -types.pid : types.pid, 'SIGTERM');
      process.exit();
    });
  }
}

function sayBuilt(entryPoints) {
  const part = entryPoints.some(isCommand) ? 'bin' : 'lib';
  return {
    name: 'say-built',
    setup(build) {
      let started = 0;
      build.onStart(() => {
        started = performance.now();
      });
      build.onEnd(({ errors }) => {
        makeExecutable(path.join(out, 'esm/bin'));
        const result = errors.length === 0 ? 'built' : `${errors.length} errors`;
        console.error(`dev: ${part}: ${result} in ${Math.round(performance.now() - started)} ms`);
      });
    },
  };
}

/** A chunk's name holds its hash: without this, each rebuild would leave the old chunks behind. */
function tidyChunks() {
  return {
    name: 'tidy-chunks',
    setup(build) {
      let before = [];
      build.onEnd(({ metafile }) => {
        if (metafile === undefined) return;
        const now = Object.keys(metafile.outputs);
        for (const file of before) if (!now.includes(file)) rmSync(path.join(root, file), { force: true });
        before = now;
      });
    },
  };
}

try {
  mkdirSync(staging, { recursive: true });
  await buildEsm();
  await buildCjs();
  buildTypes();
  swapIn();
  if (values.watch) await watch();
} catch (error) {
  console.error(`build: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  rmSync(staging, { recursive: true, force: true });
}
