import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
const tsc = path.join(root, 'node_modules/typescript/bin/tsc');

/** Runs Node in a folder. */
export function node(folder: string, args: readonly string[]): { status: number | null; text: string } {
  const { NODE_V8_COVERAGE: _, ...env } = process.env; // measuring coverage would double the times measured here
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, env, encoding: 'utf8' });
  return { status, text: (stdout + stderr).trim() };
}

/** An empty project in which this package is installed, but for dist/, with two programs that use it. */
export function makeProject(): string {
  const project = realpathSync(mkdtempSync(path.join(tmpdir(), 'ai-artist-consumer-')));
  const installed = path.join(project, 'node_modules/ai-artist');
  mkdirSync(installed, { recursive: true });
  copyFileSync(path.join(root, 'package.json'), path.join(installed, 'package.json'));
  const { dependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { dependencies: Record<string, string> };
  for (const name of [...Object.keys(dependencies), '@types']) {
    const link = path.join(project, 'node_modules', name);
    mkdirSync(path.dirname(link), { recursive: true });
    symlinkSync(path.join(root, 'node_modules', name), link, 'junction');
  }
  // What is neither compiled by the build nor JavaScript, for programs that paint.
  for (const name of ['build', 'models', 'vocab']) symlinkSync(path.join(root, name), path.join(installed, name), 'junction');
  for (const name of ['consumer.mts', 'consumer.cts']) copyFileSync(path.join(root, 'test/types', name), path.join(project, name));
  return project;
}

const strict = [
  '--noEmit',
  '--strict',
  '--exactOptionalPropertyTypes',
  '--noUncheckedIndexedAccess',
  '--target',
  'es2022',
  '--lib',
  'es2023,esnext.disposable',
  '--types',
  'node',
];

/** Compiles files of a project as strictly as TypeScript can. */
export const compile = (project: string, args: readonly string[]): { status: number | null; text: string } =>
  node(project, [tsc, ...strict, ...args]);
