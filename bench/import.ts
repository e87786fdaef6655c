/**
 * Measures the import time of the built package in milliseconds, as ES modules and as CommonJS, and of zod and yargs for comparison:
 * `npm run bench -- import`.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { hardware, hardwareLine } from './hardware.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const runs = 30;
const loads: Record<string, [type: string, code: string]> = {
  'ai-artist, ES modules': ['module', "await import('./dist/esm/index.js')"],
  'ai-artist, CommonJS': ['commonjs', "require('./dist/cjs/index.cjs')"],
  'zod, ES modules': ['module', "await import('zod')"],
  'yargs, ES modules': ['module', "await import('yargs')"],
};

/** Returns elapsed or CPU time, whichever is less, because other processes add waiting time. */
function once([type, code]: [string, string]): number {
  const program = `const [s, b] = [performance.now(), process.cpuUsage()]; ${code}; const u = process.cpuUsage(b);
    console.log(Math.min(performance.now() - s, (u.user + u.system) / 1000))`;
  return Number(spawnSync(process.execPath, [`--input-type=${type}`, '-e', program], { cwd: root, encoding: 'utf8' }).stdout);
}

const times = Object.fromEntries(Object.keys(loads).map((name) => [name, [] as number[]]));
// In turn, so that a machine that slows down affects all of them equally.
for (let run = 0; run < runs; run++) for (const [name, load] of Object.entries(loads)) times[name]?.push(once(load));
console.log(hardwareLine(hardware()));
for (const [name, all] of Object.entries(times)) {
  const sorted = all.sort((a, b) => a - b);
  console.log(`${name.padEnd(24)} best ${sorted[0]?.toFixed(1)} ms, median ${sorted[runs / 2]?.toFixed(1)} ms`);
}
