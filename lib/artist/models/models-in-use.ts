import { type Clip, loadClip } from '../../clip/index.ts';
import type { Clock } from '../../core/index.ts';
import { type LoadEvent, loadModel, loadUpscaler, type Model, type UpscaleEvent, type Upscaler } from '../../engine/index.ts';
import { type Lease, Warm, withRoom } from './model-pool.ts';

export interface LoadWishes {
  signal: AbortSignal;
  onProgress: (event: LoadEvent | UpscaleEvent) => void;
}

/** The models that make works: painter, CLIP, upscaler. Each is loaded at first use and kept for the next. */
export class Studio {
  readonly #home: string;
  readonly #models: Warm<Model>;
  readonly #clips: Warm<Clip>;
  readonly #upscalers: Warm<Upscaler>;

  constructor({ home, keepMs, clock }: { home: string; keepMs: number; clock?: Clock | undefined }) {
    const options = { keepMs, ...(clock && { clock }) };
    this.#home = home;
    this.#models = new Warm(options);
    this.#clips = new Warm(options);
    this.#upscalers = new Warm(options);
  }

  /**
   * @param model alias or path; undefined: the bundled one
   * @throws every error of loadModel()
   */
  model(model: string | undefined, { signal, onProgress }: LoadWishes): Promise<Lease<Model>> {
    return withRoom([this.#clips, this.#upscalers], () =>
      this.#models.acquire(model ?? '', () =>
        loadModel({
          ...(model !== undefined && { model }),
          home: this.#home,
          signal,
          onProgress: onProgress as (event: LoadEvent) => void,
        }),
      ),
    );
  }

  /**
   * @param path of a CLIP model; undefined: the bundled one
   * @throws every error of loadClip()
   */
  clip(path: string | undefined, signal: AbortSignal): Promise<Lease<Clip>> {
    return withRoom([this.#models, this.#upscalers], () =>
      this.#clips.acquire(path ?? '', () => loadClip({ ...(path !== undefined && { model: path }), signal })),
    );
  }

  /**
   * The bundled upscaler.
   *
   * @throws every error of loadUpscaler()
   */
  upscaler({ signal, onProgress }: LoadWishes): Promise<Lease<Upscaler>> {
    return withRoom([this.#models, this.#clips], () => this.#upscalers.acquire('', () => loadUpscaler({ signal, onProgress })));
  }

  /** Frees the models that are not in use, for work that needs the memory. */
  async rest(): Promise<void> {
    await Promise.all([this.#models.dropIdle(), this.#clips.dropIdle(), this.#upscalers.dropIdle()]);
  }

  async dispose(): Promise<void> {
    await Promise.all([this.#models.dispose(), this.#clips.dispose(), this.#upscalers.dispose()]);
  }
}
