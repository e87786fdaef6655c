import type { ToParent } from './protocol.ts';

type Send = (message: ToParent, sent: () => void) => void;

/**
 * Sends messages in order, a few at a time. While the reader is busy, only the newest progress and preview of each job wait:
 * a blocked parent must not fill the child's memory with pictures.
 */
export class Outbox {
  readonly #send: Send;
  readonly #limit: number;
  #waiting: { key: string | undefined; message: ToParent }[] = [];
  #inFlight = 0;

  /** `limit`: how many messages may be in the channel, not yet written. */
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

/** A message replaces a waiting one with the same key. */
function staleKey(message: ToParent): string | undefined {
  if (message.type !== 'event') return undefined;
  const { id, event } = message;
  if (event.type === 'progress') return `${id} ${event.phase} ${event.image}`;
  return event.type === 'preview' || event.type === 'queued' ? `${id} ${event.type}` : undefined;
}
