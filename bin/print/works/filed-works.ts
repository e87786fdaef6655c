import { type Artwork, nameOf } from '../../../lib/gallery/index.ts';
import type { Outcome } from '../../shell/run.ts';
import { t } from '../../texts/texts.ts';

/** Works that began with another one: their paths, and where they came from. */
export function filedOutcome(works: readonly Artwork[]): Outcome {
  return {
    json: {
      works: works.map(({ id, path, title, recipe, derivation, image: { width, height } }) => ({
        id,
        path,
        title: title ?? null,
        prompt: recipe?.prompt ?? null,
        seed: recipe?.seed ?? null,
        width,
        height,
        from: derivation?.['from'] ?? null,
      })),
    },
    text: works.map(({ path }) => path),
    notes: works.map((work) => t.painting.filed({ id: work.id, name: nameOf(work, 60), seed: work.recipe?.seed })),
  };
}
