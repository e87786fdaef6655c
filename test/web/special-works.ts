/** Works with everything that a page has to bear: hostile texts, a ledger, lineage, and files that are gone or damaged. */
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { fillGallery } from './fill.ts';

export const hostile = '<img src=x onerror=alert(1)>';
export const arabic = 'ثعلب في الثلج';
const long = 'a fox in the snow, '.repeat(110);

/** A ledger of three candidates, one of them faulty. */
const ledger = {
  schema: 1,
  curation: 'clip',
  weights: { version: 'default-1', values: { promptAlign: 1, aesthetic: 1, styleFit: 0.5, novelty: 0.25, technical: 0.25 } },
  basis: {},
  dropped: [],
  wildCard: false,
  winner: 1,
  candidates: [
    {
      seed: 1,
      terms: {},
      z: { promptAlign: -0.5, novelty: 0.4 },
      total: -0.4,
      rank: 2,
      verdict: 'runner-up',
      reason: hostile,
      faults: [],
      wouldHaveWonWithout: ['promptAlign'],
    },
    {
      seed: 2,
      terms: {},
      z: { promptAlign: 0.9, novelty: -0.2 },
      total: 0.85,
      rank: 1,
      verdict: 'kept',
      reason: 'highest total, +0.85 of 3',
      faults: [],
      wouldHaveWonWithout: [],
    },
    {
      seed: 3,
      terms: {},
      z: null,
      total: null,
      rank: null,
      verdict: 'rejected',
      reason: 'blank',
      faults: [{ fault: 'blank', reason: 'one colour only' }],
      wouldHaveWonWithout: [],
    },
  ],
};

/** Indices of the special works. */
export const special = { source: 4, hostile: 5, curated: 6, child: 7, hidden: 8, gone: 9, damaged: 10 } as const;

export interface SpecialWorks {
  /** Oldest first. */
  ids: string[];
  /** Path of the files of a work, without ending. */
  fileOf(id: string): string;
}

export async function fillSpecial(folder: string): Promise<SpecialWorks> {
  const files = new Map<string, string>();
  const fileOf = (id: string): string => {
    const file = files.get(id);
    if (file === undefined) throw new Error(`${id}: expected one of these works`);
    return file;
  };
  /** The work that another was made from. */
  let source = '';
  const ids = await fillGallery(folder, {
    works: 40,
    days: 20,
    change: (sidecar, index) => {
      const id = String(sidecar['id']);
      const [year = '', month = ''] = String(sidecar['createdAt']).split('-');
      files.set(id, path.join(folder, year, month, id));
      delete sidecar['rating'];
      const recipe = sidecar['recipe'] as Record<string, unknown>;
      if (index === special.hostile)
        Object.assign(sidecar, {
          title: hostile,
          altText: hostile,
          tags: [hostile],
          collections: [arabic],
          note: hostile,
          licence: { id: 'CC0', url: 'javascript:alert(1)' },
        });
      if (index === special.hostile)
        Object.assign(recipe, { prompt: `${arabic} ${hostile} ${long}`, loras: [{ name: 'ink<b>.safetensors', weight: 0.8 }] });
      if (index === special.curated)
        Object.assign(sidecar, { curation: ledger, candidates: { file: `${id}.candidates.webp`, tile: 64, count: 3 } });
      if (index === special.child) sidecar['derivation'] = { task: 'job-x.0', from: [{ work: source, as: 'recipe' }] };
      if (index === special.source) source = id;
      if (index === special.hidden) sidecar['hidden'] = true;
    },
  });
  const strip = await sharp({ create: { width: 192, height: 64, channels: 3, background: '#b45' } })
    .webp()
    .toBuffer();
  writeFileSync(`${fileOf(ids[special.curated] ?? '')}.candidates.webp`, strip);
  rmSync(`${fileOf(ids[special.gone] ?? '')}.png`);
  writeFileSync(`${fileOf(ids[special.damaged] ?? '')}.json`, '{"schema": 1, "id": ');
  return { ids, fileOf };
}
