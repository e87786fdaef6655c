import { type Ledger, ledgerOf, type StyleConsistency, styleConsistency, unpackEmbedding } from '../../curation/index.ts';
import type { Artwork } from '../../gallery/index.ts';

/** Similarity of the latest works, by the CLIP that chose them. */
export type HomeStyle = { scorer: string } & Pick<StyleConsistency, 'n' | 'raw' | 'rawInterval' | 'crossSubject'>;

const fewest = 3;

function embeddingOf({ model, winner, candidates }: Ledger): { model: string; vector: Float32Array } | undefined {
  const text = winner === null ? undefined : candidates[winner]?.embedding;
  return model === undefined || text === undefined ? undefined : { model, vector: unpackEmbedding(text) };
}

/**
 * Measures style consistency from the embeddings in the ledgers, without a model. Works painted without a choice have no embedding there. null:
 * fewer than three works have one.
 */
export function styleOf(works: readonly Artwork[]): HomeStyle | null {
  const known = works.flatMap((work) => {
    const ledger = ledgerOf(work);
    const embedding = ledger && embeddingOf(ledger);
    return embedding ? [{ ...embedding, subject: work.recipe?.prompt ?? work.id }] : [];
  });
  const scorer = known[0]?.model;
  const same = known.filter(({ model, vector }) => model === scorer && vector.length === known[0]?.vector.length);
  if (scorer === undefined || same.length < fewest) return null;
  const subjects = same.map(({ subject }) => subject);
  const { n, raw, rawInterval, crossSubject } = styleConsistency(
    same.map(({ vector }) => vector),
    new Set(subjects).size > 1 ? { subjects } : {},
  );
  return { scorer, n, raw, rawInterval, ...(crossSubject !== undefined && { crossSubject }) };
}
