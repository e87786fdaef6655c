#!/usr/bin/env node
/** clang-format over native/ (not native/vendor): `node scripts/format-native.mjs [--write]`; without --write it fails where a file differs. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const clangFormat = createRequire(import.meta.url).resolve('clang-format-node/build/cli.js');
const write = process.argv.includes('--write');

const files = readdirSync(path.join(root, 'native'), { recursive: true })
  .map((name) => path.join('native', name))
  .filter((name) => /\.(cpp|h|mm)$/.test(name) && !name.startsWith(path.join('native', 'vendor')))
  .sort();

const flags = write ? ['-i'] : ['--dry-run', '--Werror'];
const { status, error } = spawnSync(process.execPath, [clangFormat, ...flags, ...files], { cwd: root, stdio: 'inherit' });
if (error) throw error;
if (status !== 0) console.error('format-native: expected the form of .clang-format. Run: npm run format');
else console.error(`format-native: ${files.length} files ${write ? 'formatted' : 'checked'}`);
process.exitCode = status ?? 1;
