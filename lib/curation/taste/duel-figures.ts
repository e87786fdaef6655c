/** What a person's duels say, counted. */

/** How often something was shown in a duel, and how often it was preferred. */
export interface DuelScore {
  name: string;
  won: number;
  seen: number;
}

export interface DuelFigures {
  /** By id; the most often preferred of all that were shown first. */
  works: DuelScore[];
  /** Of tags that only one of the two works has: the others say nothing. */
  tags: DuelScore[];
}

/** Laplace's rule: one win in one duel counts less than nine in ten. */
const share = ({ won, seen }: DuelScore): number => (won + 1) / (seen + 2);
const ranked = (scores: ReadonlyMap<string, DuelScore>): DuelScore[] =>
  [...scores.values()].sort((a, b) => share(b) - share(a) || b.seen - a.seen || (a.name < b.name ? -1 : 1));

function count(scores: Map<string, DuelScore>, name: string, hasWon: boolean): void {
  const score = scores.get(name) ?? { name, won: 0, seen: 0 };
  score.seen++;
  if (hasWon) score.won++;
  scores.set(name, score);
}

/** @param tagsOf tags of a work; undefined: it is no longer in the gallery, and its duels do not count */
export function duelFigures(
  duels: readonly { winner: string; loser: string }[],
  tagsOf: (id: string) => readonly string[] | undefined,
): DuelFigures {
  const works = new Map<string, DuelScore>();
  const tags = new Map<string, DuelScore>();
  for (const { winner, loser } of duels) {
    const [better, worse] = [tagsOf(winner), tagsOf(loser)];
    if (!better || !worse) continue;
    count(works, winner, true);
    count(works, loser, false);
    for (const tag of better) if (!worse.includes(tag)) count(tags, tag, true);
    for (const tag of worse) if (!better.includes(tag)) count(tags, tag, false);
  }
  return { works: ranked(works), tags: ranked(tags) };
}
