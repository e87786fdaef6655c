import { randomBytes } from 'node:crypto';

/** What an event is about. */
export const topics = ['job', 'queue', 'work', 'schedule', 'training', 'publish'] as const;
export type Topic = (typeof topics)[number];

export interface ServerEvent {
  topic: Topic;
  /** Name of the event: `job`, `picture`, `work.filed` … */
  type: string;
  /** JSON, for callers with a token. */
  data: unknown;
  /** JSON, for callers without a token; undefined: they do not get the event. */
  open: unknown;
  /** Id of the job that it concerns. */
  job?: string;
}

/** An event as it is sent. Serialised once, shared by all clients. */
export interface LoggedEvent {
  readonly sequence: number;
  readonly topic: Topic;
  readonly type: string;
  readonly data: unknown;
  readonly job: string | undefined;
  readonly full: Buffer;
  readonly open: Buffer | undefined;
}

export interface EventLogOptions {
  /** Events that are kept for replay. Default 2000. */
  count?: number;
  /** Bytes that they may take. Default 8 MiB. */
  bytes?: number;
}

/** A frame of server-sent events, https://html.spec.whatwg.org/multipage/server-sent-events.html. JSON has no line breaks. */
export function frameOf(type: string, data: unknown, id?: string): Buffer {
  return Buffer.from(`${id === undefined ? '' : `id: ${id}\n`}event: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
}

/**
 * The last events, for clients that come back. Ids are `<epoch>.<sequence>`; the epoch changes with each start, so that an id of another
 * process is recognised.
 */
export class EventLog {
  readonly #count: number;
  readonly #bytes: number;
  #epoch = newEpoch();
  #events: LoggedEvent[] = [];
  #held = 0;
  /** Sequence of the newest event. */
  #last = 0;

  constructor({ count = 2000, bytes = 8 * 2 ** 20 }: EventLogOptions = {}) {
    this.#count = count;
    this.#bytes = bytes;
  }

  /** Sequence of the newest event; 0: none yet. */
  get last(): number {
    return this.#last;
  }

  idOf(sequence: number): string {
    return `${this.#epoch}.${sequence}`;
  }

  add({ topic, type, data, open, job }: ServerEvent): LoggedEvent {
    const sequence = ++this.#last;
    const id = this.idOf(sequence);
    const full = frameOf(type, data, id);
    const event: LoggedEvent = {
      sequence,
      topic,
      type,
      data,
      job,
      full,
      open: open === undefined ? undefined : open === data ? full : frameOf(type, open, id),
    };
    this.#events.push(event);
    this.#held += sizeOf(event);
    // Many at once, because shift() moves all that follow.
    if (this.#events.length > this.#count * 1.25 || this.#held > this.#bytes) this.#trim();
    return event;
  }

  #trim(): void {
    let cut = Math.max(0, this.#events.length - this.#count);
    for (const event of this.#events.slice(0, cut)) this.#held -= sizeOf(event);
    for (; this.#held > this.#bytes * 0.8 && cut < this.#events.length - 1; cut++) this.#held -= sizeOf(this.#events[cut] as LoggedEvent);
    this.#events = this.#events.slice(cut);
  }

  /** The event that follows `sequence`; undefined: there is none yet; `lost`: it is no longer kept. */
  after(sequence: number): LoggedEvent | 'lost' | undefined {
    if (sequence >= this.#last) return undefined;
    const first = this.#events[0]?.sequence ?? this.#last + 1;
    return sequence + 1 < first ? 'lost' : this.#events[sequence + 1 - first];
  }

  /** The sequence from which a client with this Last-Event-ID continues; undefined: events are missing, so it must load everything again. */
  resume(lastEventId: string): number | undefined {
    const [, epoch, number] = /^([0-9a-f]+)\.(\d{1,15})$/.exec(lastEventId) ?? [];
    const sequence = Number(number);
    if (epoch !== this.#epoch || sequence > this.#last) return undefined;
    return this.after(sequence) === 'lost' ? undefined : sequence;
  }

  /** Forgets everything: ids given before are not valid any more. Call it when events were not recorded for a while. */
  restart(): void {
    this.#epoch = newEpoch();
    this.#events = [];
    this.#held = 0;
    this.#last = 0;
  }
}

const newEpoch = (): string => randomBytes(6).toString('hex');

function sizeOf({ full, open }: LoggedEvent): number {
  return full.length + (open === undefined || open === full ? 0 : open.length);
}
