/** The smallest possible training: 64 pixels, rank 2, attention layers of the bundled model. */
import { mkdir } from 'node:fs/promises';
import type { TrainLoraOptions } from '../../lib/train/index.ts';
import { PictureFolder } from './support.ts';

/** Makes a folder with captioned pictures in `pictures`; other files go beside it. */
export async function tinyFolder(count = 3): Promise<PictureFolder> {
  const folder = await PictureFolder.make();
  await mkdir(folder.at('pictures'));
  for (let at = 0; at < count; at++) {
    await folder.picture(`pictures/p${at}.png`, { seed: at + 1 });
    await folder.write(`pictures/p${at}.txt`, `flat sticker of a fox, number ${at}`);
  }
  return folder;
}

export function tinyOptions(folder: PictureFolder, name = 'tiny'): TrainLoraOptions {
  return {
    data: folder.at('pictures'),
    licence: 'own',
    home: folder.at('home'),
    runFolder: folder.at(`runs/${name}`),
    name,
    resolution: 64,
    batchSize: 1,
    steps: 6,
    seed: 11,
    threads: 1,
    network: { rank: 2, targets: 'attention' },
    samples: { every: 0 },
    checkpoints: { every: 2 },
  };
}
