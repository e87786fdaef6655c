#!/usr/bin/env node
/**
 * TypeScript to dist/: `node scripts/build.mjs [--out FOLDER] [--meta FILE]`; --meta writes esbuild's metafile of the library's ES modules.
 *   dist/esm: index.js, doors/*.js and the child programs, sharing chunks; bin/*.js with chunks of their own
 *   dist/cjs: each file of the library again, as CommonJS; types for both beside them.
 * Own code, zod and ulid are bundled (a tree-shaken zod is read in a fraction of the time; ulid is smaller than what finding it costs); every
 * other package and the addon stay outside. The folder is built aside and swapped in, so a failed build leaves the old one.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({ options: { out: { type: 'string', default: path.join(root, 'dist') }, meta: { type: 'string' } } });
const out = path.resolve(values.out);
const staging = path.join(path.dirname(out), '.cache', `${path.basename(out)}-${process.pid}`);
/** Programs of ours that run in a process of their own, started by entryFile(). */
const childPrograms = ['engine/isolation/child'];

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

/**
 * Library and commands apart: sharing chunks with all commands would cut the library into many files, and each takes its time at import.
 *
 * @returns the metafile of the library
 */
async function buildEsm() {
  const shared = { ...common, format: 'esm', splitting: true, outdir: path.join(staging, 'esm') };
  await build({ ...shared, entryPoints: commandEntries(), chunkNames: 'bin/chunks/[name]-[hash]' });
  for (const { out: name } of commandEntries()) chmodSync(path.join(staging, `esm/${name}.js`), 0o755);
  const { metafile } = await build({ ...shared, entryPoints: libraryEntries(), chunkNames: 'chunks/[name]-[hash]', metafile: true });
  return metafile;
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

/** The declarations of everything lib/index.ts reaches, once with .js and once with .cjs in their imports. */
function buildTypes() {
  const declarations = path.join(staging, 'types');
  const tsc = path.join(path.dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
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

try {
  mkdirSync(staging, { recursive: true });
  const metafile = await buildEsm();
  if (values.meta) writeFileSync(values.meta, JSON.stringify(metafile));
  await buildCjs(metafile);
  buildTypes();
  swapIn();
} catch (error) {
  console.error(`build: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  rmSync(staging, { recursive: true, force: true });
}
