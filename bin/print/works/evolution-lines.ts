import type { EvolutionRow } from '../../../lib/artist/index.ts';
import { decimal, t } from '../../texts/texts.ts';

const words = t.measure.evolution;
const range = ([low, high]: readonly [number, number]): string => t.measure.range({ low: decimal(low, 3), high: decimal(high, 3) });

/** A row of `measure evolution`: how the works of a time span are alike, and how they differ from those before. */
export function evolutionLines({ span, works, consistency, novelty, toPrevious, score, styles }: EvolutionRow): string[] {
  const prompt = (mean: number): string => words.prompt({ value: decimal(mean, 3) });
  const shares = styles.map(({ name, share, score: mean }) => {
    const part = words.share({ style: name, percent: Math.round(100 * share) });
    return mean === undefined ? part : `${part} (${prompt(mean)})`;
  });
  const facts = [
    words.works({ n: works }),
    ...(consistency ? [words.likeness({ value: decimal(consistency.mean, 3), range: range(consistency.interval) })] : []),
    ...(toPrevious ? [words.toPrevious({ value: decimal(toPrevious.cosine, 3), range: range(toPrevious.interval) })] : []),
    ...(novelty ? [words.novelty({ value: decimal(novelty.mean, 3) })] : []),
    ...(score ? [prompt(score.mean)] : []),
  ];
  return [`${span.padEnd(9)} ${facts.join('; ')}`, ...(shares.length > 0 ? [`          ${shares.join(', ')}`] : [])];
}
