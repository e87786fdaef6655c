/** Encoded pictures and captions: from memory, from the cache on disk, or encoded now. */
import type { NativeLatent, NativeTextCondition } from '../../engine/index.ts';
import type { Frame, FramedPicture } from '../data/buckets.ts';
import type { TrainingPicture } from '../data/data-set.ts';
import { maskToLatent, preparePicture } from '../data/picture.ts';
import type { TrainerSession } from '../run/trainer-session.ts';
import type { EncodingCache, LatentEncoding } from './encoding-cache.ts';

export interface EncodedPicture {
  latent: NativeLatent;
  /** Loss weight per latent pixel; absent: all are equal. */
  mask?: Float32Array;
}

export interface EncoderHashes {
  /** Hashes of the autoencoder and of the text encoders. Undefined: not known, so nothing is cached on disk. */
  image: string | undefined;
  text: string | undefined;
}

/** Number of captions kept in memory; with large text encoders each takes 8 MB. */
const captionsInMemory = 256;

export class Encodings {
  readonly #session: TrainerSession;
  readonly #cache: EncodingCache;
  readonly #hashes: EncoderHashes;
  readonly #alphaMask: boolean;
  readonly #pictures = new Map<string, EncodedPicture>();
  readonly #captions = new Map<string, NativeTextCondition>();

  constructor(session: TrainerSession, cache: EncodingCache, hashes: EncoderHashes, { alphaMask }: { alphaMask: boolean }) {
    this.#session = session;
    this.#cache = cache;
    this.#hashes = hashes;
    this.#alphaMask = alphaMask;
  }

  /** Returns one variant of a picture. */
  async picture({ picture, frames }: FramedPicture<TrainingPicture>, index: number): Promise<EncodedPicture> {
    const key = `${picture.id} ${index}`;
    const known = this.#pictures.get(key);
    if (known) return known;
    const made = await this.#encode(picture, frames[index] as Frame);
    this.#pictures.set(key, made);
    return made;
  }

  async #encode(picture: TrainingPicture, frame: Frame): Promise<EncodedPicture> {
    const masked = picture.mask !== undefined || this.#alphaMask;
    const prepare = (): ReturnType<typeof preparePicture> => preparePicture(picture, frame, { alphaMask: this.#alphaMask });
    const prepared = masked ? await prepare() : undefined;
    const encode = async (): Promise<LatentEncoding> => this.#session.encodeImage((prepared ?? (await prepare())).image);
    const { image: encoder } = this.#hashes;
    const latent = encoder === undefined ? await encode() : await this.#cache.latent({ picture: picture.hash, frame, encoder }, encode);
    const mask = prepared?.mask && maskToLatent(prepared.mask, this.#session.info.latentFactor);
    return mask ? { latent, mask } : { latent };
  }

  /** Returns the conditions of captions, in order, for pictures of one size. */
  async captions(texts: readonly string[], size: { width: number; height: number }): Promise<NativeTextCondition[]> {
    // Only few families depend on the size; for the others all buckets share a caption.
    const { sizeConditions } = this.#session.info;
    const { width, height } = sizeConditions ? size : { width: 0, height: 0 };
    const keyOf = (text: string): string => `${width}x${height} ${text}`;
    const missing = [...new Set(texts)].filter((text) => !this.#captions.has(keyOf(text)));
    const fresh = missing.length > 0 ? await this.#encodeCaptions(missing, size, sizeConditions) : [];
    const made = new Map(missing.map((text, at) => [text, fresh[at] as NativeTextCondition]));
    const result = texts.map((text) => made.get(text) ?? (this.#captions.get(keyOf(text)) as NativeTextCondition));
    for (const [text, condition] of made) this.#captions.set(keyOf(text), condition);
    for (const old of [...this.#captions.keys()].slice(0, Math.max(0, this.#captions.size - captionsInMemory))) this.#captions.delete(old);
    return result;
  }

  async #encodeCaptions(
    texts: readonly string[],
    size: { width: number; height: number },
    sizeConditions: boolean,
  ): Promise<NativeTextCondition[]> {
    const { text: encoder } = this.#hashes;
    if (encoder === undefined) return this.#session.encodeTexts([...texts], size.width, size.height);
    const keys = texts.map((caption) => (sizeConditions ? { caption, encoder, ...size } : { caption, encoder }));
    const encodings = await this.#cache.texts(keys, (missing) =>
      this.#session.encodeTexts(
        missing.map(({ caption }) => caption),
        size.width,
        size.height,
      ),
    );
    return encodings.map((encoding, at) => ({ ...encoding, text: texts[at] ?? '' }));
  }
}
