import {
  ArtistError,
  type Clock,
  createIds,
  type Home,
  plainText,
  type RandomSource,
  rememberSecret,
  StateFile,
  systemRandom,
} from '../../core/index.ts';
import type { PostResult } from '../../hooks/index.ts';
import { newWebhookSecret, secretKey } from '../../hooks/index.ts';
import { type Delivery, type Webhook, type WebhookEvent, type WebhookState, waitAfter, webhookDefinition } from './webhook-state.ts';

/** Deliveries that wait, of one hook. Beyond that the oldest is given up. */
const mostWaiting = 1000;
/** Deliveries given up that are kept for retry, of all hooks. */
const mostDead = 500;
const mostHooks = 100;
/** Characters of a reason for a failure that are stored. Receivers write parts of some: the names in their certificates. */
const longestProblem = 300;
/** Status with which a receiver says that it wants nothing any more. */
const gone = 410;

export interface WebhookOptions {
  url: string;
  events?: readonly WebhookEvent[] | undefined;
  /** `whsec_…`. Default: a new one. */
  secret?: string | undefined;
  description?: string | undefined;
  active?: boolean | undefined;
  /** Id of the one job that it belongs to. */
  job?: string | undefined;
}

/** An event for webhooks. */
export interface WebhookMessage {
  type: WebhookEvent | 'test';
  data: unknown;
  /** Id of the job that it is about. */
  job?: string | undefined;
}

/** Webhooks and their deliveries, in one file of the home, which only its owner can read. */
export class WebhookBook {
  readonly #file: StateFile<WebhookState>;
  readonly #clock: Clock;
  readonly #random: RandomSource;
  readonly #newId: () => string;

  constructor(home: Home, { clock, random = systemRandom }: { clock: Clock; random?: RandomSource }) {
    this.#file = new StateFile(home.state('webhooks.json'), webhookDefinition, { clock });
    this.#clock = clock;
    this.#random = random;
    this.#newId = createIds({ clock, random });
  }

  async read(): Promise<WebhookState> {
    const state = await this.#file.read();
    for (const { secret } of state.hooks) rememberSecret(secret);
    return state;
  }

  /** @throws ArtistError ERR_INVALID_ARGUMENT: the secret is none, or there are too many */
  async add({ url, events = [], secret = newWebhookSecret(), description = '', active = true, job }: WebhookOptions): Promise<Webhook> {
    secretKey(secret);
    const hook: Webhook = {
      id: `wh_${this.#newId()}`,
      url,
      events: [...events],
      secret,
      description,
      active,
      createdAt: this.#clock.now(),
      disabledBecause: null,
      job: job ?? null,
    };
    await this.#file.change((state) => {
      if (job === undefined && state.hooks.filter((one) => one.job === null).length >= mostHooks)
        throw new ArtistError('ERR_INVALID_ARGUMENT', `webhooks: expected at most ${mostHooks}, got one more. Remove one first`);
      state.hooks.push(hook);
    });
    return hook;
  }

  /** @throws ArtistError ERR_NOT_FOUND, ERR_INVALID_ARGUMENT */
  change(id: string, { secret, events, ...rest }: Partial<Omit<WebhookOptions, 'job'>>): Promise<Webhook> {
    if (secret !== undefined) secretKey(secret);
    return this.#file.change((state) => {
      const hook = findHook(state, id);
      for (const [key, value] of Object.entries(rest)) if (value !== undefined) Object.assign(hook, { [key]: value });
      if (events !== undefined) hook.events = [...events];
      if (secret !== undefined) hook.secret = secret;
      if (hook.active) hook.disabledBecause = null;
      return hook;
    });
  }

  /** Removes a webhook and its deliveries. @throws ArtistError ERR_NOT_FOUND */
  remove(id: string): Promise<void> {
    return this.#file.change((state) => {
      findHook(state, id);
      state.hooks = state.hooks.filter((hook) => hook.id !== id);
      state.deliveries = state.deliveries.filter(({ hook }) => hook !== id);
    });
  }

  /** Stores a delivery for each webhook that wants the message. @param only id of the one webhook that gets it, active or not */
  async enqueue({ type, data, job }: WebhookMessage, only?: string): Promise<void> {
    const { hooks } = await this.#file.read();
    if (only === undefined && !hooks.some((hook) => wants(hook, type, job))) return;
    const now = this.#clock.now();
    const body = JSON.stringify({ type, timestamp: new Date(now).toISOString(), data });
    await this.#file.change((state) => {
      if (only !== undefined) findHook(state, only);
      for (const hook of state.hooks) {
        if (only === undefined ? !wants(hook, type, job) : hook.id !== only) continue;
        state.deliveries.push({
          id: `msg_${this.#newId()}`,
          hook: hook.id,
          type,
          body,
          createdAt: now,
          tries: 0,
          nextAt: now,
          lastTriedAt: null,
          status: null,
          problem: null,
        });
        giveUpOldest(state, hook.id);
      }
    });
  }

  /** Marks the hooks of a job, which has ended: they get nothing more, and go when their deliveries have. */
  async endOfJob(job: string): Promise<void> {
    const { hooks } = await this.#file.read();
    if (!hooks.some((hook) => hook.job === job && hook.active)) return;
    await this.#file.change((state) => {
      for (const hook of state.hooks) if (hook.job === job) hook.active = false;
      removeSpent(state);
    });
  }

  /** Records the outcome of a try. @returns the delivery, with `nextAt` null if it was given up; undefined: it was delivered, or removed meanwhile */
  record(id: string, { status, problem, retryAfter }: PostResult): Promise<Delivery | undefined> {
    return this.#file.change((state) => {
      const delivery = state.deliveries.find((one) => one.id === id);
      if (!delivery) return undefined;
      if (problem === undefined) {
        state.deliveries = state.deliveries.filter((one) => one !== delivery);
        removeSpent(state);
        return undefined;
      }
      const now = this.#clock.now();
      const tries = delivery.tries + 1;
      const wait = status === gone ? undefined : waitAfter(tries, this.#random());
      const nextAt = wait === undefined ? null : now + Math.max(wait, (retryAfter ?? 0) * 1000);
      Object.assign(delivery, { tries, nextAt, lastTriedAt: now, status, problem: shortLine(problem) });
      const hook = state.hooks.find((one) => one.id === delivery.hook);
      if (hook && status === gone) Object.assign(hook, { active: false, disabledBecause: 'its receiver answered 410 Gone' });
      boundDead(state);
      removeSpent(state);
      return delivery;
    });
  }

  /** Tries a delivery again from the beginning. @throws ArtistError ERR_NOT_FOUND */
  retry(id: string): Promise<Delivery> {
    return this.#file.change((state) => {
      const delivery = findDelivery(state, id);
      return Object.assign(delivery, { tries: 0, nextAt: this.#clock.now() });
    });
  }

  /** @throws ArtistError ERR_NOT_FOUND */
  forget(id: string): Promise<void> {
    return this.#file.change((state) => {
      const delivery = findDelivery(state, id);
      state.deliveries = state.deliveries.filter((one) => one !== delivery);
      removeSpent(state);
    });
  }
}

/** A reason in one line of bounded length, without characters that disguise text. */
function shortLine(text: string): string {
  const signs = [...plainText(text).replace(/\s+/g, ' ').trim()];
  return signs.length > longestProblem ? `${signs.slice(0, longestProblem).join('')}…` : signs.join('');
}

function wants(hook: Webhook, type: string, job: string | undefined): boolean {
  if (!hook.active || (hook.job !== null && hook.job !== job)) return false;
  return hook.events.length === 0 || hook.events.some((event) => event === type);
}

function giveUpOldest(state: WebhookState, hook: string): void {
  const waiting = state.deliveries.filter((one) => one.hook === hook && one.nextAt !== null);
  for (const old of waiting.slice(0, Math.max(0, waiting.length - mostWaiting)))
    Object.assign(old, { nextAt: null, problem: `given up: more than ${mostWaiting} were waiting` });
  boundDead(state);
}

function boundDead(state: WebhookState): void {
  const dead = state.deliveries.filter(({ nextAt }) => nextAt === null);
  const old = new Set(dead.slice(0, Math.max(0, dead.length - mostDead)));
  if (old.size > 0) state.deliveries = state.deliveries.filter((one) => !old.has(one));
}

/** Hooks of ended jobs without a delivery that waits, and what was given up of them. */
function removeSpent(state: WebhookState): void {
  const busy = new Set(state.deliveries.filter(({ nextAt }) => nextAt !== null).map(({ hook }) => hook));
  const spent = new Set(state.hooks.filter(({ id, job, active }) => job !== null && !active && !busy.has(id)).map(({ id }) => id));
  if (spent.size === 0) return;
  state.hooks = state.hooks.filter(({ id }) => !spent.has(id));
  state.deliveries = state.deliveries.filter(({ hook }) => !spent.has(hook));
}

function findHook(state: WebhookState, id: string): Webhook {
  const hook = state.hooks.find((one) => one.id === id);
  if (hook) return hook;
  throw new ArtistError('ERR_NOT_FOUND', `webhook: expected the id of one, got ${JSON.stringify(id)}, which is not there`);
}

function findDelivery(state: WebhookState, id: string): Delivery {
  const delivery = state.deliveries.find((one) => one.id === id);
  if (delivery) return delivery;
  throw new ArtistError('ERR_NOT_FOUND', `delivery: expected the id of one, got ${JSON.stringify(id)}. It was delivered, or removed`);
}
