import type { training as english } from '../en/training.ts';
import { form } from './words.ts';

const runs = (n: number): string => `${n} ${form(n, { one: 'Training', other: 'Trainings' })}`;

export const training: typeof english = {
  kept: {
    running: 'läuft gerade',
    unfinished: 'kann fortgesetzt werden: --unfinished löscht es auch',
    recent: 'ist jünger',
    'lora-gone': 'seine LoRA ist weg, und die Zwischenstände sind alles, was es gibt: train remove',
  },
  keeps: ({ name, why }) => `${name} bleibt: ${why}`,
  cache: ({ bytes }) => `${bytes} kodierte Bilder, die bei Bedarf neu kodiert werden`,
  cacheInUse: 'kodierte Bilder bleiben: ein Training läuft',
  freed: ({ n, bytes }) => `${runs(n)} gelöscht, ${bytes} frei geworden; LoRAs bleiben`,
  wouldFree: ({ n, bytes }) => `würde ${runs(n)} löschen und ${bytes} frei machen; LoRAs bleiben`,
};
