/**
 * Kills processes with kill -9, 200 times, at random moments, while two at a time file and rate works in one gallery:
 * `tsx bench/crash/crash.ts [COUNT] [SEED]`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { crash } from '../../test/gallery/crash.ts';

const [count = '200', seed = '1'] = process.argv.slice(2);
const folder = mkdtempSync(path.join(tmpdir(), 'ai-artist-crash-'));
try {
  const started = performance.now();
  const { kills, added, rated, lost, orphans } = await crash(folder, Number(count), { parallel: 2, seed: Number(seed) });
  for (const line of lost) console.log(`LOST ${line}`);
  console.log(
    `${kills} kills, ${added} works and ${rated} ratings acknowledged, ${lost.length} lost or half, ${orphans} pictures of works that were being filed; ${Math.round((performance.now() - started) / 1000)} s`,
  );
  process.exitCode = lost.length === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
