/** Homes with a history: works with ledgers, and a schedule with done, failed and missed runs. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { VirtualClock } from '../../lib/core/index.ts';
import { type Ledger, packEmbedding } from '../../lib/curation/index.ts';
import { type Artwork, Gallery } from '../../lib/gallery/index.ts';
import { ArtImage } from '../../lib/image/index.ts';

export const scratch = mkdtempSync(path.join(tmpdir(), 'ai-artist operator 🎨-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

export const begin = Date.parse('2026-11-20T12:00Z');
let count = 0;

export interface Home {
  home: string;
  clock: VirtualClock;
  gallery: Gallery;
}

export function newHome(): Home {
  const home = path.join(scratch, `home ${count++}`);
  const clock = new VirtualClock(begin);
  return { home, clock, gallery: new Gallery({ home, clock }) };
}

const verdictOf = (faults: number): 'kept' | 'rejected' => (faults === 0 ? 'kept' : 'rejected');

/** A round of one kept candidate and `rejected` blank ones, each of `seconds`. `direction`: of its embedding, where CLIP chose. */
export function ledger(seconds: number, { rejected = 0, direction }: { rejected?: number; direction?: number } = {}): Ledger {
  const embedding = direction === undefined ? undefined : packEmbedding(Float32Array.from([Math.cos(direction), Math.sin(direction), 0.2]));
  const candidates = Array.from({ length: rejected + 1 }, (_, index) => {
    const faults = index === rejected ? [] : [{ fault: 'blank' as const, reason: 'one colour' }];
    return {
      seed: index,
      terms: {},
      z: null,
      total: null,
      rank: faults.length === 0 ? 1 : null,
      verdict: verdictOf(faults.length),
      reason: 'made for a test',
      faults,
      wouldHaveWonWithout: [],
      seconds,
      ...(faults.length === 0 && embedding !== undefined && { embedding }),
    };
  });
  return {
    schema: 1,
    curation: embedding === undefined ? 'unscored' : 'clip',
    ...(embedding !== undefined && { model: 'tiny' }),
    weights: { version: '1', values: { promptAlign: 1, aesthetic: 1, styleFit: 1, novelty: 1, technical: 1 } },
    basis: {},
    dropped: [],
    wildCard: false,
    winner: rejected,
    candidates,
  };
}

export function paint({ gallery }: Pick<Home, 'gallery'>, curation: Ledger): Promise<Artwork> {
  const image = new ArtImage({ data: new Uint8Array(8 * 8 * 3).fill(90), width: 8, height: 8, channels: 3 });
  return gallery.add({ image, about: { curation } });
}
