/**
 * Measures a gallery of 1,000, 10,000 and 100,000 works (or of the given sizes): the time of a page, a search and a semantic search, and
 * the memory used. `npm run bench gallery`, or `tsx bench/gallery/gallery.ts 100000 --one-folder`.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { fillGallery } from '../../lib/bench/tasks/filled-gallery.ts';
import { hardware, hardwareLine } from '../hardware.ts';

/** Limits in milliseconds and MB. */
const limits: Record<string, number> = {
  open: 1000,
  list: 50,
  deep: 50,
  rating: 50,
  rare: 100,
  common: 100,
  words: 100,
  setting: 100,
  range: 100,
  tag: 100,
  semantic: 150,
  both: 150,
  memory: 300,
};

const args = process.argv.slice(2);
const oneFolder = args.includes('--one-folder');
const sizes = args.filter((arg) => /^\d+$/.test(arg)).map(Number);
const measure = fileURLToPath(new URL('measure.ts', import.meta.url));

function run(folder: string, part: string): Record<string, number> {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', measure, folder, part], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${part}: ended with ${status}: ${stderr}`);
  return JSON.parse(stdout) as Record<string, number>;
}

console.log(hardwareLine(await hardware()));
const columns: Record<string, number>[] = [];
for (const size of sizes.length > 0 ? sizes : [1000, 10_000, 100_000]) {
  const folder = mkdtempSync(path.join(tmpdir(), 'ai-artist-bench-gallery-'));
  try {
    const started = performance.now();
    await fillGallery(folder, size, oneFolder);
    process.stderr.write(`${size} works written in ${Math.round((performance.now() - started) / 1000)} s\n`);
    columns.push({ ...run(folder, 'build'), ...run(folder, 'read'), ...run(folder, 'write') });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
for (const name of Object.keys(columns[0] ?? {})) {
  const values = columns.map((column) => (column[name] ?? Number.NaN).toFixed((column[name] ?? 0) < 10 ? 1 : 0).padStart(9));
  const limit = limits[name];
  const over = limit !== undefined && columns.some((column) => (column[name] ?? 0) > limit);
  console.log(`${name.padEnd(14)}${values.join('')}${limit === undefined ? '' : `   limit ${limit}${over ? '  OVER' : ''}`}`);
}
