import type { TermName } from '../../../lib/curation/index.ts';

/** Meaning of each term of a choice. */
export const termWords: Readonly<Record<TermName, string>> = {
  promptAlign: 'how well it fits the prompt',
  aesthetic: 'your taste',
  styleFit: 'how well it fits the earlier works',
  novelty: 'how much it differs from earlier works',
  technical: 'contrast without burnt pixels',
};
