import {
  acquireLock,
  type Clock,
  errorLine,
  type Home,
  isArtistError,
  type Lock,
  type RandomSource,
  type Timer,
} from '../../core/index.ts';
import { postWebhook, type Reach } from '../../hooks/index.ts';
import { WebhookBook, type WebhookMessage } from './webhook-book.ts';
import type { Delivery, Webhook } from './webhook-state.ts';

/** Calls at the same time. */
const atOnce = 4;
/** How often another server's end, and deliveries that other processes added, are noticed, milliseconds. */
const lookMs = 15_000;

export interface WebhookSenderOptions {
  home: Home;
  clock: Clock;
  reach: Reach;
  warn: (line: string) => void;
  random?: RandomSource;
}

/**
 * Sends what is due, and tries again over hours. Deliveries are stored before they are sent, so that a restart loses none. Of several servers
 * of one home only one sends: the holder of the lock.
 */
export class WebhookSender {
  readonly book: WebhookBook;
  readonly #options: WebhookSenderOptions;
  readonly #stop = new AbortController();
  readonly #busy = new Map<string, Promise<void>>();
  #lock: Lock | undefined;
  #timer: Timer | undefined;
  #turn: Promise<void> = Promise.resolve();

  constructor(options: WebhookSenderOptions) {
    this.#options = options;
    this.book = new WebhookBook(options.home, options);
  }

  /** Whether this process sends, and so has to record events. */
  get isSending(): boolean {
    return this.#lock !== undefined;
  }

  start(): Promise<void> {
    return this.look();
  }

  /**
   * Stores a message for all webhooks that want it, and sends it. Failures are logged: they must not harm what the message tells of.
   *
   * @param endsJob the message is the last one about its job
   */
  async tell(message: WebhookMessage, { endsJob = false } = {}): Promise<void> {
    if (!this.isSending) return;
    try {
      await this.book.enqueue(message);
      if (endsJob && message.job !== undefined) await this.book.endOfJob(message.job);
      await this.look();
    } catch (error) {
      this.#options.warn(`webhooks: ${message.type} could not be stored: ${errorLine(error)}`);
    }
  }

  /** Sends what is due. */
  look(): Promise<void> {
    this.#turn = this.#turn.then(() => this.#look());
    return this.#turn;
  }

  async #look(): Promise<void> {
    if (this.#stop.signal.aborted) return;
    this.#timer?.cancel();
    let next = lookMs;
    try {
      if (await this.#isOurs()) next = await this.#sendDue();
    } catch (error) {
      this.#options.warn(`webhooks: ${errorLine(error)}`);
    }
    if (this.#stop.signal.aborted) return;
    this.#timer = this.#options.clock.timer(next, () => void this.look(), { unref: true });
  }

  async #isOurs(): Promise<boolean> {
    if (this.#lock) return true;
    try {
      this.#lock = await acquireLock(this.#options.home.state('webhooks-sender.lock'), {
        purpose: 'sending webhooks',
        waitMs: 0,
        private: true,
      });
      return true;
    } catch (error) {
      if (isArtistError(error, 'ERR_LOCKED')) return false;
      throw error;
    }
  }

  /** @returns milliseconds until the next look */
  async #sendDue(): Promise<number> {
    const { hooks, deliveries } = await this.book.read();
    const byId = new Map(hooks.map((hook) => [hook.id, hook]));
    const now = this.#options.clock.now();
    let next = lookMs;
    for (const delivery of deliveries) {
      const hook = byId.get(delivery.hook);
      if (
        !hook ||
        delivery.nextAt === null ||
        this.#busy.has(delivery.id) ||
        (!hook.active && hook.job === null && delivery.type !== 'test')
      )
        continue;
      if (delivery.nextAt > now) next = Math.min(next, delivery.nextAt - now);
      else if (this.#busy.size < atOnce) this.#begin(hook, delivery);
    }
    return Math.max(next, 10);
  }

  #begin(hook: Webhook, delivery: Delivery): void {
    const work = this.#send(hook, delivery).finally(() => {
      this.#busy.delete(delivery.id);
      if (!this.#stop.signal.aborted) void this.look();
    });
    this.#busy.set(delivery.id, work);
  }

  async #send(hook: Webhook, { id, body, type }: Delivery): Promise<void> {
    const { clock, reach, warn } = this.#options;
    try {
      const result = await postWebhook(hook, { id, body, at: clock.now() }, reach, this.#stop.signal);
      // A try that the end of this server broke off does not count.
      if (result.problem !== undefined && this.#stop.signal.aborted) return;
      const kept = await this.book.record(id, result);
      if (kept?.nextAt === null) warn(`webhooks: ${type} (${id}) to ${new URL(hook.url).host} was given up: ${kept.problem}`);
    } catch (error) {
      warn(`webhooks: the outcome of ${id} could not be stored: ${errorLine(error)}`);
    }
  }

  /** Breaks off what is being sent; it is sent again after the next start. */
  async close(): Promise<void> {
    this.#stop.abort();
    this.#timer?.cancel();
    await this.#turn;
    await Promise.all(this.#busy.values());
    await this.#lock?.release();
  }
}
