import type { LogEntry } from './entry.ts';

/** An equal entry that comes within this time is counted instead of shown, milliseconds. */
const windowMs = 60_000;
/** A count is shown at most this long after its first entry, so that a reader sees that it continues. */
const longestSilenceMs = 60_000;

interface Counted {
  entry: LogEntry;
  key: string;
  /** Time of the shown entry or the last count. */
  shownAt: number;
  lastAt: number;
  count: number;
}

/** Entries with objects never count as equal: objects that print alike may differ. */
function keyOf({ type, tag, values, scope }: LogEntry): string | undefined {
  const parts = values.map((value) => (value instanceof Error ? `${value.name}: ${value.message}` : value));
  if (parts.some((part) => typeof part === 'object' || typeof part === 'function')) return undefined;
  return [type, tag, scope['requestId'] ?? '', ...parts.map(String)].join('\u0000');
}

/**
 * Passes the first of several equal consecutive entries; the rest become one entry with their count, sent when a different one comes, after
 * a minute, and at flush().
 */
export class Repeats {
  readonly #pass: (entry: LogEntry) => void;
  #last: Counted | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(pass: (entry: LogEntry) => void) {
    this.#pass = pass;
  }

  add(entry: LogEntry): void {
    const key = keyOf(entry);
    const last = this.#last;
    if (last && key === last.key && entry.time - last.lastAt < windowMs && entry.time >= last.lastAt) {
      last.count++;
      last.lastAt = entry.time;
      last.entry = entry;
      if (entry.time - last.shownAt >= longestSilenceMs) this.#show(last);
      else this.#timer ??= setTimeout(() => this.flush(), longestSilenceMs).unref();
      return;
    }
    this.flush();
    this.#pass(entry);
    this.#last = key === undefined ? undefined : { entry, key, shownAt: entry.time, lastAt: entry.time, count: 0 };
  }

  /** Sends the pending count, if there is one. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#last && this.#last.count > 0) this.#show(this.#last);
  }

  #show(counted: Counted): void {
    const { entry, count } = counted;
    counted.count = 0;
    counted.shownAt = entry.time;
    this.#pass({ ...entry, repeated: count });
  }
}
