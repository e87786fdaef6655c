import type { painting as english } from '../../en/painting/painting.ts';
import { form, works } from '../words.ts';

export const painting: typeof english = {
  loading: 'lädt das Modell',
  loadingUpscaler: 'lädt den Vergrößerer',
  readingPrompt: 'liest den Prompt',
  readingPicture: 'liest das Bild',
  painting: ({ place }) => `malt${place}`,
  developing: ({ place }) => `entwickelt${place}`,
  enlarging: 'vergrößert',
  converting: 'wandelt um',
  of: ({ n, all }) => ` ${n} von ${all}`,
  again: ({ n }) => ` noch einmal (${n})`,
  subject: ({ prompt }) => `Motiv: ${prompt}`,
  rejected: ({ seed, reason }) => `Kandidat mit Seed ${seed} verworfen: ${reason}`,
  known: 'genau dieses Bild ist schon in der Galerie und wurde nicht noch einmal abgelegt (mit --allow-duplicate schon)',
  lastResort:
    'kein Kandidat bestand die Prüfungen; der beste davon wurde behalten. Andere Seeds, mehr --steps oder ein anderes --cfg-scale versuchen',
  created: (facts) =>
    `${facts.title}: ${facts.work === undefined ? '' : `Werk ${facts.work}, `}Seed ${facts.seed}, ${facts.size}, ${facts.times}, ${facts.on}; Auswahl: ${facts.curation} (${facts.n} gemalt)`,
  on: ({ model, device }) => `${model} auf ${device}`,
  generated: (facts) =>
    `Seed ${facts.seeds}, ${facts.size}, ${facts.steps} ${form(facts.steps, { one: 'Schritt', other: 'Schritte' })}, ${facts.times}, ${facts.on}`,
  filed: ({ id, name, seed }) => `Werk ${id}: ${name}, Seed ${seed}`,
  enlarged: ({ id, size, times }) => `${id === undefined ? '' : `Werk ${id}, `}${size}, ${times}`,
  inList: ({ line, title, id, times }) => `Zeile ${line}: ${title}, Werk ${id}, ${times}`,
  lineFailed: ({ line, why }) => `Zeile ${line}: ${why}`,
  listed: ({ now, there, id, name }) => `${works(now)} gemalt${there > 0 ? `, ${there} schon da` : ''}: Serie ${id} (${name})`,
  anew: ({ id }) => `Um alle neu zu malen: ai-artist series end ${id}`,
  tryAgain: ({ failed }) => `${failed}. Derselbe Befehl versucht sie noch einmal`,
};
