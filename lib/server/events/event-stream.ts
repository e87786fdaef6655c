import { Readable } from 'node:stream';
import { type EventLog, frameOf, type LoggedEvent } from './event-log.ts';

/** Milliseconds after which a client that lost its connection tries again. */
const retryMs = 3000;
/** What a client may buffer in this process before it counts as slow, bytes. */
const bufferBytes = 16_384;
/** Heartbeats during which a client may take nothing: two minutes. */
const mostSilentBeats = 8;

export interface StreamFilter {
  /** Whether the client wants an event. */
  wants: (event: LoggedEvent) => boolean;
  /** true: the caller has a token and sees everything. */
  full: boolean;
  /** Whether the client wants previews of a job. */
  previews: (job: string) => boolean;
  /** Ends the stream after this event. */
  isLast?: ((event: LoggedEvent) => boolean) | undefined;
}

/**
 * The events of one client. It holds a position in the shared log and no queue of its own, so memory does not grow with slow clients: they
 * catch up from the log. One that falls behind the log is told to load everything again.
 */
export class EventStream extends Readable {
  /** Whether it continues where the client was. */
  readonly isResumed: boolean;
  readonly #log: EventLog;
  readonly #filter: StreamFilter;
  #at: number;
  #isReady = false;
  #silentBeats = 0;

  /**
   * @param lastEventId of the client; undefined: from now on
   */
  constructor(log: EventLog, filter: StreamFilter, lastEventId: string | undefined) {
    super({ highWaterMark: bufferBytes });
    this.#log = log;
    this.#filter = filter;
    const resumed = lastEventId === undefined ? undefined : log.resume(lastEventId);
    this.isResumed = resumed !== undefined;
    this.#at = resumed ?? log.last;
    this.push(`retry: ${retryMs}\n\n`);
    if (lastEventId !== undefined && resumed === undefined) this.push(this.#reset('these events are no longer kept'));
    else if (resumed === undefined) this.push(frameOf('ready', {}, log.idOf(this.#at)));
  }

  #reset(reason: string): Buffer {
    return frameOf('reset', { reason, hint: 'load everything again' }, this.#log.idOf(this.#log.last));
  }

  override _read(): void {
    this.#isReady = true;
    this.wake();
  }

  /** Sends what is new, as far as the client takes it. */
  wake(): void {
    while (this.#isReady && !this.readableEnded && !this.destroyed) {
      const event = this.#log.after(this.#at);
      if (event === undefined) return;
      if (event === 'lost') {
        this.#at = this.#log.last;
        this.#send(this.#reset('this client was too slow'));
        continue;
      }
      this.#at = event.sequence;
      const frame = this.#filter.full ? event.full : event.open;
      if (frame === undefined || !this.#filter.wants(event)) continue;
      this.#send(frame);
      if (this.#filter.isLast?.(event)) return this.finish();
    }
  }

  /** Sends a frame before the next event, whether the client is slow or not. */
  tell(frame: Buffer): void {
    this.#isReady = this.push(frame) && this.#isReady;
  }

  /** A frame that is dropped if the client has not yet taken what was sent before. */
  offer(frame: Buffer): void {
    if (this.#isReady && !this.destroyed && this.#log.after(this.#at) === undefined) this.#send(frame);
  }

  /** Keeps the connection of an idle client open, and ends that of one that takes nothing any more. Called at each heartbeat. */
  beat(frame: Buffer): void {
    this.#silentBeats = this.#isReady ? 0 : this.#silentBeats + 1;
    if (this.#silentBeats > mostSilentBeats) this.destroy();
    else this.offer(frame);
  }

  wantsPreview(job: string): boolean {
    return this.#filter.previews(job);
  }

  #send(frame: Buffer): void {
    this.#isReady = this.push(frame);
  }

  /** Ends the stream after what was sent. @param last a frame to send before the end */
  finish(last?: Buffer): void {
    this.#isReady = false;
    if (last !== undefined) this.push(last);
    this.push(null);
  }
}
