import { type Clip, loadClip } from '../../clip/index.ts';
import type { Clock } from '../../core/index.ts';
import {
  type LoadEvent,
  type LoadModelOptions,
  type LoadUpscalerOptions,
  loadModel,
  loadUpscaler,
  type Model,
  type UpscaleEvent,
  type Upscaler,
} from '../../engine/index.ts';
import { type Painting, settingsLine, type TunedMode, type TunedUse, withTuned } from '../../tune/index.ts';
import { type Lease, Warm, withRoom } from './model-pool.ts';

export interface LoadWishes {
  signal: AbortSignal;
  onProgress: (event: LoadEvent | UpscaleEvent) => void;
}

type Unheard<O> = Omit<O, 'signal' | 'onProgress' | 'home' | 'isolate'>;
/** A model by alias or path, or by all options of loadModel(). */
export type ModelSpec = string | Unheard<LoadModelOptions>;

/** Equal for equal options, in whatever order they are given. */
function keyOf(options: object): string {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return given.length === 0 ? '' : JSON.stringify(given.sort(([a], [b]) => (a < b ? -1 : 1)));
}

export interface StudioOptions {
  home: string;
  keepMs: number;
  /** Run the engine in a child process. Default false. */
  isolate?: boolean | undefined;
  clock?: Clock | undefined;
  warn: (line: string) => void;
  /** Hears which tuned settings are in use, again when they change. */
  note?: ((line: string) => void) | undefined;
}

/** The models that make works: painter, CLIP, upscaler. Each is loaded at first use and kept for the next. */
export class Studio {
  readonly #home: string;
  readonly #isolate: boolean;
  readonly #warn: (line: string) => void;
  readonly #note: ((line: string) => void) | undefined;
  #noted = '';
  readonly #models: Warm<Model>;
  readonly #clips: Warm<Clip>;
  readonly #upscalers: Warm<Upscaler>;

  constructor({ home, keepMs, isolate = false, clock, warn, note }: StudioOptions) {
    const options = { keepMs, ...(clock && { clock }) };
    this.#home = home;
    this.#isolate = isolate;
    this.#warn = warn;
    this.#note = note;
    this.#models = new Warm(options);
    this.#clips = new Warm(options);
    this.#upscalers = new Warm(options);
  }

  /** What is to be painted, with the tuned settings of its model. Says so, and if they cannot be used. */
  async withTuned(painting: Painting, mode: TunedMode): Promise<Painting & { tuned: TunedUse }> {
    const found = await withTuned(painting, { mode, home: this.#home, isolate: this.#isolate, warn: this.#warn });
    const line = found.tuned ? settingsLine(found.tuned) : '';
    if (line && line !== this.#noted) this.#note?.(line);
    this.#noted = line;
    return found;
  }

  /**
   * @param spec undefined: the bundled model
   * @throws every error of loadModel()
   */
  model(spec: ModelSpec | undefined, { signal, onProgress }: LoadWishes): Promise<Lease<Model>> {
    const options = typeof spec === 'string' ? { model: spec } : (spec ?? {});
    return withRoom([this.#clips, this.#upscalers], () =>
      this.#models.acquire(keyOf(options), () =>
        loadModel({
          ...options,
          home: this.#home,
          isolate: this.#isolate,
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
      this.#clips.acquire(path ?? '', () => loadClip({ ...(path !== undefined && { model: path }), isolate: this.#isolate, signal })),
    );
  }

  /**
   * @param options default: the bundled upscaler
   * @throws every error of loadUpscaler()
   */
  upscaler({ signal, onProgress }: LoadWishes, options: Unheard<LoadUpscalerOptions> = {}): Promise<Lease<Upscaler>> {
    return withRoom([this.#models, this.#clips], () =>
      this.#upscalers.acquire(keyOf(options), () => loadUpscaler({ ...options, isolate: this.#isolate, signal, onProgress })),
    );
  }

  /** Frees the models that are not in use, for work that needs the memory. */
  async rest(): Promise<void> {
    await Promise.all([this.#models.dropIdle(), this.#clips.dropIdle(), this.#upscalers.dropIdle()]);
  }

  async dispose(): Promise<void> {
    await Promise.all([this.#models.dispose(), this.#clips.dispose(), this.#upscalers.dispose()]);
  }
}
