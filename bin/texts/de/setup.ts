import type { setup as english } from '../en/setup.ts';

export const setup: typeof english = {
  bundledOffer: 'bundled: kleine Bilder, geht sofort',
  offer: ({ name, wish, size, time }) => `${name}: hier am besten für ${wish}, ${size} herunterzuladen, ${time} je Bild`,
  askModel: ({ now }) => `Welches Modell? Ein Kurzname, eine Datei oder bundled [${now}] `,
  askSchedule: ({ now }) => `Wann soll es von selbst malen? Etwa daily 09:00, every 6h oder none [${now}] `,
  askPublish: ({ networks }) => `Später in einem Netzwerk veröffentlichen? ${networks} oder none [none] `,
  jobsThere: ({ n }) => `${n} vorhanden, behalten`,
  wrong: ({ why }) => `Das geht nicht: ${why}`,
  home: ({ home }) => `Bilder, Modelle und Einstellungen: ${home} (anderswo: AI_ARTIST_HOME oder --home)`,
  settings: ({ path }) => `Einstellungen: ${path}`,
  job: ({ id, timing, next }) => `${id}: ${timing}; das nächste Mal ${next}`,
  jobKnown: ({ id, timing }) => `${id} malt schon ${timing}`,
  gated: ({ name }) => `${name} verlangt eine Zustimmung: die Bedingungen auf seiner Seite annehmen und HF_TOKEN setzen`,
  next: 'Jetzt:',
};
