import type { TermName } from '../../../lib/curation/index.ts';

/** What each term of a choice says, in words. */
export const termWords: Readonly<Record<TermName, string>> = {
  promptAlign: 'how well it fits the prompt',
  aesthetic: 'your taste',
  styleFit: 'how well it fits the earlier works',
  novelty: 'how little it is like an earlier work',
  technical: 'contrast, without burnt pixels',
};
