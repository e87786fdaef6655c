import type { Artwork } from '../../../lib/gallery/index.ts';
import { derivationSchema, describeDerivation } from '../../../lib/prompt/index.ts';

/** Why a work has this prompt, if it was chosen or expanded; else nothing. */
export function derivationLines({ derivation }: Artwork): string[] {
  const known = derivationSchema.safeParse(derivation);
  if (!known.success) return [];
  const { source, template } = known.data;
  const how = source === 'chosen' ? 'The prompt was chosen:' : `The prompt was expanded from ${JSON.stringify(template)}:`;
  return ['', how, ...describeDerivation(known.data).map((line) => `  ${line}`)];
}
