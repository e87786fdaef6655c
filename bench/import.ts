/**
 * Measures the import time of each door of the built package in milliseconds, as ES modules and as CommonJS, and of zod and yargs for comparison:
 * `npm run bench -- import`. `npx tsx bench/import.ts --against FOLDER` measures another built checkout in the same run.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { hardware, hardwareLine } from './hardware.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const runs = 30;
const { values } = parseArgs({ options: { against: { type: 'string' } } });

type Load = readonly [type: 'module' | 'commonjs', code: string];

/** Programs that import each door of a checkout and nothing else. */
function doorsOf(folder: string, mark: string): [name: string, load: Load][] {
  const { exports } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
    exports: Record<string, string | Record<'import' | 'require', { default: string }>>;
  };
  return Object.entries(exports).flatMap(([name, entry]): [string, Load][] => {
    if (typeof entry === 'string') return [];
    const door = path.posix.join('ai-artist', name);
    const [esm, cjs] = [path.join(folder, entry.import.default), path.join(folder, entry.require.default)];
    if (!existsSync(esm)) throw new Error(`${esm}: expected a built package, got nothing. Run: npm run build:ts`);
    return [
      [`${door}${mark}, ESM`, ['module', `await import(${JSON.stringify(pathToFileURL(esm).href)})`]],
      [`${door}${mark}, CommonJS`, ['commonjs', `require(${JSON.stringify(cjs)})`]],
    ];
  });
}

const loads: [name: string, load: Load][] = [
  ...doorsOf(root, ''),
  ...(values.against === undefined ? [] : doorsOf(path.resolve(values.against), ` of ${path.basename(path.resolve(values.against))}`)),
  ['zod, ESM', ['module', "await import('zod')"]],
  ['yargs, ESM', ['module', "await import('yargs')"]],
];

/** Returns elapsed or CPU time, whichever is less, because other processes add waiting time. */
function once([type, code]: Load): number {
  const program = `const [s, b] = [performance.now(), process.cpuUsage()]; ${code}; const u = process.cpuUsage(b);
    console.log(Math.min(performance.now() - s, (u.user + u.system) / 1000))`;
  const { status, stdout, stderr } = spawnSync(process.execPath, [`--input-type=${type}`, '-e', program], { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${code}: ${stderr}`);
  return Number(stdout);
}

const times = loads.map((): number[] => []);
// In turn, so that a machine that slows down affects all of them equally.
for (let run = 0; run < runs; run++) for (const [index, [, load]] of loads.entries()) times[index]?.push(once(load));
console.log(hardwareLine(await hardware()));
for (const [index, [name]] of loads.entries()) {
  const sorted = (times[index] ?? []).sort((a, b) => a - b);
  console.log(`${name.padEnd(40)} best ${sorted[0]?.toFixed(1)} ms, median ${sorted[runs / 2]?.toFixed(1)} ms`);
}
