#!/usr/bin/env node
/**
 * TypeScript to dist/: `node scripts/build.mjs [--out FOLDER] [--meta FILE] [--watch]`; --meta writes esbuild's metafile of the library's ES
 * modules.
 *   dist/esm: index.js, doors/*.js and the child programs, sharing chunks; bin/*.js with chunks of their own
 *   dist/esm/command-table.js: the command line as data, for completion
 *   dist/man: the manual pages
 *   dist/web: the page that `ai-artist serve` shows, from web/
 *   dist/web-site: what `ai-artist gallery export site` makes sites of, from web/site/
 *   dist/cjs: each file of the library again, as CommonJS; types for both beside them.
 * Own code, zod and ulid are bundled (a tree-shaken zod is read in a fraction of the time; ulid is smaller than what finding it costs); every
 * other package and the addon stay outside. The folder is built aside and swapped in, so a failed build leaves the old one.
 * --watch (`npm run dev`) builds all of it once, then dist/esm in place at each change, and prints the types' errors beside it.
 */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build, context } from 'esbuild';
import * as vite from 'vite';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({
  options: { out: { type: 'string', default: path.join(root, 'dist') }, meta: { type: 'string' }, watch: { type: 'boolean' } },
});
const out = path.resolve(values.out);
const staging = path.join(path.dirname(out), '.cache', `${path.basename(out)}-${process.pid}`);
const tsc = path.join(path.dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
/** Programs of ours that run in a process or thread of their own, started by entryFile(). */
const childPrograms = [
  'engine/isolation/child',
  'gallery/thread/search-thread',
  'server/measuring/child',
  'service/jobs/painter-program',
  'service/training/training-program',
  'bench/processes/task-program',
  'bench/tasks/first-picture',
];

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
  plugins: [keepPackagesOutside()],
};

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

/** The doors of the package: lib/index.ts, lib/doors/<name>.ts. */
function libraryEntries() {
  const doors = readdirSync(path.join(root, 'lib/doors')).map((file) => `doors/${file.slice(0, -3)}`);
  return ['index', ...doors, ...childPrograms].map((name) => ({ in: `lib/${name}.ts`, out: name }));
}

function commandEntries() {
  const sources = readdirSync(path.join(root, 'bin')).filter((file) => file.endsWith('.ts'));
  const programs = sources.filter((file) => readFileSync(path.join(root, 'bin', file), 'utf8').startsWith('#!'));
  return programs.map((file) => ({ in: `bin/${file}`, out: `bin/${file.slice(0, -3)}` }));
}

/** Library and commands apart: sharing chunks with all commands would cut the library into many files, and each takes its time at import. */
function esmBuilds(outdir) {
  const shared = { ...common, format: 'esm', splitting: true, outdir, metafile: true };
  return {
    bin: { ...shared, entryPoints: commandEntries(), chunkNames: 'bin/chunks/[name]-[hash]' },
    lib: { ...shared, entryPoints: libraryEntries(), chunkNames: 'chunks/[name]-[hash]' },
  };
}

/** @returns the metafile of the library */
async function buildEsm() {
  const builds = esmBuilds(path.join(staging, 'esm'));
  await build(builds.bin);
  makeExecutable(path.join(staging, 'esm'));
  const { metafile } = await build(builds.lib);
  return metafile;
}

/** What is written from the table of commands: bin/help/pages.ts, which runs from the sources as they are. */
async function writePages() {
  const program = path.join(staging, 'pages.mjs');
  await build({ ...common, entryPoints: ['bin/help/pages.ts'], format: 'esm', outfile: program });
  const { pages } = await import(pathToFileURL(program).href);
  for (const [name, text] of Object.entries(await pages())) write(path.join(staging, name), text);
  rmSync(program);
}

function makeExecutable(folder) {
  for (const { out: name } of commandEntries()) chmodSync(path.join(folder, `${name}.js`), 0o755);
}

/**
 * esbuild splits ES modules only, and two CommonJS doors must share the error class, the engine and the locks as two ES doors do. So each file
 * of the library's ES modules becomes one CommonJS file.
 */
async function buildCjs({ outputs }) {
  const isChild = (file) => childPrograms.some((name) => file.endsWith(`/${name}.js`));
  await build({
    ...common,
    entryPoints: Object.keys(outputs).filter((file) => !isChild(file)),
    format: 'cjs',
    outbase: path.join(staging, 'esm'),
    outdir: path.join(staging, 'cjs'),
    outExtension: { '.js': '.cjs' },
    define: { 'import.meta.url': 'importMetaUrl' },
    banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
    packages: 'external',
    plugins: [linkCommonJs()],
  });
}

function linkCommonJs() {
  return {
    name: 'link-common-js',
    setup(build) {
      build.onResolve({ filter: /^\.{1,2}\// }, ({ path: file, kind }) =>
        kind === 'entry-point' ? undefined : { path: file.replace(/\.js$/, '.cjs'), external: true },
      );
    },
  };
}

/** The page of web/: see web/vite.config.ts. */
async function buildWeb() {
  const folder = path.join(staging, 'web');
  await vite.build({ configFile: path.join(root, 'web/vite.config.ts'), build: { outDir: folder } });
  for (const name of readdirSync(folder, { recursive: true })) compress(path.join(folder, name));
}

/** The server sends what lies compressed beside a file: lib/server/page/assets.ts. */
function compress(file) {
  if (!/\.(js|css|svg|webmanifest)$/.test(file)) return;
  const body = readFileSync(file);
  const made = { br: brotliCompressSync(body), gz: gzipSync(body, { level: 9 }) };
  for (const [ending, bytes] of Object.entries(made)) if (bytes.length < body.length) writeFileSync(`${file}.${ending}`, bytes);
}

/** What exported sites are made of: see web/vite.site.config.ts. */
async function buildSite() {
  for (const ssr of [false, true])
    await vite.build({ configFile: path.join(root, 'web/vite.site.config.ts'), build: { outDir: path.join(staging, 'web-site'), ssr } });
}

/** The declarations of everything the doors reach, once with .js and once with .cjs in their imports. */
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
  for (const [part, options] of Object.entries(esmBuilds(path.join(out, 'esm')))) {
    const watching = await context({ ...options, plugins: [...options.plugins, tidyChunks(), sayBuilt(part)] });
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

function sayBuilt(part) {
  return {
    name: 'say-built',
    setup(build) {
      let started = 0;
      build.onStart(() => {
        started = performance.now();
      });
      build.onEnd(({ errors }) => {
        if (errors.length === 0) makeExecutable(path.join(out, 'esm'));
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
  const metafile = await buildEsm();
  if (values.meta) writeFileSync(values.meta, JSON.stringify(metafile));
  await buildCjs(metafile);
  await writePages();
  await buildWeb();
  await buildSite();
  buildTypes();
  swapIn();
  if (values.watch) await watch();
} catch (error) {
  console.error(`build: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  rmSync(staging, { recursive: true, force: true });
}
