import type { ToParent } from './protocol.ts';

type Send = (message: ToParent, sent: () => void) => void;

/**
 * Sends messages in order, a few at a time. While the reader is busy, of each job's progress and previews only the newest wait:
 * a blocked parent must not fill the child's memory with pictures.
 */
export class Outbox {
  readonly #send: Send;
  readonly #limit: number;
  #waiting: { key: string | undefined; message: ToParent }[] = [];
  #inFlight = 0;

  /** `limit`: messages handed to the channel that it has not written yet. */
  constructor(send: Send, limit = 4) {
    this.#send = send;
    this.#limit = limit;
  }

  post(message: ToParent): void {
    const key = staleKey(message);
    if (key !== undefined) this.#waiting = this.#waiting.filter((other) => other.key !== key);
    this.#waiting.push({ key, message });
    this.#pump();
  }

  #pump(): void {
    while (this.#inFlight < this.#limit) {
      const next = this.#waiting.shift();
      if (!next) return;
      this.#inFlight++;
      this.#send(next.message, () => {
        this.#inFlight--;
        this.#pump();
      });
    }
  }
}

/** Messages with the same key replace each other. */
function staleKey(message: ToParent): string | undefined {
  if (message.type !== 'event') return undefined;
  const { id, event } = message;
  if (event.type === 'progress') return `${id} ${event.phase} ${event.image}`;
  return event.type === 'preview' || event.type === 'queued' ? `${id} ${event.type}` : undefined;
}
