import type { taste as english } from '../en/taste.ts';
import { form } from './words.ts';

const duels = (n: number): string => `${n} ${form(n, { one: 'Vergleich', other: 'Vergleiche' })}`;

export const taste: typeof english = {
  ratings: ({ n }) => `der eigene Geschmack, gelernt aus ${n} ${form(n, { one: 'Bewertung', other: 'Bewertungen' })}`,
  duels: ({ n }) => `der eigene Geschmack, gelernt aus ${n} ${form(n, { one: 'Vergleich', other: 'Vergleichen' })}`,
  seenBy: ({ model }) => ` von Bildern, wie ${model} sie sieht`,
  guesses: ({ unseen, seen }) =>
    `von dem, was die Bewertungen unterscheidet, errät er ${unseen} % bei einem neuen Bild und ${seen} % bei denen, aus denen er gelernt wurde`,
  guessesNothing: 'er kann noch nicht erraten, wie ein neues Bild bewertet würde: mehr Werke bewerten und die ganze Skala dabei nutzen',
  decides: ({ percent }) =>
    `er entscheidet ${percent} % dieser Vergleiche ebenso; bei wenigen Vergleichen sagt das wenig, weil er aus denselben gelernt wurde`,
  posts: ({ n, weight }) =>
    `gelernt auch aus den Beiträgen zu ${n} ${form(n, { one: 'Werk', other: 'Werken' })} (jedes zählt ${weight}× so viel)`,
  postsExplain: ({ percent }) => `die Bilder erklären ${percent} % dessen, was die Beiträge gebracht haben`,
  postsExplainNothing: 'die Bilder erklären nicht, was die Beiträge gebracht haben: daraus ist nur Zufall zu lernen',
  postsHarm: ({ percent }) => `ohne die Beiträge würden die Bewertungen besser erraten (${percent} %): ihnen weniger Gewicht geben`,
  question: 'Welches ist besser? 1, 2 oder die Eingabetaste für keines:',
  better: ({ winner, loser, n }) => `${winner} ist besser als ${loser}: bisher ${duels(n)}. Daraus lernen: ai-artist taste train`,
  neither: 'keines wurde gewählt, und nichts ist festgehalten',
};
