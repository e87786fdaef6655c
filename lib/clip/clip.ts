import * as z from 'zod';
import { ArtistError, display, leakWatch, resolveOptions } from '../core/index.ts';
import {
  CallSite,
  fromNative,
  type NativeAddon,
  type NativeClip,
  type NativeClipInfo,
  type NativeEvent,
  RunningJobs,
  runJob,
} from '../engine/index.ts';
import { decodeImage, type ImageInput } from '../image/index.ts';
import type { ConfigSource } from './description/description.ts';
import type { Preprocessing } from './description/shape.ts';
import {
  type ClassifyOptions,
  classifyOptions,
  type EmbedEvent,
  type EmbedImageOptions,
  type EmbedTextOptions,
  embedImageOptions,
  embedTextOptions,
  maxTextLength,
  textList,
} from './options.ts';
import { preprocess } from './preprocess.ts';
import { type Embedding, similarity, softmax } from './similarity.ts';
import type { ClipTokenizer, Tokens } from './tokenizer.ts';

export type { Embedding } from './similarity.ts';

/** `truncated`: the text has more tokens than the model reads; the embedding is that of its first tokens. */
export type TextEmbedding = Embedding & { readonly truncated: boolean };

export interface ClipInfo extends Readonly<NativeClipInfo> {
  /** "ai-artist-mini", or the name of the file or folder. */
  readonly name: string;
  readonly files: readonly string[];
  /** Where heads and activation come from; "assumed" if there is no config.json beside the file. */
  readonly configSource: ConfigSource;
}

export interface Classification {
  label: string;
  /** 0..1; the probabilities of all labels add up to 1. */
  probability: number;
  /** Cosine of picture and label. */
  similarity: number;
}

interface RunOptions {
  signal?: AbortSignal | undefined;
  onProgress?: ((event: EmbedEvent) => void) | undefined;
}

/** Pictures decoded and computed at a time. Limits memory; the next ones are prepared while these are computed. */
const imagesPerJob = { cpu: 4, gpu: 16 } as const;
const textsPerJob = 256;

const forgotten = leakWatch<NativeClip>('A CLIP model', 'clip.dispose()');

/** A loaded CLIP model: pictures and texts become vectors that can be compared. Made by loadClip(). */
export class Clip {
  readonly info: ClipInfo;
  readonly #addon: NativeAddon;
  readonly #native: NativeClip;
  readonly #tokenizer: ClipTokenizer;
  readonly #preprocessing: Preprocessing;
  readonly #running = new RunningJobs();
  #disposing: Promise<void> | undefined;

  /** Made by loadClip(). */
  constructor(addon: NativeAddon, native: NativeClip, tokenizer: ClipTokenizer, info: ClipInfo, preprocessing: Preprocessing) {
    this.#addon = addon;
    this.#native = native;
    this.#tokenizer = tokenizer;
    this.#preprocessing = preprocessing;
    this.info = info;
    forgotten.register(this, { native }, this);
  }

  get disposed(): boolean {
    return this.#disposing !== undefined;
  }

  /**
   * The embedding of a picture: a path, encoded bytes, raw pixels or an ArtImage. EXIF orientation is applied, transparency laid on white,
   * an animation is its first frame.
   *
   * @throws ArtistError ERR_INVALID_ARGUMENT, ERR_READ, ERR_IMAGE_DECODE: the picture; ERR_DISPOSED, ERR_ABORTED; ERR_OUT_OF_MEMORY;
   *   ERR_MODEL_FORMAT: weights that overflow; `signal.reason` when aborted
   */
  async embedImage(image: ImageInput, options: EmbedImageOptions = {}): Promise<Embedding> {
    const site = new CallSite('embedImage', this.embedImage);
    const run = resolveOptions('embedImage', embedImageOptions, options);
    return one(await this.#embedImages(site, [image], run));
  }

  /**
   * The embeddings of pictures, in order.
   *
   * @throws ArtistError every error of embedImage()
   */
  async embedImages(images: readonly ImageInput[], options: EmbedImageOptions = {}): Promise<Embedding[]> {
    const site = new CallSite('embedImages', this.embedImages);
    const run = resolveOptions('embedImages', embedImageOptions, options);
    if (!Array.isArray(images)) throw site.error('ERR_INVALID_ARGUMENT', `images: expected an array, got ${display(images)}`);
    return this.#embedImages(site, images, run);
  }

  /**
   * The embedding of a text. Case and white space do not matter. The model reads `info.positions` tokens (77), including begin and end; of
   * a longer text it reads the first 75, and `truncated` is true.
   *
   * @throws ArtistError ERR_INVALID_ARGUMENT: empty, over 10,000 characters, or too many tokens with `truncate: false`; ERR_DISPOSED,
   *   ERR_ABORTED; ERR_OUT_OF_MEMORY; ERR_MODEL_FORMAT: weights that overflow; `signal.reason` when aborted
   */
  async embedText(text: string, options: EmbedTextOptions = {}): Promise<TextEmbedding> {
    const site = new CallSite('embedText', this.embedText);
    const run = resolveOptions('embedText', embedTextOptions, options);
    return one(await this.#embedTexts(site, argument('embedText', 'text', textList.element, text), run));
  }

  /**
   * The embeddings of texts, in order.
   *
   * @throws ArtistError every error of embedText()
   */
  async embedTexts(texts: readonly string[], options: EmbedTextOptions = {}): Promise<TextEmbedding[]> {
    const site = new CallSite('embedTexts', this.embedTexts);
    const run = resolveOptions('embedTexts', embedTextOptions, options);
    return this.#embedTexts(site, argument('embedTexts', 'texts', textList, texts), run);
  }

  /**
   * The embeddings of token ids, for your own tokenizer. Each list has the begin token, the text's tokens and the end token.
   *
   * @throws ArtistError ERR_INVALID_ARGUMENT: an id outside 0..vocabulary - 1, a list that is empty or longer than `info.positions`; else
   *   as embedText()
   */
  async embedTokens(tokens: readonly ArrayLike<number>[], options: EmbedImageOptions = {}): Promise<Embedding[]> {
    const site = new CallSite('embedTokens', this.embedTokens);
    const run = resolveOptions('embedTokens', embedImageOptions, options);
    const { positions, vocabulary } = this.info;
    const schema = z.array(
      z
        .array(
          z
            .int()
            .min(0)
            .max(vocabulary - 1),
        )
        .min(1)
        .max(positions),
    );
    const lists = argument('embedTokens', 'tokens', schema, Array.isArray(tokens) ? tokens.map((list) => Array.from(list)) : tokens);
    return this.#embedTokens(
      site,
      lists.map((list) => Int32Array.from(list)),
      run,
    );
  }

  /**
   * The token ids of a text, as the model would read them.
   *
   * @throws ArtistError ERR_INVALID_ARGUMENT
   */
  tokenize(text: string): Tokens {
    return this.#tokenizer.encode(argument('tokenize', 'text', z.string().max(maxTextLength), text), this.info.positions);
  }

  /** Cosine of two embeddings, -1..1: see similarity(). */
  similarity(a: Embedding, b: Embedding): number {
    return similarity(a, b);
  }

  /**
   * How well each label describes a picture, best first. Probabilities are the softmax of the similarities times the model's own factor
   * (`info.logitScale`): they say which of these labels fits best, not whether one of them fits.
   *
   * @param image a picture, or its embedding
   * @throws ArtistError every error of embedImage() and embedTexts()
   */
  async classify(image: ImageInput | Embedding, labels: readonly string[], options: ClassifyOptions = {}): Promise<Classification[]> {
    const site = new CallSite('classify', this.classify);
    const { template, signal } = resolveOptions('classify', classifyOptions, options);
    const names = argument('classify', 'labels', textList.min(1), labels);
    const sentences = names.map((label) => template.replaceAll('{}', () => label));
    const texts = await this.#embedTexts(site, sentences, { signal, truncate: true });
    const picture = image instanceof Float32Array ? image : one(await this.#embedImages(site, [image], { signal }));
    const similarities = texts.map((text) => similarity(picture, text));
    const probabilities = softmax(similarities, this.info.logitScale);
    return names
      .map((label, at) => ({ label, probability: probabilities[at] ?? 0, similarity: similarities[at] ?? 0 }))
      .sort((a, b) => b.similarity - a.similarity);
  }

  async #embedImages(site: CallSite, images: readonly ImageInput[], run: RunOptions): Promise<Embedding[]> {
    this.#checkLive(site);
    const results: Embedding[] = [];
    const step = imagesPerJob[this.info.device === 'CPU' ? 'cpu' : 'gpu'];
    let computing: Promise<Embedding[]> | undefined;
    try {
      for (let at = 0; at < images.length; at += step) {
        const pixels = await this.#prepare(images.slice(at, at + step), run.signal);
        if (computing) results.push(...(await computing));
        this.#checkLive(site);
        computing = this.#job(site, run, { done: at, total: images.length }, (listen) => this.#native.embedImages({ pixels }, listen));
        computing.catch(() => undefined); // awaited below, but it may reject while the next pictures are decoded
      }
      if (computing) results.push(...(await computing));
    } finally {
      await computing?.catch(() => undefined);
    }
    return results;
  }

  /** Decodes one picture while the previous one is resized. */
  async #prepare(images: readonly ImageInput[], signal: AbortSignal | undefined): Promise<Float32Array> {
    const { edge } = this.info;
    const values = 3 * edge * edge;
    const pixels = new Float32Array(images.length * values);
    const decode = (at: number): ReturnType<typeof decodeImage> | undefined => {
      const image = images[at];
      if (at >= images.length) return undefined;
      const decoded = decodeImage(image as ImageInput);
      decoded.catch(() => undefined);
      return decoded;
    };
    let next = decode(0);
    for (let at = 0; at < images.length; at++) {
      signal?.throwIfAborted();
      const image = await next;
      next = decode(at + 1);
      if (image) await preprocess(image, edge, this.#preprocessing, pixels.subarray(at * values, (at + 1) * values));
    }
    signal?.throwIfAborted();
    return pixels;
  }

  async #embedTexts(
    site: CallSite,
    texts: readonly string[] | string,
    { truncate, ...run }: RunOptions & { truncate: boolean },
  ): Promise<TextEmbedding[]> {
    const list = typeof texts === 'string' ? [texts] : texts;
    const { positions } = this.info;
    const tokens = list.map((text) => this.#tokenizer.encode(text, positions));
    const tooLong = tokens.findIndex(({ truncated }) => truncated);
    if (tooLong >= 0 && !truncate) {
      throw site.error(
        'ERR_INVALID_ARGUMENT',
        `${typeof texts === 'string' ? 'text' : `texts.${tooLong}`}: expected at most ${positions - 2} tokens, got more. Shorten it, or leave truncate: false out`,
      );
    }
    const vectors = await this.#embedTokens(
      site,
      tokens.map(({ ids }) => ids),
      run,
    );
    return vectors.map((vector, at) => Object.assign(vector, { truncated: tokens[at]?.truncated ?? false }));
  }

  async #embedTokens(site: CallSite, tokens: readonly Int32Array[], run: RunOptions): Promise<Embedding[]> {
    this.#checkLive(site);
    const results: Embedding[] = [];
    for (let at = 0; at < tokens.length; at += textsPerJob) {
      const part = tokens.slice(at, at + textsPerJob);
      const lengths = Int32Array.from(part, (ids) => ids.length);
      const ids = Int32Array.from(part.flatMap((list) => [...list]));
      this.#checkLive(site);
      results.push(
        ...(await this.#job(site, run, { done: at, total: tokens.length }, (listen) => this.#native.embedTexts({ ids, lengths }, listen))),
      );
    }
    return results;
  }

  async #job(
    site: CallSite,
    { signal, onProgress }: RunOptions,
    { done, total }: { done: number; total: number },
    start: (listen: (event: NativeEvent) => void) => ReturnType<NativeClip['embedTexts']>,
  ): Promise<Embedding[]> {
    const { dimensions } = this.info;
    const vectors = await runJob<Float32Array>(
      {
        addon: this.#addon,
        site,
        signal,
        onEvent: (event) => {
          if (event.type === 'progress') onProgress?.({ type: 'embed', done: done + event.step, total });
        },
        track: this.#running.track,
      },
      start,
    );
    return Array.from({ length: vectors.length / dimensions }, (_, at) => vectors.slice(at * dimensions, (at + 1) * dimensions));
  }

  #checkLive(site: CallSite): void {
    if (this.disposed) throw site.error('ERR_DISPOSED', `${site.name}: the CLIP model was disposed. Load it again with loadClip()`);
  }

  /** Cancels running calls, then frees the memory. Idempotent. */
  dispose(): Promise<void> {
    this.#disposing ??= this.#dispose(new CallSite('dispose', this.dispose));
    return this.#disposing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  async #dispose(site: CallSite): Promise<void> {
    forgotten.unregister(this);
    await this.#running.cancel(new ArtistError('ERR_ABORTED', 'clip: cancelled, because the CLIP model was disposed'));
    try {
      await this.#native.dispose().promise;
    } catch (error) {
      throw fromNative(site, error);
    }
  }
}

/** Checks a positional argument, so that messages contain its name: `texts.1: expected …`. */
function argument<S extends z.ZodType>(call: string, name: string, schema: S, value: unknown): z.output<S> {
  return resolveOptions(call, z.object({ [name]: schema }), { [name]: value })[name] as z.output<S>;
}

function one<T>(list: readonly T[]): T {
  const [first] = list;
  if (first === undefined) throw new ArtistError('ERR_INTERNAL', 'clip: expected one embedding, got none');
  return first;
}
