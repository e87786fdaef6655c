import type { Artwork } from '../../../lib/gallery/index.ts';
import { derivationSchema, describeDerivation, describeWordings } from '../../../lib/prompt/index.ts';

/** Why a work has this prompt, if it was chosen, expanded or said in other words; else nothing. */
export function derivationLines({ derivation }: Artwork): string[] {
  const known = derivationSchema.safeParse(derivation);
  if (!known.success) {
    const words = describeWordings(derivation);
    return words.length === 0 ? [] : ['', 'The prompt in the words of the model:', ...words.map((line) => `  ${line}`)];
  }
  const { source, template } = known.data;
  const how = source === 'chosen' ? 'The prompt was chosen:' : `The prompt was expanded from ${JSON.stringify(template)}:`;
  return ['', how, ...describeDerivation(known.data).map((line) => `  ${line}`)];
}
