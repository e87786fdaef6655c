import { stat } from 'node:fs/promises';
import { type Clip, type Embedding, similarity, type TextEmbedding } from '../../clip/index.ts';
import { ArtistError, systemCode } from '../../core/index.ts';
import { otherCaptions, subjectShare } from '../../curation/index.ts';
import type { ArtImage } from '../../image/index.ts';
import { checkTaste, type TasteFile, tasteOf } from '../taste/taste-file.ts';

/** @throws ArtistError ERR_MODEL_NOT_FOUND: a mistyped name is told before minutes of painting */
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

/** What CLIP says of one candidate. */
export interface CandidateScore {
  embedding: Embedding;
  /** Cosine of picture and prompt. */
  promptAlign: number;
  /** subjectShare() */
  subject: number;
  /** The text of --reject that fits the picture better than the prompt does. */
  unsafe?: string;
  /** Of the taste head. */
  aesthetic?: number;
}

export interface PromptScorerOptions {
  clip: Clip;
  /** It is the bundled one. */
  bundled: boolean;
  /** A picture that fits one of these texts better than its prompt is rejected. */
  reject: readonly string[];
  taste: TasteFile | undefined;
  signal: AbortSignal;
}

/** Compares pictures with the prompt they were painted for. The CLIP model stays the caller's. */
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

  /** Throws what embedTexts() throws; ERR_INVALID_ARGUMENT: the taste belongs to another CLIP model. */
  static async open(prompt: string, options: PromptScorerOptions): Promise<PromptScorer> {
    const { clip, reject, taste, signal } = options;
    if (taste) checkTaste(taste, clip);
    return new PromptScorer(await clip.embedTexts([prompt, ...reject, ...otherCaptions(prompt)], { signal }), options);
  }

  /** Of the CLIP model. */
  get name(): string {
    return this.#clip.info.name;
  }

  /** The prompt is longer than the model reads. */
  get truncated(): boolean {
    return this.#prompt.truncated;
  }

  /** Throws what embedImages() throws. */
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
