/** Turns the events of a painting into the progress of a job, and writes it where other processes can read it. */
import { type Clock, errorLine, systemClock } from '../../core/index.ts';
import type { ArtImage } from '../../image/index.ts';
import type { CreateEvent } from '../loop/create-options.ts';
import type { JobFolder } from './job-folder.ts';
import type { JobProgress } from './types.ts';

const writeEveryMs = 250;
const previewEveryMs = 1000;
const previewQuality = 75;

/** Shares of a job: loading, then painting, then filing. */
const loadShare = 0.05;
const filingFrom = 0.98;
/** Share of sampling in a picture; the rest is decoding. */
const samplingShare = 0.9;
/** Where enlarging begins in a work that is painted before. */
const enlargeFrom = 0.8;

export type PaintEvent = Exclude<CreateEvent, { type: 'done' }>;

export interface ProgressOptions {
  folder: JobFolder;
  /** Number of pictures of the job. */
  images: number;
  /** Index of the first picture that this try paints. */
  first: number;
  /** An order paints candidates, and enlarges the best. */
  kind: 'generate' | 'upscale' | 'create';
  warn: (line: string) => void;
  clock?: Clock | undefined;
}

export class ProgressWriter {
  readonly #options: ProgressOptions;
  readonly #clock: Clock;
  #progress: JobProgress;
  #eta: { seconds: number; at: number } | undefined;
  #wroteAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #previewAt = Number.NEGATIVE_INFINITY;
  #busy: Promise<void> = Promise.resolve();
  #previewing = false;
  #failed = false;

  private constructor(options: ProgressOptions, before: JobProgress | undefined) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    const { images, first } = options;
    const start = { phase: 'loading', image: first, images, step: 0, steps: 0, etaSeconds: null } as const;
    // A try after a crash goes on from where readers saw the last one.
    this.#progress = { ...start, fraction: before?.fraction ?? 0, preview: before?.preview ?? 0 };
  }

  static async open(options: ProgressOptions): Promise<ProgressWriter> {
    const writer = new ProgressWriter(options, await options.folder.progress());
    writer.#schedule();
    return writer;
  }

  /** Listener of generate(), loadModel(), upscale() and create(). */
  readonly on = (event: PaintEvent): void => {
    if (event.type === 'preview') return this.#preview(event.image);
    const { image, images } = this.#placeOf(event);
    this.#progress = { ...this.#progress, images };
    const count = 'steps' in event ? { step: event.step, steps: event.steps } : { step: 0, steps: 0 };
    if (event.type === 'load') this.#set({ phase: 'loading', ...count }, loadShare * shareOf(count));
    else if (event.type === 'encode') this.#set({ phase: 'encoding', image, ...count }, this.#painted(image, images, 0));
    else if (event.type === 'sample') {
      this.#expect(event.step > 0 ? event.etaSeconds : undefined);
      this.#set({ phase: 'sampling', image, ...count }, this.#painted(image, images, samplingShare * shareOf(count)));
    } else if (event.type === 'decode') {
      const within = samplingShare + (1 - samplingShare) * shareOf(count);
      this.#set({ phase: 'decoding', image, ...count }, this.#painted(image, images, within));
    } else if (event.type === 'upscale') {
      this.#expect(event.secondsPerStep > 0 ? event.etaSeconds : undefined);
      this.#set({ phase: 'upscaling', ...count }, this.#enlarged(shareOf(count)));
    } else if (event.type === 'image') this.#set({ phase: 'decoding', image }, this.#painted(image, images, 1));
  };

  filing(): void {
    this.#set({ phase: 'filing', etaSeconds: null }, filingFrom);
  }

  /** Writes what is not written yet; with `done`, that the whole job is. */
  async end({ done }: { done: boolean }): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (done) this.#progress = { ...this.#progress, fraction: 1, etaSeconds: 0 };
    this.#write();
    await this.#busy;
  }

  /** Candidates of an order count as pictures of it. */
  #placeOf(event: PaintEvent): { image: number; images: number } {
    const { kind, images, first } = this.#options;
    // Events without a candidate are those of loading and enlarging. If no candidate passes, more are painted than were announced.
    if (kind === 'create') {
      const image = event.candidate ?? this.#progress.image;
      return { image, images: Math.max(event.of ?? this.#progress.images, image + 1) };
    }
    const at = 'index' in event ? event.index : 'image' in event && typeof event.image === 'number' ? event.image : 0;
    return { image: first + at, images };
  }

  #painted(image: number, images: number, within: number): number {
    const until = this.#options.kind === 'create' ? enlargeFrom : filingFrom;
    return loadShare + (until - loadShare) * Math.min(1, (image + within) / images);
  }

  #enlarged(share: number): number {
    const { kind, images } = this.#options;
    if (kind === 'generate') return this.#painted(this.#progress.image, images, samplingShare / 2);
    const from = kind === 'create' ? enlargeFrom : loadShare;
    return from + (filingFrom - from) * share;
  }

  #expect(seconds: number | undefined): void {
    this.#eta = seconds === undefined ? this.#eta : { seconds, at: this.#clock.monotonic() };
  }

  #set(change: Partial<JobProgress>, fraction: number): void {
    const eta = this.#eta && Math.max(0, this.#eta.seconds - (this.#clock.monotonic() - this.#eta.at) / 1000);
    this.#progress = {
      ...this.#progress,
      etaSeconds: eta === undefined ? null : Math.round(eta * 10) / 10,
      ...change,
      fraction: Math.max(this.#progress.fraction, Math.min(1, fraction)),
    };
    this.#schedule();
  }

  #schedule(): void {
    if (this.#timer) return;
    const wait = Math.max(0, this.#wroteAt + writeEveryMs - this.#clock.monotonic());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#write();
    }, wait);
  }

  #write(): void {
    this.#wroteAt = this.#clock.monotonic();
    const progress = this.#progress;
    this.#later(() => this.#options.folder.writeProgress(progress));
  }

  #preview(image: ArtImage): void {
    const now = this.#clock.monotonic();
    if (this.#previewing || now - this.#previewAt < previewEveryMs) return;
    this.#previewAt = now;
    this.#previewing = true;
    this.#later(async () => {
      try {
        await this.#options.folder.writePreview(await image.toBuffer('jpeg', { quality: previewQuality, embedRecipe: false }));
        this.#progress = { ...this.#progress, preview: this.#progress.preview + 1 };
        this.#schedule();
      } finally {
        this.#previewing = false;
      }
    });
  }

  /** Progress that cannot be written must not end the painting. */
  #later(work: () => Promise<void>): void {
    this.#busy = this.#busy.then(work).catch((error: unknown) => {
      if (!this.#failed) this.#options.warn(`the progress of a job cannot be written: ${errorLine(error)}`);
      this.#failed = true;
    });
  }
}

const shareOf = ({ step, steps }: { step: number; steps: number }): number => (steps > 0 ? Math.min(1, step / steps) : 0);
