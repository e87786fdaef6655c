import { mostAlike } from '../../../lib/artist/index.ts';
import { novelty, vendiScore } from '../../../lib/curation/index.ts';
import { alignColumns } from '../../print/ledger-table.ts';
import { command } from '../../shell/command.ts';
import { decimal, t } from '../../texts/texts.ts';
import { embeddedWorks, queryPositional, workFlags } from './works.ts';

const words = t.measure.diversity;

/** The most similar pair is searched among at most this many works, by all pairs. */
const mostForPairs = 2000;

export const measureDiversityCommand = command({
  optional: queryPositional,
  flags: workFlags,
  examples: [
    ['$0 measure diversity', 'All works'],
    ['$0 measure diversity --last 30', 'The last thirty; a falling value with rising style means repetition'],
  ],
  epilogue:
    'different (vendi in --json): effective number of different pictures, from 1 to all. novelty: 1 - cosine with the nearest earlier work, mean over the works; 0 is a copy.',
  run: async ({ query = '', last, clip }, context) => {
    const { lists, model } = await embeddedWorks([query], { last, clip }, 2, context);
    const works = lists[0] ?? [];
    const oldestFirst = works.map(({ embedding }) => embedding).reverse();
    const steps = oldestFirst.flatMap((embedding, index) => novelty(embedding, oldestFirst.slice(0, index))?.nearest ?? []);
    const mean = steps.reduce((sum, value) => sum + value, 0) / steps.length;
    const vendi = vendiScore(oldestFirst);
    const alike = mostAlike(works.slice(0, mostForPairs));
    return {
      json: { scorer: model, n: works.length, vendi, meanNovelty: mean, mostAlike: alike ?? null },
      text: alignColumns([
        [words.different, decimal(vendi, 1), words.differentMeaning({ n: works.length })],
        [words.novelty, decimal(mean, 2), words.noveltyMeaning],
        ...(alike ? [[words.alike, decimal(alike.cosine, 2), words.alikeMeaning({ first: alike.ids[0], second: alike.ids[1] })]] : []),
      ]),
      notes: [t.measure.seenBy({ n: works.length, model })],
    };
  },
});
