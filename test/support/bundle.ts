/** TypeScript programs as plain JavaScript: without a loader they start in a fraction of the time, and also as worker threads. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

/**
 * Compiles each program to `<its name>.mjs` in a new folder, which is removed at the end of the process. The folder is below the package's root, where
 * the library finds its files and the imports of packages resolve. What these programs run is not counted in the coverage.
 *
 * @returns the folder
 */
export function bundle(what: string, programs: readonly URL[]): string {
  const build = fileURLToPath(new URL('../../build/', import.meta.url));
  mkdirSync(build, { recursive: true });
  const folder = mkdtempSync(path.join(build, `${what}-`));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  buildSync({
    entryPoints: programs.map((program) => fileURLToPath(program)),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    logLevel: 'warning',
  });
  return folder;
}
