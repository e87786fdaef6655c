/** Works of an artist that chose among candidates for months, with runs of its schedule. */
import path from 'node:path';
import { seededRandom } from '../../lib/core/index.ts';
import { type HistoryRecord, ScheduleStore } from '../../lib/schedule/index.ts';
import { fillGallery } from './fill.ts';

const dayMs = 86_400_000;
export const liked = 'ink drawing';
export const hostileStyle = '=cmd|"<img src=x onerror=alert(1)>" لوحة';
export const hostileTopic = `@SUM(A1) ${'very long '.repeat(200)}`;

const weights = { version: 'default-1', values: { promptAlign: 1, aesthetic: 0, styleFit: 0, novelty: 0, technical: 0 } };

/** Four candidates: the first is lower by `gain` than the second, which is kept; the last one is blank. */
function ledger(index: number, gain: number): Record<string, unknown> {
  const candidate = (at: number, value: number, verdict: string) => ({
    ...{ seed: 10 * index + at, terms: { promptAlign: value, technical: 0.5 + value / 10 }, z: null, reason: 'x', wouldHaveWonWithout: [] },
    ...{ seconds: 2 + at / 10, rank: null, verdict, total: verdict === 'rejected' ? null : value },
    faults: verdict === 'rejected' ? [{ fault: 'blank', reason: 'x' }] : [],
  });
  const first = 0.2 + (index % 7) / 100;
  return {
    ...{ schema: 1, curation: 'clip', weights, dropped: [], wildCard: false, winner: 1 },
    basis: { promptAlign: { from: 'batch', mean: 0, deviation: 1, n: 3 } },
    candidates: [
      candidate(0, first, 'runner-up'),
      candidate(1, first + gain, 'kept'),
      candidate(2, first - 0.02, 'passed-over'),
      candidate(3, 0.1, 'rejected'),
    ],
  };
}

const run = (index: number, endedAt: number): HistoryRecord => ({
  id: `r${index}`,
  jobId: 'j1',
  jobName: 'daily',
  outcome: index % 5 === 4 ? 'failed' : 'done',
  kind: 'scheduled',
  ...{ dueAt: endedAt - 60_000, startedAt: endedAt - 50_000, endedAt, seconds: 50, attempts: 1, lastDueAt: endedAt - 60_000 },
  ...{ works: { done: 1, due: 1 }, code: null, message: null, results: [], count: 1 },
});

/** Fills a home; the last work is of today. Works of the style {@link liked} have better ratings. */
export async function fillDecided(home: string, { works, days }: { works: number; days: number }): Promise<string[]> {
  const random = seededRandom(3);
  const [now, start] = [Date.now(), Date.now() - days * dayMs];
  const ids = await fillGallery(path.join(home, 'gallery'), {
    ...{ works, days, start },
    change: (sidecar, index) => {
      const style = [liked, 'oil', hostileStyle, 'linocut'][index % 4] as string;
      const topic = index % 6 === 0 ? hostileTopic : ['animals', 'harbours'][index % 2];
      sidecar['derivation'] = { style, topic, subject: `s${index}`, period: index < works / 2 ? 'p1' : 'p2' };
      if (index % 9 !== 8) sidecar['curation'] = ledger(index, 0.03 + random() / 50);
      delete sidecar['rating'];
      if (index % 3 !== 2) sidecar['rating'] = style === liked ? 4 + Math.round(random()) : 2 + Math.floor(random() * 2);
    },
  });
  await new ScheduleStore(home).change((state) => {
    for (let index = 0; index < 20; index++) state.history.push(run(index, now - (20 - index) * dayMs));
  });
  return ids;
}
