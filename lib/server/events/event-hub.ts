import type { Clock, Timer } from '../../core/index.ts';
import { EventLog, type EventLogOptions, frameOf, type LoggedEvent, type ServerEvent } from './event-log.ts';
import { EventStream, type StreamFilter } from './event-stream.ts';

/** Proxies cut connections that are silent for 30 to 60 seconds. */
const heartbeatMs = 15_000;
/** Changes are still watched for this long after the last listener has left, so that it can come back without loss. */
const lingerMs = 300_000;
const mostClients = 4096;

/** Watches something and publishes its changes. */
export interface EventSource {
  /** @param publish takes the events until the returned function is called */
  start(hub: EventHub): () => void;
}

export interface EventHubOptions extends EventLogOptions {
  clock: Clock;
  sources?: readonly EventSource[];
  heartbeatMs?: number;
  lingerMs?: number;
}

/** Brings the changes of a home to all clients and listeners of this process. The sources run only while something listens. */
export class EventHub {
  readonly log: EventLog;
  readonly #clock: Clock;
  readonly #sources: readonly EventSource[];
  readonly #heartbeatMs: number;
  readonly #lingerMs: number;
  readonly #streams = new Set<EventStream>();
  readonly #listeners = new Set<(event: LoggedEvent) => void>();
  #stops: (() => void)[] | undefined;
  #beat: Timer | undefined;
  #linger: Timer | undefined;
  #closed = false;

  constructor({ clock, sources = [], heartbeatMs: beat = heartbeatMs, lingerMs: linger = lingerMs, ...options }: EventHubOptions) {
    this.log = new EventLog(options);
    this.#clock = clock;
    this.#sources = sources;
    this.#heartbeatMs = beat;
    this.#lingerMs = linger;
  }

  get clients(): number {
    return this.#streams.size;
  }

  /** Whether no further client can be served. */
  get isFull(): boolean {
    return this.#streams.size >= mostClients;
  }

  /** Whether a client wants previews of a job. */
  wantsPreviews(job: string): boolean {
    for (const stream of this.#streams) if (stream.wantsPreview(job)) return true;
    return false;
  }

  publish(event: ServerEvent): void {
    const logged = this.log.add(event);
    for (const stream of this.#streams) stream.wake();
    for (const listener of this.#listeners) listener(logged);
  }

  /** A preview of a job: slow clients miss it, and it is not replayed. */
  publishPreview(job: string, data: unknown): void {
    const frame = frameOf('preview', data);
    for (const stream of this.#streams) if (stream.wantsPreview(job)) stream.offer(frame);
  }

  /** Id of the newest event. A client that connects with it within seconds is told all that happens from now on. */
  position(): string {
    this.#wake();
    this.#rest();
    return this.log.idOf(this.log.last);
  }

  /** @param lastEventId of a client that comes back */
  connect(filter: StreamFilter, lastEventId?: string): EventStream {
    this.#wake();
    const stream = new EventStream(this.log, filter, lastEventId);
    this.#streams.add(stream);
    stream.once('close', () => {
      this.#streams.delete(stream);
      this.#rest();
    });
    if (this.#closed) stream.finish(this.#farewell());
    return stream;
  }

  /** Calls `listener` with each event until the returned function is called. */
  listen(listener: (event: LoggedEvent) => void): () => void {
    this.#wake();
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      this.#rest();
    };
  }

  #wake(): void {
    this.#linger?.cancel();
    this.#linger = undefined;
    if (this.#closed || this.#stops) return;
    this.#stops = this.#sources.map((source) => source.start(this));
    this.#pulse();
  }

  #pulse(): void {
    this.#beat = this.#clock.timer(
      this.#heartbeatMs,
      () => {
        const frame = Buffer.from(': still here\n\n');
        for (const stream of this.#streams) stream.beat(frame);
        this.#pulse();
      },
      { unref: true },
    );
  }

  #rest(): void {
    if (this.#closed || this.#streams.size > 0 || this.#listeners.size > 0) return;
    this.#linger?.cancel();
    this.#linger = this.#clock.timer(this.#lingerMs, () => this.#sleep(), { unref: true });
  }

  #sleep(): void {
    this.#stopSources();
    // What happens now is not recorded, so a client that comes back later must load everything again.
    this.log.restart();
  }

  #stopSources(): void {
    for (const stop of this.#stops ?? []) stop();
    this.#stops = undefined;
    this.#beat?.cancel();
  }

  #farewell(): Buffer {
    return frameOf('closing', { hint: 'the server stops; connect again in a few seconds' });
  }

  /** Tells all clients that the server stops, and ends their streams. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#linger?.cancel();
    this.#stopSources();
    for (const stream of this.#streams) stream.finish(this.#farewell());
    this.#listeners.clear();
  }
}
