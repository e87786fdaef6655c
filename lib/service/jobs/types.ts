import type { Dialect, InputPictures, JobPicture, JobProgress, Order, PaintWork, WorkSource } from '../../artist/index.ts';
import type { ErrorCode } from '../../core/index.ts';
import type { TaskState } from '../../schedule/index.ts';

export { dialects } from '../../artist/index.ts';
export type { Dialect, InputPictures, JobPicture, JobProgress, PaintWork, WorkSource };

export interface PaintRequest {
  work: PaintWork;
  pictures?: InputPictures;
  /** File the pictures in the gallery. Default true. If false, they stay in the job's folder for `resultHours` of the settings. */
  keep?: boolean;
  /** For the filed works. */
  title?: string;
  tags?: readonly string[];
  /** Works of the gallery that it begins with; the filed works name them in their derivation. */
  from?: readonly WorkSource[];
  /** Who asked: id of a token, or `local`. */
  client: string;
  dialect: Dialect;
  /** The caller's own id of the job, such as force_task_id of A1111. Unique for each client while the job waits or runs. */
  reference?: string;
  /** Attach instead of painting twice: a waiting, running or recently done job of the same client with the same key is returned. */
  key?: string;
  /** 0..100, larger first. Default 60: before scheduled works (50). */
  priority?: number;
}

export interface PaintJob {
  /** Id of the task in the queue. */
  id: string;
  state: TaskState;
  /** Tasks that run before this one; 0: it is next or runs; null: it has ended. */
  ahead: number | null;
  client: string;
  dialect: Dialect;
  reference: string | null;
  /** null: the order of a schedule, or of another program; see `order`. */
  work: PaintWork | null;
  order: Order | null;
  keep: boolean;
  priority: number;
  /** ISO 8601, UTC. */
  createdAt: string;
  startedAt: string | null;
  endedAt: string | null;
  worker: string | null;
  progress: JobProgress | null;
  /** Those painted so far; all when the state is done. */
  pictures: JobPicture[];
  warnings: string[];
  error: { code: ErrorCode; message: string } | null;
}

export type JobEvent =
  /** State, place or progress changed. */
  | { type: 'job'; job: PaintJob }
  /** A preview of the picture being painted: a small JPEG. */
  | { type: 'preview'; job: PaintJob; jpeg: Uint8Array }
  /** A picture is done. */
  | { type: 'picture'; job: PaintJob; picture: JobPicture };

/** Jobs of one home: submits them to its queue, and follows them in whatever process they are painted. */
export interface PaintJobs {
  /**
   * When the promise is fulfilled, the job survives the end of every process.
   *
   * @throws ArtistError ERR_INVALID_ARGUMENT when an option is invalid (names it), ERR_IMAGE_DECODE, ERR_MODEL_NOT_FOUND, ERR_LORA, ERR_DISK_FULL,
   *   ERR_WRITE, ERR_LOCKED, ERR_NETWORK, ERR_RATE_LIMIT when the client has too many jobs that wait or run
   */
  submit(request: PaintRequest): Promise<PaintJob>;
  /** @throws ArtistError ERR_NOT_FOUND */
  get(id: string): Promise<PaintJob>;
  /** The job that this client named so; undefined: none. */
  byReference(client: string, reference: string): Promise<PaintJob | undefined>;
  /** In the order in which they run, then ended ones, newest first. */
  list(filter?: { client?: string; dialect?: Dialect; states?: readonly TaskState[]; limit?: number }): Promise<PaintJob[]>;
  /**
   * The events of a job from now on, the present state first; ends after the event of an ended state. Slow readers miss previews and progress in
   * between, never a picture or the end.
   *
   * @throws ArtistError ERR_NOT_FOUND; the signal's reason
   */
  watch(id: string, options?: { signal?: AbortSignal; previews?: boolean }): AsyncIterable<JobEvent>;
  /** Waits for the end. Resolves with the ended job, in whatever state. @throws ArtistError ERR_NOT_FOUND; the signal's reason */
  wait(id: string, options?: { signal?: AbortSignal }): Promise<PaintJob>;
  /** @throws ArtistError ERR_NOT_FOUND */
  cancel(id: string): Promise<PaintJob>;
  /** Paints a failed or cancelled job again. @throws ArtistError ERR_NOT_FOUND, ERR_INVALID_ARGUMENT in another state */
  retry(id: string): Promise<PaintJob>;
  /** Moves a waiting job. @throws ArtistError ERR_NOT_FOUND, ERR_INVALID_ARGUMENT when it does not wait */
  move(id: string, priority: number): Promise<PaintJob>;
  /** Bytes of a picture of a job. @throws ArtistError ERR_NOT_FOUND: no such picture, or it has expired */
  picture(id: string, index: number): Promise<{ picture: JobPicture; bytes: Uint8Array }>;
  /** The latest preview, a small JPEG; undefined: there is none. */
  preview(id: string): Promise<Uint8Array | undefined>;
  close(): Promise<void>;
}
