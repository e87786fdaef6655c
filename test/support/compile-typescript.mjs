/** TypeScript to JavaScript, kept in .cache/typescript/ by the content of the source: each file is compiled once for all processes. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const cache = path.join(root, '.cache/typescript');
const { version } = createRequire(import.meta.url)('esbuild/package.json');

/** What tsx has, so that stack traces and coverage are the same. */
const options = {
  loader: 'ts',
  format: 'esm',
  platform: 'node',
  target: `node${process.versions.node}`,
  charset: 'utf8',
  keepNames: true,
  minifyWhitespace: true,
  sourcemap: 'inline',
  sourcesContent: false,
  tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
};
const salt = `${version} ${JSON.stringify(options)}`;

const keptAs = (file, source) => path.join(cache, `${createHash('sha1').update(`${salt}\0${file}\0${source}`).digest('hex')}.js`);

function kept(name) {
  try {
    return readFileSync(name, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function keep(name, code) {
  const unfinished = `${name}.${process.pid}`;
  try {
    mkdirSync(cache, { recursive: true });
    writeFileSync(unfinished, code);
    renameSync(unfinished, name);
  } catch {
    // Only costs time: a test may run with a limit on the size of files, or a full disk.
  }
}

/** @returns the JavaScript of the source of this file */
export function compiled(file, source) {
  const name = keptAs(file, source);
  const known = kept(name);
  if (known !== undefined) return known;
  const { transformSync } = createRequire(import.meta.url)('esbuild');
  const { code } = transformSync(source, { ...options, sourcefile: file });
  keep(name, code);
  return code;
}

/** Compiles what has changed of the folders, all at once: a process that compiles by itself starts esbuild for each file. */
export async function compileFolders(folders) {
  const { transform } = createRequire(import.meta.url)('esbuild');
  const names = folders.flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true }).map((name) => path.join(root, folder, name)),
  );
  const sources = names.filter((name) => /(?<!\.d)\.ts$/.test(name));
  mkdirSync(cache, { recursive: true });
  const before = new Set(readdirSync(cache));
  await Promise.all(
    sources.map(async (file) => {
      const source = readFileSync(file, 'utf8');
      const name = keptAs(file, source);
      if (before.delete(path.basename(name))) return;
      const { code } = await transform(source, { ...options, sourcefile: file });
      keep(name, code);
    }),
  );
  for (const name of before) rmSync(path.join(cache, name), { force: true }); // of earlier sources
}
