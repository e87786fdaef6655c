#!/usr/bin/env node
/**
 * The API reference, from the docstrings of what package.json exports: `npm run docs:api` writes it to dist-docs/api/. With `-- --check` it
 * writes nothing. Both fail on a {@link} that leads nowhere and on a @param or tag that is wrong.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const tool = path.join(root, 'scripts/api-reference');
const { values } = parseArgs({ options: { check: { type: 'boolean' } } });

/** The source of each public entry point: dist/esm/x.d.ts is made from lib/x.ts. */
function entryPoints() {
  const { exports } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  return Object.values(exports).flatMap((target) => {
    const types = target.import?.types;
    if (types === undefined) return [];
    const source = types.replace(/^\.\/dist\/esm\/(.+)\.d\.ts$/, 'lib/$1.ts');
    if (!existsSync(path.join(root, source)))
      throw new Error(`package.json exports ${types}: expected its source ${source}, which is not there`);
    return [source];
  });
}

function run(command, args, cwd = root) {
  const { status, error } = spawnSync(command, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'], shell: process.platform === 'win32' });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

if (!existsSync(path.join(tool, 'node_modules/typedoc'))) run('npm', ['ci', '--no-audit', '--no-fund', '--silent'], tool);
run(process.execPath, [
  path.join(tool, 'node_modules/typedoc/bin/typedoc'),
  ...['--tsconfig', path.join(tool, 'tsconfig.json')],
  ...['--options', path.join(tool, 'typedoc.json')],
  ...entryPoints().flatMap((file) => ['--entryPoints', file]),
  ...(values.check ? ['--emit', 'none'] : ['--out', path.join(root, 'dist-docs/api')]),
]);
