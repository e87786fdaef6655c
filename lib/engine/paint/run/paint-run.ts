import { resolveOptions } from '../../../core/index.ts';
import type { ArtImage } from '../../../image/index.ts';
import { EventRun, type EventRunOptions } from '../../jobs/event-run.ts';
import { type PreviewOptions, PreviewStream, previewOptions } from './preview-stream.ts';

export interface PaintRunOptions<R, E extends { type: string }> extends EventRunOptions<R, E> {
  /** The picture that a result ends with. */
  finished: (result: R) => ArtImage;
}

/** A run that paints: what generate() and create() return. */
export class PaintRun<R, E extends { type: string; image?: unknown }> extends EventRun<R, E> {
  /** The last picture, once the run has resolved. */
  readonly #finished: () => Promise<ArtImage>;

  constructor({ finished, ...options }: PaintRunOptions<R, E>) {
    super(options);
    this.#finished = () => this.then(finished);
  }

  /**
   * The picture as it comes into being, as a stream of bytes that browsers show in an `<img>`: `multipart/x-mixed-replace` with each preview
   * and then the finished picture. Previews are painted only if the call asks for them (`preview: true`). A slow reader gets the newest
   * picture, never a backlog. The stream only watches: destroying it does not cancel the run, and several may watch one run. If the run
   * rejects, the stream is destroyed with the same error.
   *
   *     const pictures = model.generate({ prompt, preview: true }).createReadable();
   *     response.setHeader('content-type', pictures.contentType);
   *     pictures.pipe(response);
   *
   * @throws ArtistError ERR_INVALID_ARGUMENT
   */
  createReadable(options: PreviewOptions = {}): PreviewStream {
    const stream = new PreviewStream(resolveOptions('createReadable', previewOptions, options));
    const stop = this.watch((event) => {
      if (event.type === 'preview' || event.type === 'image') stream.show(event.image as ArtImage);
    });
    stream.once('close', stop);
    this.#finished().then(
      (image) => stream.finish(image),
      (error: unknown) => stream.destroy(error instanceof Error ? error : new Error(String(error), { cause: error })),
    );
    return stream;
  }
}
