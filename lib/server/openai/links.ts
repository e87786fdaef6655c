import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { ArtistError, type Clock, type Home, readPlainFile, systemCode, withLock, writeFileAtomic } from '../../core/index.ts';
import { imageFormats } from '../../image/index.ts';
import type { PictureForm } from '../pictures/encode.ts';

/** How long an address of a picture answers: twice the 60 minutes of OpenAI. */
export const linkSeconds = 7200;

export interface Linked {
  job: string;
  index: number;
  form: PictureForm;
}

const keyBytes = 32;

/** The key of the home: addresses stay valid when the server is started again. */
async function keyOf(home: Home): Promise<Buffer> {
  const file = home.state('picture-links.key');
  const read = async (): Promise<Buffer | undefined> => {
    try {
      const key = Buffer.from(await readPlainFile(file, 'utf8'), 'hex');
      return key.length === keyBytes ? key : undefined;
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return undefined;
      throw error;
    }
  };
  const known = await read();
  if (known) return known;
  return await withLock(`${file}.lock`, { purpose: 'the key of picture addresses', private: true }, async () => {
    const written = await read();
    if (written) return written;
    const key = randomBytes(keyBytes);
    await writeFileAtomic(file, key.toString('hex'), { private: true });
    return key;
  });
}

const shape = /^([\w-]{1,128})\.(\d{1,3})\.(\d{1,12})\.(\d{1,3})([pn])\.([\w-]{43})\.(png|jpeg|webp)$/;

/** Names of pictures that a client fetches without a token: no name can be made or changed without the key of the home. */
export class PictureLinks {
  readonly #home: Home;
  readonly #clock: Clock;
  #key: Promise<Buffer> | undefined;

  constructor(home: Home, clock: Clock) {
    this.#home = home;
    this.#clock = clock;
  }

  async #sign(text: string): Promise<string> {
    this.#key ??= keyOf(this.#home).catch((error: unknown) => {
      this.#key = undefined;
      throw error;
    });
    return createHmac('sha256', await this.#key)
      .update(text)
      .digest('base64url');
  }

  async nameOf({ job, index, form }: Linked): Promise<string> {
    const until = Math.floor(this.#clock.now() / 1000) + linkSeconds;
    const text = `${job}.${index}.${until}.${form.quality ?? 0}${form.embedRecipe ? 'p' : 'n'}`;
    return `${text}.${await this.#sign(`${text}.${form.format}`)}.${form.format}`;
  }

  /** @throws ArtistError ERR_NOT_FOUND when the name is not one of this home's, or its time is over */
  async read(name: string): Promise<Linked> {
    const [, job = '', index, until, quality, recipe, signature = '', ending] = shape.exec(name) ?? [];
    const format = imageFormats.find((one) => one === ending);
    const expected = await this.#sign(`${job}.${index}.${until}.${quality}${recipe}.${ending}`);
    const isOurs = signature.length === expected.length && timingSafeEqual(Buffer.from(signature), Buffer.from(expected));
    if (!isOurs || format === undefined || Number(until) * 1000 < this.#clock.now())
      throw new ArtistError(
        'ERR_NOT_FOUND',
        'picture: expected an address from an answer of the last two hours, got another or an older one',
      );
    const form = { format, embedRecipe: recipe === 'p', ...(Number(quality) > 0 && { quality: Number(quality) }) };
    return { job, index: Number(index), form };
  }
}
