/** One connection for live events that survives refusals and closing: it goes on after the last event that it has heard. No signals: a worker uses it too. */
import type { StreamState } from './event-messages.ts';

/** After a refusal EventSource does not try again by itself. */
const retryMs = 5000;
/** Events with an id of the stream, which tell where to go on. */
const always = ['ready', 'reset'] as const;

interface Told {
  event: (type: string, data: string) => void;
  state: (state: StreamState) => void;
}

export class EventConnection {
  readonly #address: string;
  readonly #told: Told;
  readonly #types = new Set<string>(always);
  #source: EventSource | undefined;
  #lastId = '';
  #retry: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param address absolute, with a query
   * @param since id of the event after which it begins; empty: from now on
   */
  constructor(address: string, since: string, types: Iterable<string>, told: Told) {
    this.#address = address;
    this.#lastId = since;
    this.#told = told;
    for (const type of types) this.#types.add(type);
  }

  /** Of the newest event that was heard. */
  get lastId(): string {
    return this.#lastId;
  }

  get isOpen(): boolean {
    return this.#source?.readyState === EventSource.OPEN;
  }

  hear(type: string): void {
    if (this.#types.has(type)) return;
    this.#types.add(type);
    this.#source?.addEventListener(type, this.#dispatch);
  }

  /** Connects, unless it is connected. What was missed meanwhile is sent again by the server, or a `reset`. */
  open(): void {
    if (this.#source) return;
    clearTimeout(this.#retry);
    const source = new EventSource(
      this.#lastId === '' ? this.#address : `${this.#address}&lastEventId=${encodeURIComponent(this.#lastId)}`,
    );
    source.onopen = () => this.#told.state('open');
    source.onerror = () => {
      if (source.readyState !== EventSource.CLOSED) return this.#told.state('broken');
      this.close();
      this.#retry = setTimeout(() => this.open(), retryMs);
      this.#told.state('refused');
    };
    for (const type of this.#types) source.addEventListener(type, this.#dispatch);
    this.#source = source;
  }

  close(): void {
    clearTimeout(this.#retry);
    this.#source?.close();
    this.#source = undefined;
  }

  readonly #dispatch = ({ type, data, lastEventId }: MessageEvent<string>): void => {
    if (lastEventId !== '') this.#lastId = lastEventId;
    this.#told.event(type, data);
  };
}
