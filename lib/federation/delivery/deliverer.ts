import { type Clock, errorLine } from '../../core/index.ts';
import type { Followers } from '../records/followers.ts';
import type { DeliveryFiles, Recipient } from './delivery-file.ts';
import { postActivity, type Sign } from './post-activity.ts';

/** Between two tries, doubled each time, milliseconds. */
export interface Backoff {
  firstMs: number;
  mostMs: number;
  /** After so many tries the inbox does not get the activity. */
  tries: number;
}

/** Half a minute, doubled up to twelve hours: about four days. */
export const usualBackoff: Backoff = { firstMs: 30_000, mostMs: 12 * 3_600_000, tries: 18 };

const mostAtOnce = 16;
/** So that a server that does not answer holds up nobody else. */
const mostPerHost = 2;

export interface DelivererParts {
  files: DeliveryFiles;
  followers: Followers;
  sign: Sign;
  allowPrivate: boolean;
  backoff: Backoff;
  clock: Clock;
  warn: (line: string) => void;
}

interface Open {
  body: string;
  to: Map<string, Recipient>;
  isChanged: boolean;
}

/** Delivers what the files of deliveries hold. One process of a home at a time: its caller holds the lock. */
export class Deliverer {
  readonly #parts: DelivererParts;
  readonly #open = new Map<string, Open>();
  readonly #broken = new Set<string>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #perHost = new Map<string, number>();
  readonly #stopping = new AbortController();

  constructor(parts: DelivererParts) {
    this.#parts = parts;
  }

  /** One round: stores what was delivered since the last, looks for new deliveries, begins what is due. */
  async step(): Promise<void> {
    await this.#store();
    for (const name of await this.#parts.files.names()) if (!this.#open.has(name) && !this.#broken.has(name)) await this.#take(name);
    this.#beginDue();
  }

  #beginDue(): void {
    const now = this.#parts.clock.now();
    for (const [name, { body, to }] of this.#open)
      for (const recipient of to.values()) {
        if (this.#running.size >= mostAtOnce || this.#stopping.signal.aborted) return;
        if (recipient.at <= now) this.#begin(name, body, recipient);
      }
  }

  /** How many inboxes wait for something. */
  get waiting(): number {
    return [...this.#open.values()].reduce((sum, { to }) => sum + to.size, 0);
  }

  /** Ends what runs and stores how far it is. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#running.values());
    await this.#store();
  }

  async #take(name: string): Promise<void> {
    try {
      const { activity, to } = await this.#parts.files.read(name);
      const body = JSON.stringify(activity);
      this.#open.set(name, { body, to: new Map(to.map((recipient) => [recipient.inbox, recipient])), isChanged: to.length === 0 });
    } catch (error) {
      this.#broken.add(name);
      this.#parts.warn(`federation: ${errorLine(error)}`);
    }
  }

  async #store(): Promise<void> {
    for (const [name, open] of this.#open) {
      if (!open.isChanged) continue;
      open.isChanged = false;
      await this.#parts.files.save(name, [...open.to.values()]);
      if (open.to.size === 0) this.#open.delete(name);
    }
  }

  #begin(name: string, body: string, recipient: Recipient): void {
    const key = `${name} ${recipient.inbox}`;
    const { host } = new URL(recipient.inbox);
    const ofHost = this.#perHost.get(host) ?? 0;
    if (this.#running.has(key) || ofHost >= mostPerHost) return;
    this.#perHost.set(host, ofHost + 1);
    const done = this.#deliver(name, body, recipient)
      .catch((error: unknown) => this.#parts.warn(`federation: ${errorLine(error)}`))
      .finally(() => {
        this.#running.delete(key);
        this.#perHost.set(host, (this.#perHost.get(host) ?? 1) - 1);
        this.#beginDue();
      });
    this.#running.set(key, done);
  }

  async #deliver(name: string, body: string, recipient: Recipient): Promise<void> {
    const { followers, sign, allowPrivate, backoff, clock, warn } = this.#parts;
    const { inbox } = recipient;
    const { signal } = this.#stopping;
    const isBlocked = await followers.isBlocked(inbox);
    const outcome = isBlocked ? ({ is: 'gone' } as const) : await postActivity(inbox, body, sign, allowPrivate, signal);
    if (signal.aborted && outcome.is === 'failed') return; // it was we who ended the try
    const open = this.#open.get(name);
    if (!open) return;
    const tries = recipient.tries + 1;
    open.isChanged = true;
    if (outcome.is === 'failed' && tries < backoff.tries) {
      const waitMs = Math.max(outcome.waitMs ?? 0, Math.min(backoff.firstMs * 2 ** (tries - 1), backoff.mostMs));
      open.to.set(inbox, { inbox, tries, at: Math.round(clock.now() + waitMs) });
      return;
    }
    open.to.delete(inbox);
    if (outcome.is === 'gone') await followers.remove((follower) => follower.inbox === inbox || follower.sharedInbox === inbox);
    else if ('problem' in outcome) warn(`federation: ${inbox} does not get ${name}: ${outcome.problem}`);
  }
}
