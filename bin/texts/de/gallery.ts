import type { gallery as english } from '../en/gallery.ts';
import { works } from './words.ts';

export const gallery: typeof english = {
  withoutPictures: 'nur die Liste',
  noDisplay:
    'keine Anzeige, um es zu öffnen (weder DISPLAY noch WAYLAND_DISPLAY ist gesetzt): das ist sein Pfad. --with nennt ein Programm, das keine braucht',
  stats: {
    works: ({ n, starred, trashed }) => `${works(n)}, ${starred} mit Stern, ${trashed} im Papierkorb`,
    damaged: ({ n }) => `, ${n} beschädigt (siehe: ai-artist gallery verify)`,
    days: ({ first, last }) => `gemalt oder importiert vom ${first} bis zum ${last}`,
    rated: ({ mean }) => `im Durchschnitt mit ${mean} von 5 bewertet`,
    ratings: 'Bewertungen',
    notRated: 'nicht bewertet',
    months: 'Monate, in UTC',
    models: 'Modelle',
    loras: 'LoRAs',
    samplers: 'Sampler',
    sizes: 'Größen',
    tags: 'Schlagwörter',
    collections: 'Sammlungen',
    more: ({ n }) => `und ${n} weitere (alle mit --json)`,
  },
};
