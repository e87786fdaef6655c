import { randomUUID, webcrypto } from 'node:crypto';
import type { Timer } from '../../core/index.ts';
import type { PaintJob, PaintRequest } from '../../service/index.ts';
import type { ServerContext } from '../context.ts';
import { submitChosen } from '../models/submit-chosen.ts';

const { subtle } = webcrypto;

/** How long a job goes on without any client: the SDK reconnects after 0.5 to 8 seconds. */
const graceMs = 10_000;

/** Age up to which a job may be that of an earlier attempt: three tries of 10 minutes each, with time to spare. */
const retryMs = 3_600_000;

/** A request that may be a repetition of an earlier one. */
export interface Attempt {
  /** Equal for equal bodies of one caller on one route. */
  fingerprint: string;
  /** Whether the client says that it sent this before. */
  isRetry: boolean;
}

/** Equal for equal work and pictures. Hashed off the event loop: pictures are large. */
export async function fingerprintOf({ work, pictures = {} }: Pick<PaintRequest, 'work' | 'pictures'>): Promise<string> {
  const bytes = Object.values(pictures).flat() as Uint8Array<ArrayBuffer>[];
  const parts = [new TextEncoder().encode(JSON.stringify([work, Object.keys(pictures)])), ...bytes];
  const hashes = await Promise.all(parts.map((part) => subtle.digest('SHA-256', part)));
  const whole = await subtle.digest('SHA-256', Buffer.concat(hashes.map((hash) => Buffer.from(hash))));
  return Buffer.from(whole).toString('hex').slice(0, 32);
}

/** The clients that wait for jobs: a repeated request joins the job of the first one, and a job that has lost its last client is cancelled. */
export class Followers {
  readonly #context: Pick<ServerContext, 'jobs' | 'config' | 'clock' | 'closing' | 'warn'>;
  readonly #graceMs: number;
  /** Submissions that have not returned yet, by client and fingerprint. */
  readonly #submitting = new Map<string, Promise<PaintJob>>();
  readonly #clients = new Map<string, number>();
  readonly #ending = new Map<string, Timer>();

  constructor(context: Pick<ServerContext, 'jobs' | 'config' | 'clock' | 'closing' | 'warn'>, grace: number = graceMs) {
    this.#context = context;
    this.#graceMs = grace;
    context.closing.addEventListener('abort', () => this.#keepAll(), { once: true });
  }

  /**
   * Submits a job, or returns that of an earlier attempt which waits, runs or is done.
   *
   * @throws ArtistError every error of PaintJobs.submit()
   */
  async begin(request: PaintRequest, { fingerprint, isRetry }: Attempt): Promise<PaintJob> {
    const key = `${request.client} ${fingerprint}`;
    const earlier = isRetry
      ? ((await this.#submitting.get(key)?.catch(() => undefined)) ?? (await this.#earlier(request, fingerprint)))
      : undefined;
    if (earlier) return earlier;
    // The same body sent anew asks for a new picture, so each first attempt has a name of its own.
    const reference = `${fingerprint}-${randomUUID()}`;
    const submitted = submitChosen({ ...request, reference }, this.#context);
    this.#submitting.set(key, submitted);
    try {
      return await submitted;
    } finally {
      if (this.#submitting.get(key) === submitted) this.#submitting.delete(key);
    }
  }

  async #earlier({ client, dialect }: PaintRequest, fingerprint: string): Promise<PaintJob | undefined> {
    const jobs = await this.#context.jobs.list({ client, dialect, states: ['waiting', 'delayed', 'running', 'done'], limit: 100 });
    const oldest = this.#context.clock.now() - retryMs;
    return jobs
      .filter((job) => job.reference?.startsWith(`${fingerprint}-`) && Date.parse(job.createdAt) >= oldest)
      .sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1))
      .at(0);
  }

  /**
   * Counts a client that waits for a job.
   *
   * @returns to be called once: when it has its answer, or has gone without one
   */
  hold(id: string): (outcome: 'answered' | 'gone') => void {
    this.#ending.get(id)?.cancel();
    this.#ending.delete(id);
    this.#clients.set(id, (this.#clients.get(id) ?? 0) + 1);
    let isHeld = true;
    return (outcome) => {
      if (!isHeld) return;
      isHeld = false;
      const left = (this.#clients.get(id) ?? 1) - 1;
      if (left > 0) this.#clients.set(id, left);
      else this.#clients.delete(id);
      if (left === 0 && outcome === 'gone' && !this.#context.closing.aborted) this.#endLater(id);
    };
  }

  #endLater(id: string): void {
    const { clock, jobs, warn } = this.#context;
    const end = (): void => {
      this.#ending.delete(id);
      if (this.#clients.has(id)) return;
      jobs.cancel(id).catch((error: unknown) => warn(`job ${id}: its client has gone, but it cannot be cancelled: ${String(error)}`));
    };
    this.#ending.set(id, clock.timer(this.#graceMs, end, { unref: true }));
  }

  /** A server that stops cuts its clients off. Their jobs stay in the queue: the next server, or a worker, paints them. */
  #keepAll(): void {
    for (const timer of this.#ending.values()) timer.cancel();
    this.#ending.clear();
  }
}
