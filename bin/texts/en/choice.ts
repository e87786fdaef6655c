/** Why a picture was kept: `why`, and the table of `create`. */
import type { CurationFault, CurationVerdict, TermName } from '../../../lib/curation/index.ts';
import { form, pictures } from './words.ts';

/** What a picture gets points for, in a word: headings of a table. */
const points: Readonly<Record<TermName, string>> = {
  promptAlign: 'prompt',
  aesthetic: 'taste',
  styleFit: 'likeness',
  novelty: 'novelty',
  technical: 'technique',
};

/** The same in some words. */
const meaning: Readonly<Record<TermName, string>> = {
  promptAlign: 'how well it shows what the prompt says',
  aesthetic: 'how much it is to your taste, learned from your ratings and duels',
  styleFit: 'how much it is like your other works',
  novelty: 'how much it differs from the earlier work that is most like it',
  technical: 'enough contrast, and nothing burnt out',
};

const verdict: Readonly<Record<CurationVerdict, string>> = {
  kept: 'kept',
  'wild-card': 'kept by lot',
  'runner-up': 'second best',
  'passed-over': 'not kept',
  rejected: 'refused',
};

const fault: Readonly<Record<CurationFault['fault'], string>> = {
  'nan-black': 'one colour everywhere',
  blank: 'almost empty',
  'blown-out': 'burnt out',
  duplicate: 'there already',
  'not-finite': 'a broken calculation',
  'subject-absent': 'its subject is not to be seen',
  unsafe: 'not wanted',
};

export const choice = {
  points,
  meaning,
  verdict,
  fault,
  seed: 'seed',
  score: 'score',
  kept: ({ n, seed, why }: { n: number; seed: string; why: string }) =>
    n === 1
      ? `1 picture was painted, with seed ${seed}, and kept: ${why}.`
      : `${pictures(n)} were painted. The one with seed ${seed} was kept: ${why}.`,
  unknown: 'nothing is known of the reason',
  only: 'there was nothing to compare it with',
  first: 'the first without a fault; they were not compared',
  onlyGood: 'the only one without a fault',
  best: ({ score }: { score: string }) => `it has the highest score, ${score}`,
  tie: ({ score }: { score: string }) => `its score, ${score}, is as good as the highest, and it is better in more points`,
  byLot: ({ score }: { score: string }) =>
    `it was drawn by lot, with the score ${score}. Now and then this happens on purpose, to learn from another than the best`,
  leastBad: 'none is without a fault, and it looks best',
  several: 'For a choice among several: ai-artist create --candidates 4',
  explain: ({ model }: { model: string }) =>
    `Each picture got points: more than 0 is better than usual, less is worse. Together they are its score. ${model} looked at the pictures for it.`,
  counts: ({ weight }: { weight: string }) => `counts ${weight}×`,
  usualOfRound: ({ n }: { n: number }) => `compared with ${form(n, { one: 'this picture', other: `these ${n} pictures` })}`,
  usualOfPast: ({ n }: { n: number }) => `compared with the ${form(n, { one: 'picture', other: `${n} pictures` })} before`,
  notCounted: ({ points }: { points: string }) => `Not counted, because it could not be measured for every picture: ${points}.`,
  subjectDoubtful: 'The subject is not clearly to be seen in any of them, so this was not counted as a fault.',
  notWorth: ({ gain, worth, seconds }: { gain: string; worth: string; seconds: string }) =>
    `One more picture could be expected to score ${gain} higher, which is worth ${worth} s; painting it would take ${seconds} s.`,
  without: ({ points, seed }: { points: string; seed: number }) => `Without the points for ${points}, seed ${seed} would have been kept.`,
  wonWithout: ({ points }: { points: string }) => `it would have been, without the points for ${points}`,
  or: ' or ',
  refused: ({ seed, faults }: { seed: number; faults: string }) => `Seed ${seed} was refused: ${faults}.`,
};
