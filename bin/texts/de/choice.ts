import type { choice as english } from '../en/choice.ts';
import { form, pictures } from './words.ts';

export const choice: typeof english = {
  points: { promptAlign: 'Prompt', aesthetic: 'Geschmack', styleFit: 'Ähnlichkeit', novelty: 'Neues', technical: 'Technik' },
  meaning: {
    promptAlign: 'wie gut es zeigt, was der Prompt sagt',
    aesthetic: 'wie sehr es den eigenen Geschmack trifft, gelernt aus Bewertungen und Vergleichen',
    styleFit: 'wie ähnlich es den anderen Werken ist',
    novelty: 'wie sehr es sich vom ähnlichsten früheren Werk unterscheidet',
    technical: 'genug Kontrast und nichts ausgebrannt',
  },
  verdict: {
    kept: 'behalten',
    'wild-card': 'ausgelost',
    'runner-up': 'zweitbestes',
    'passed-over': 'nicht behalten',
    rejected: 'aussortiert',
  },
  fault: {
    'nan-black': 'überall dieselbe Farbe',
    blank: 'fast leer',
    'blown-out': 'ausgebrannt',
    duplicate: 'schon vorhanden',
    'not-finite': 'Rechenfehler',
    'subject-absent': 'das Motiv ist nicht zu sehen',
    unsafe: 'unerwünscht',
  },
  seed: 'Seed',
  score: 'Punktzahl',
  kept: ({ n, seed, why }) =>
    n === 1
      ? `1 Bild wurde mit Seed ${seed} gemalt und behalten: ${why}.`
      : `${pictures(n)} wurden gemalt. Das mit Seed ${seed} wurde behalten: ${why}.`,
  unknown: 'der Grund ist nicht bekannt',
  only: 'es gab nichts zu vergleichen',
  first: 'das erste ohne Fehler; verglichen wurden sie nicht',
  onlyGood: 'das einzige ohne Fehler',
  best: ({ score }) => `es hat die höchste Punktzahl, ${score}`,
  tie: ({ score }) => `seine Punktzahl, ${score}, ist so gut wie die höchste, und es ist in mehr Punkten besser`,
  byLot: ({ score }) =>
    `es wurde ausgelost, mit der Punktzahl ${score}. Das geschieht ab und zu mit Absicht, um auch aus anderen als den besten zu lernen`,
  leastBad: 'keines ist ohne Fehler, und es sieht am besten aus',
  several: 'Für eine Auswahl unter mehreren: ai-artist create --candidates 4',
  explain: ({ model }) =>
    `Jedes Bild bekam Punkte: mehr als 0 ist besser als üblich, weniger ist schlechter. Zusammen sind sie seine Punktzahl. ${model} hat die Bilder dafür angesehen.`,
  counts: ({ weight }) => `zählt ${weight}×`,
  usualOfRound: ({ n }) => `verglichen mit ${form(n, { one: 'diesem Bild', other: `diesen ${n} Bildern` })}`,
  usualOfPast: ({ n }) => `verglichen mit ${form(n, { one: 'dem Bild', other: `den ${n} Bildern` })} davor`,
  notCounted: ({ points }) => `Nicht gezählt, weil nicht für jedes Bild messbar: ${points}.`,
  subjectDoubtful: 'Das Motiv ist auf keinem deutlich zu sehen; das galt deshalb nicht als Fehler.',
  notWorth: ({ gain, worth, seconds }) =>
    `Von einem weiteren Bild waren ${gain} Punkte mehr zu erwarten, was ${worth} s wert ist; es zu malen würde ${seconds} s dauern.`,
  without: ({ points, seed }) => `Ohne die Punkte für ${points} wäre Seed ${seed} behalten worden.`,
  wonWithout: ({ points }) => `ohne die Punkte für ${points} schon`,
  or: ' oder ',
  refused: ({ seed, faults }) => `Seed ${seed} wurde aussortiert: ${faults}.`,
};
