import type { advice as english } from '../en/advice.ts';

export const advice: typeof english = {
  measuring: 'misst einmal, wie schnell dieser Rechner ist: einige Sekunden …',
  wish: { photo: 'Fotos', illustration: 'Illustrationen', speed: 'Tempo', small: 'wenig Speicher' },
  model: 'Modell',
  for: 'für',
  download: 'Download-Größe',
  memory: 'Arbeitsspeicher',
  picture: 'je Bild',
  command: 'Befehl',
  licence: 'Lizenz',
  nothing: 'nichts passt in den Speicher',
  seconds: ({ figure }) => `${figure} s`,
  minutes: ({ figure }) => `${figure} Min.`,
  hours: ({ figure }) => `${figure} Std.`,
  perPicture: ({ time }) => `${time} je Bild`,
  unknown: 'unbekannt',
  take: 'am besten dieses',
  tooLarge: 'braucht mehr Speicher, als hier benutzt werden kann',
  tooSlow: ({ time }) => `dauert länger als ${time}`,
  gated: 'braucht ein Konto und angenommene Bedingungen (HF_TOKEN)',
  alsoGood: 'ginge auch',
  slow: ({ name, time }) => `nichts, was passt, malt hier in ${time}; ${name} ist am schnellsten. Andere Grenze: --seconds`,
  machine: ({ bytes, teraflops, day }) =>
    `Modelle können hier ${bytes} Speicher benutzen, und der Rechner schafft bis zu ${teraflops} TFLOP/s (gemessen ${day}).`,
  memoryOnly: ({ bytes }) => `Modelle können hier ${bytes} Speicher benutzen.`,
  busy: ({ percent }) =>
    `Andere Programme belegten bei dieser Messung ${percent} % der Prozessoren; für einen ruhigen Rechner sind die Zeiten zu lang. Neu messen: ai-artist models recommend --measure`,
  estimated: 'Zeiten mit ~ sind aus dem Rechenaufwand geschätzt, für Größe und Schritte des jeweiligen Modells (docs/models.md).',
  larger: ({ name, bytes, memory, time }) =>
    `Das mitgelieferte Modell ist klein. ${name} passt auf diesen Rechner (${[`Download ${bytes}`, `${memory} Arbeitsspeicher`, ...(time ? [time] : [])].join(', ')}): ai-artist models pull ${name}. Andere: ai-artist models recommend. Dieser Hinweis kommt einmal.`,
  judged: 'Die Reihenfolge für Fotos und Illustrationen ist unser Urteil, nicht gemessen. Andere, und warum: --for photo',
};
