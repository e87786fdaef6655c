/** Repeatedly kills a program that files and rates works, and checks that nothing acknowledged is lost or partial. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { seededRandom } from '../../lib/core/index.ts';
import { Gallery, verifyGallery } from '../../lib/gallery/index.ts';
import { typescript } from '../support/run-source.ts';

export interface CrashReport {
  kills: number;
  /** Works and ratings that were acknowledged. */
  added: number;
  rated: number;
  /** Descriptions of faults; empty: none. */
  lost: string[];
  /** Pictures without a record: works that were being filed. Adopted at the end. */
  orphans: number;
}

interface Said {
  ready?: true;
  added?: string;
  prompt?: string;
  rated?: string;
  rating?: number;
}

/** Runs the program, kills it with -9 some milliseconds after it is ready, and returns its output. */
function killed(folder: string, round: number, afterMs: number): Promise<Said[]> {
  const file = fileURLToPath(new URL('crash-program.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', typescript, file, folder, String(round)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [text, errors] = ['', ''];
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  return new Promise((resolve, reject) => {
    let isReady = false;
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (isReady || !text.includes('"ready"')) return;
      isReady = true;
      setTimeout(() => child.kill('SIGKILL'), afterMs);
    });
    child.on('error', reject);
    child.on('close', (_, signal) => {
      if (signal !== 'SIGKILL') return reject(new Error(`round ${round}: ended by itself: ${errors}`));
      const lines = text.split('\n');
      lines.pop(); // cut off, or empty
      resolve(lines.map((line) => JSON.parse(line) as Said));
    });
  });
}

/** @param kills how many; `parallel` of them run at the same time on the same gallery */
export async function crash(folder: string, kills: number, { parallel = 1, seed = 1 } = {}): Promise<CrashReport> {
  const random = seededRandom(seed);
  const report: CrashReport = { kills: 0, added: 0, rated: 0, lost: [], orphans: 0 };
  const prompts = new Map<string, string>();
  const ratings = new Map<string, number>();
  while (report.kills < kills) {
    const now = Math.min(parallel, kills - report.kills);
    const said = await Promise.all(Array.from({ length: now }, (_, at) => killed(folder, report.kills + at, Math.floor(random() * 150))));
    report.kills += now;
    for (const { added, prompt = '', rated, rating = 0 } of said.flat()) {
      if (added !== undefined) prompts.set(added, prompt);
      if (rated !== undefined) ratings.set(rated, rating);
      report.added += added === undefined ? 0 : 1;
      report.rated += rated === undefined ? 0 : 1;
    }
  }
  const gallery = new Gallery({ folder });
  for (const [id, prompt] of prompts) {
    const work = await gallery.get(id).catch((error: unknown) => String(error));
    if (typeof work === 'string') report.lost.push(work);
    else {
      const rating = ratings.get(id) ?? 0;
      if (work.recipe?.prompt !== prompt) report.lost.push(`${id}: expected ${prompt}, got ${work.recipe?.prompt}`);
      // An unfinished change may be present or not; an acknowledged one must be.
      if ((work.rating ?? 0) < rating || (work.tags?.length ?? 0) !== (work.rating ?? 0))
        report.lost.push(`${id}: rating ${rating} acknowledged, got ${work.rating}, tags ${work.tags}`);
    }
  }
  const indexed = new Set(await gallery.select(''));
  for (const id of prompts.keys()) if (!indexed.has(id)) report.lost.push(`${id}: not in the index`);
  const { findings } = await verifyGallery(gallery);
  for (const { kind, path, message } of findings) {
    if (kind === 'orphan') report.orphans++;
    else report.lost.push(`${kind}: ${path}: ${message}`);
  }
  for (const { kind, path } of findings)
    if (kind === 'orphan' && path.endsWith('.png') && !path.includes('.candidates.')) await gallery.adopt(path);
  return report;
}
