import { type AestheticHead, type Clip, type Embedding, loadAestheticHead } from '../../clip/index.ts';
import { ArtistError, homeOf, readPlainFile, systemCode } from '../../core/index.ts';
import { type TasteHead, tasteHeadSchema, tasteScore } from '../../curation/index.ts';

/** Path where `taste train` writes the owner's taste and create() reads it. */
export const tastePath = (home: string): string => homeOf(home).taste;

/** The owner's taste, or a published aesthetic head. */
export type TasteFile = { path: string } & ({ kind: 'taste'; head: TasteHead } | { kind: 'head'; head: AestheticHead });

/**
 * Reads a taste (.json) or a published aesthetic head (any other file).
 *
 * @param required false: return undefined if a taste file does not exist
 * @throws ArtistError ERR_READ when the file cannot be read, ERR_DAMAGED when it is not a taste; every error of loadAestheticHead()
 */
export async function readTaste(file: string, required: boolean): Promise<TasteFile | undefined> {
  if (!file.endsWith('.json')) return { path: file, kind: 'head', head: await loadAestheticHead(file) };
  let text: string;
  try {
    text = await readPlainFile(file, 'utf8');
  } catch (cause) {
    const code = systemCode(cause);
    if (code === 'ENOENT' && !required) return undefined;
    throw new ArtistError('ERR_READ', `${file}: cannot be read (${code ?? String(cause)}). See: ai-artist taste train`, { cause });
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw damaged(file, 'it is no JSON', cause);
  }
  const parsed = tasteHeadSchema.safeParse(json);
  if (parsed.success) return { path: file, kind: 'taste', head: parsed.data };
  const [issue] = parsed.error.issues;
  throw damaged(file, `${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? 'it does not fit'}`, parsed.error);
}

function damaged(file: string, what: string, cause: unknown): ArtistError {
  return new ArtistError('ERR_DAMAGED', `${file}: expected a taste as taste train writes it: ${what}. Train it again, or delete it`, {
    cause,
  });
}

/** @throws ArtistError ERR_INVALID_ARGUMENT when the taste was trained on embeddings of another CLIP model */
export function checkTaste(taste: TasteFile, clip: Clip): void {
  const [dimensions, model] = taste.kind === 'head' ? [taste.head.dimensions, undefined] : [taste.head.weights.length, taste.head.model];
  if (dimensions !== clip.info.dimensions || (model !== undefined && model !== clip.info.name))
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `${taste.path}: expected a taste for the CLIP model ${clip.info.name} (${clip.info.dimensions} values), got one for ${model ?? 'a model'} (${dimensions} values). Name its model with --clip`,
    );
}

export function tasteOf(taste: TasteFile, embedding: Embedding): number {
  return taste.kind === 'head' ? taste.head.score(embedding) : tasteScore(taste.head, embedding);
}
