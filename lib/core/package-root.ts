import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ArtistError } from './errors.ts';

const packageName = 'ai-artist';
const here = fileURLToPath(import.meta.url); // the CJS build replaces import.meta.url
let found: string | undefined;

function isRoot(folder: string): boolean {
  const manifest = path.join(folder, 'package.json');
  if (!existsSync(manifest)) return false;
  const content: unknown = JSON.parse(readFileSync(manifest, 'utf8'));
  return typeof content === 'object' && content !== null && 'name' in content && content.name === packageName;
}

/**
 * The folder that holds this package's package.json, models/ and vocab/: the same from lib/ (under tsx), dist/esm and dist/cjs.
 *
 * @throws ArtistError ERR_INTERNAL: the package's files were separated, for example by a bundler
 */
export function packageRoot(): string {
  if (found !== undefined) return found;
  for (let folder = path.dirname(here); ; folder = path.dirname(folder)) {
    if (isRoot(folder)) {
      found = folder;
      return folder;
    }
    if (folder === path.dirname(folder)) break;
  }
  throw new ArtistError(
    'ERR_INTERNAL',
    `packageRoot: expected a package.json named ${packageName} above ${here}, got none. Leave ${packageName} out of your bundle (external).`,
  );
}

/** The version of this package; "unknown" where its package.json has none. */
export function packageVersion(): string {
  const manifest = JSON.parse(readFileSync(path.join(packageRoot(), 'package.json'), 'utf8')) as { version?: string };
  return manifest.version ?? 'unknown';
}

/**
 * The file of a program of this package that runs in a process or thread of its own: `entryFile('engine/isolation/child')` is lib/….ts where the
 * source runs and dist/esm/….js in both builds. scripts/build.mjs lists these programs.
 */
export function entryFile(name: string): string {
  const source = here.endsWith('.ts');
  return path.join(packageRoot(), ...(source ? ['lib', `${name}.ts`] : ['dist', 'esm', `${name}.js`]));
}

/** A program of entryFile(), and the Node flags it runs with: `fork(file, [], { execArgv })`. */
export function childProgram(name: string): { file: string; execArgv: string[] } {
  const file = entryFile(name);
  return { file, execArgv: file.endsWith('.ts') ? loaderFlags(process.execArgv) : [] };
}

/** Running TypeScript source needs this process's loaders, but not its debugger port. */
function loaderFlags(execArgv: readonly string[]): string[] {
  const kept: string[] = [];
  for (let index = 0; index < execArgv.length; index++) {
    const flag = execArgv[index] ?? '';
    if (/^(--import|--require|-r|--loader)$/.test(flag)) kept.push(flag, execArgv[++index] ?? '');
    else if (/^--(import|require|loader)=/.test(flag)) kept.push(flag);
  }
  return kept;
}
