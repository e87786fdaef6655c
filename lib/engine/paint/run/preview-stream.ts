import { Readable } from 'node:stream';
import * as z from 'zod';
import { type ArtImage, encodeOptions, imageFormats, mediaTypes } from '../../../image/index.ts';

export const previewOptions = z.strictObject({
  /** Format of every picture. Default jpeg: previews are many and soon replaced. */
  format: z.enum(imageFormats).default('jpeg'),
  ...encodeOptions.shape,
});
export type PreviewOptions = z.input<typeof previewOptions>;

const boundary = 'ai-artist-picture';

/**
 * Pictures that replace each other, as `multipart/x-mixed-replace` (the "server push" of browsers; RFC 2046, section 5.1, for the parts).
 * A picture is followed at once by the head of the next one, because Chromium shows it only then; therefore no part tells its length.
 */
export class PreviewStream extends Readable {
  /** The value of the Content-Type header. */
  readonly contentType = `multipart/x-mixed-replace; boundary=${boundary}`;
  readonly #options: z.output<typeof previewOptions>;
  #newest: ArtImage | undefined;
  #finished = false;
  #wanted = false;
  #busy = false;
  #begun = false;

  /** Made by createReadable() of a run. */
  constructor(options: z.output<typeof previewOptions>) {
    super();
    this.#options = options;
  }

  /** Shows a picture, in place of one that nobody has read yet. */
  show(image: ArtImage): void {
    this.#newest = image;
    void this.#pump();
  }

  /** Shows the last picture, also if it is shown already, and ends the stream. */
  finish(image: ArtImage): void {
    this.#finished = true;
    this.show(image);
  }

  override _read(): void {
    this.#wanted = true;
    void this.#pump();
  }

  async #pump(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      while (this.#wanted && this.#newest !== undefined && !this.destroyed) {
        const image = this.#newest;
        this.#newest = undefined;
        const isLast = this.#finished;
        const part = await this.#part(image, isLast);
        if (this.destroyed) return;
        this.#wanted = this.push(part);
        if (isLast) this.push(null);
      }
    } catch (error) {
      this.destroy(error as Error);
    } finally {
      this.#busy = false;
    }
  }

  async #part(image: ArtImage, isLast: boolean): Promise<Buffer> {
    const { format, ...encoding } = this.#options;
    const bytes = await image.toBuffer(format, encoding);
    const head = `--${boundary}\r\nContent-Type: ${mediaTypes[format]}\r\n\r\n`;
    const opening = this.#begun ? '' : head;
    this.#begun = true;
    return Buffer.concat([Buffer.from(opening), bytes, Buffer.from(isLast ? `\r\n--${boundary}--\r\n` : `\r\n${head}`)]);
  }
}
