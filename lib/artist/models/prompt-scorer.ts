import { stat } from 'node:fs/promises';
import { type Clip, type Embedding, similarity, type TextEmbedding } from '../../clip/index.ts';
import { ArtistError, systemCode } from '../../core/index.ts';
import { otherCaptions, subjectShare } from '../../curation/index.ts';
import type { ArtImage } from '../../image/index.ts';
import { checkTaste, type TasteFile, tasteOf } from '../taste/taste-file.ts';

/**
 * Checks a CLIP path early, so that a mistyped one fails before minutes of painting.
 *
 * @throws ArtistError ERR_MODEL_NOT_FOUND when there is no such file or folder
 */
export async function checkClipPath(path: string | undefined, name = 'clip'): Promise<void> {
  if (path === undefined) return;
  await stat(path).catch((error: unknown) => {
    throw new ArtistError(
      'ERR_MODEL_NOT_FOUND',
      `${name}: expected a file or folder, got ${path} (${systemCode(error) ?? String(error)})`,
      {
        cause: error,
      },
    );
  });
}

/** CLIP's scores of one candidate. */
export interface CandidateScore {
  embedding: Embedding;
  /** Cosine of picture and prompt. */
  promptAlign: number;
  /** See subjectShare(). */
  subject: number;
  /** Why it is rejected: a text of --reject fits the picture better than the prompt does. */
  unsafe?: string;
  /** Score of the taste head. */
  aesthetic?: number;
}

export interface PromptScorerOptions {
  clip: Clip;
  /** Whether `clip` is the bundled one. */
  bundled: boolean;
  /** Reject a picture that fits one of these texts better than its prompt. */
  reject: readonly string[];
  taste: TasteFile | undefined;
  signal: AbortSignal;
}

/** Compares pictures with the prompt they were painted for. The caller keeps ownership of the CLIP model. */
export class PromptScorer {
  readonly #clip: Clip;
  readonly #prompt: TextEmbedding;
  readonly #others: Embedding[];
  readonly #rejects: { text: string; embedding: Embedding }[];
  readonly #taste: TasteFile | undefined;
  readonly #signal: AbortSignal;
  readonly bundled: boolean;

  private constructor(texts: readonly TextEmbedding[], { clip, bundled, reject, taste, signal }: PromptScorerOptions) {
    const [prompt, ...rest] = texts;
    if (!prompt) throw new ArtistError('ERR_INTERNAL', 'scorer: expected the embedding of the prompt, got none');
    this.#clip = clip;
    this.#prompt = prompt;
    this.#rejects = reject.map((text, index) => ({ text, embedding: rest[index] ?? prompt }));
    this.#others = rest.slice(reject.length);
    this.#taste = taste;
    this.#signal = signal;
    this.bundled = bundled;
  }

  /** @throws ArtistError ERR_INVALID_ARGUMENT when the taste belongs to another CLIP model; every error of Clip.embedTexts() */
  static async open(prompt: string, options: PromptScorerOptions): Promise<PromptScorer> {
    const { clip, reject, taste, signal } = options;
    if (taste) checkTaste(taste, clip);
    return new PromptScorer(await clip.embedTexts([prompt, ...reject, ...otherCaptions(prompt)], { signal }), options);
  }

  /** Name of the CLIP model. */
  get name(): string {
    return this.#clip.info.name;
  }

  /** Whether the prompt is longer than the model's context, so that only its beginning counts. */
  get truncated(): boolean {
    return this.#prompt.truncated;
  }

  /** @throws every error of Clip.embedImages() */
  async score(images: readonly ArtImage[]): Promise<CandidateScore[]> {
    const embeddings = await this.#clip.embedImages(images, { signal: this.#signal });
    return embeddings.map((embedding) => {
      const promptAlign = similarity(embedding, this.#prompt);
      const unsafe = this.#rejects.find((rejected) => similarity(embedding, rejected.embedding) > promptAlign)?.text;
      return {
        embedding,
        promptAlign,
        subject: subjectShare(
          promptAlign,
          this.#others.map((other) => similarity(embedding, other)),
        ),
        ...(unsafe !== undefined && { unsafe: `it fits ${JSON.stringify(unsafe)} better than its prompt` }),
        ...(this.#taste && { aesthetic: tasteOf(this.#taste, embedding) }),
      };
    });
  }
}
