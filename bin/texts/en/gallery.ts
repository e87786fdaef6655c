/** What the commands of the gallery say. */
import { works } from './words.ts';

export const gallery = {
  withoutPictures: 'the list alone',
  noDisplay:
    'no display to open it on (neither DISPLAY nor WAYLAND_DISPLAY is set): this is its path. --with names a program that needs none',
  stats: {
    works: ({ n, starred, trashed }: { n: number; starred: number; trashed: number }) =>
      `${works(n)}, ${starred} starred, ${trashed} in the trash`,
    damaged: ({ n }: { n: number }) => `, ${n} damaged (see: ai-artist gallery verify)`,
    days: ({ first, last }: { first: string; last: string }) => `painted or imported from ${first} to ${last}`,
    rated: ({ mean }: { mean: string }) => `rated ${mean} of 5 on average`,
    ratings: 'ratings',
    notRated: 'not rated',
    months: 'months, in UTC',
    models: 'models',
    loras: 'LoRAs',
    samplers: 'samplers',
    sizes: 'sizes',
    tags: 'tags',
    collections: 'collections',
    more: ({ n }: { n: number }) => `and ${n} more (--json has all)`,
  },
};
