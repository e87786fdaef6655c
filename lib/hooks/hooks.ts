/** What the settings name under `on`: commands and webhooks that are called after works, failures and periods. */
import { type HookSettings, type LoadedConfig, readSecret } from '../config/index.ts';
import { type Clock, createIds, display, errorLine, plainText, redact, systemClock } from '../core/index.ts';
import type { CallResult } from './call-result.ts';
import { callWebhook } from './call-webhook.ts';
import { HookBook, type HookClaim, type HookEvent } from './hook-book.ts';
import { runCommand } from './run-command.ts';
import { checkWebhookUrl } from './webhook-address.ts';

type Hook = HookSettings[HookEvent][number];

/** Set in what hooks start: a program of ours that one of them runs calls no hooks. */
export const inHook = 'AI_ARTIST_IN_HOOK';

/** Calls at the same time. */
const atOnce = 4;
/** Calls that wait for these, in this process. More are not called. */
const mostWaiting = 200;

/** Something that hooks are called for. */
export interface HookMessage {
  event: HookEvent;
  /** `work.filed`, `work.failed`, `period.started` or `period.ended`. */
  type: string;
  /** Its id: with one type and one id each hook is called once. */
  about: string;
  /** What it is about, as JSON. */
  data: unknown;
  /** The picture of a work. */
  file?: string | undefined;
}

export interface HooksOptions {
  /** Called with what did not work. */
  warn: (line: string) => void;
  /** Called with what was called. Default: none. */
  note?: ((line: string) => void) | undefined;
  clock?: Clock | undefined;
}

/** A hook as logs and records show it: the program of a command, and of an address its host alone, because the rest may be a secret. */
function shownHook(hook: Hook): string {
  if (Array.isArray(hook)) return plainText(redact(hook[0] ?? ''));
  if (typeof hook !== 'string') return 'env' in hook ? `the address in ${hook.env}` : `the address in ${hook.file}`;
  return URL.canParse(hook) ? `${new URL(hook).protocol}//${new URL(hook).host}/…` : display(hook);
}

/** Calls the hooks of a home, in the background; what fails is a warning and a record. */
export class Hooks {
  readonly #config: LoadedConfig;
  readonly #options: HooksOptions;
  readonly #clock: Clock;
  readonly #book: HookBook;
  readonly #newId: () => string;
  readonly #running = new Set<Promise<void>>();
  readonly #waiting: (() => void)[] = [];
  #saysInside = false;

  constructor(config: LoadedConfig, options: HooksOptions) {
    this.#config = config;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#book = new HookBook(config.home, this.#clock);
    this.#newId = createIds({ clock: this.#clock });
  }

  /** Whether anything is to be called for this. */
  wants(event: HookEvent): boolean {
    return this.#config.config.on[event].length > 0;
  }

  /** Calls each hook of the event. Returns at once, and never throws; settled() waits for their end. */
  tell(message: HookMessage): void {
    if (!this.wants(message.event)) return;
    if (process.env[inHook] !== undefined) {
      if (!this.#saysInside) this.#options.note?.(`hooks are not called, because this runs inside of one (${inHook} is set)`);
      this.#saysInside = true;
      return;
    }
    const body = JSON.stringify({ type: message.type, timestamp: new Date(this.#clock.now()).toISOString(), data: message.data });
    for (const [index, hook] of this.#config.config.on[message.event].entries()) this.#start(message, index, hook, body);
  }

  /** Waits for the calls that were begun; none takes longer than its time limit. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  #start(message: HookMessage, index: number, hook: Hook, body: string): void {
    const shown = `on.${message.event} ${index + 1}, ${shownHook(hook)}`;
    if (this.#waiting.length >= mostWaiting)
      return this.#options.warn(`${shown}: not called for ${message.about}, because ${mostWaiting} calls are waiting`);
    const work = this.#inTurn(() => this.#call(message, shown, hook, body)).finally(() => this.#running.delete(work));
    this.#running.add(work);
  }

  async #inTurn(work: () => Promise<void>): Promise<void> {
    if (this.#running.size >= atOnce) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      await work();
    } finally {
      this.#waiting.shift()?.();
    }
  }

  async #call({ event, type, about, file }: HookMessage, shown: string, hook: Hook, body: string): Promise<void> {
    const { warn, note } = this.#options;
    const claim: HookClaim = { id: this.#newId(), event, type, about, hook: shown };
    const mayCall = await this.#book.claim(claim).catch((error: unknown) => {
      // A failure such as a full disk must be told all the same. A work must not be told twice.
      warn(`${shown}: the call for ${about} could not be recorded: ${errorLine(error)}`);
      return event === 'failure';
    });
    if (!mayCall) return;
    const begun = performance.now();
    const result = await this.#perform({ claim, file, body }, hook);
    const seconds = Math.round(performance.now() - begun) / 1000;
    await this.#book
      .record(claim.id, result, seconds)
      .catch((error: unknown) => warn(`${shown}: the outcome for ${about} could not be recorded: ${errorLine(error)}`));
    if (result.problem === undefined) note?.(`${shown}: called for ${type} ${about}, ${seconds.toFixed(1)} s`);
    else warn(`${shown}: ${type} ${about}: ${result.problem}${result.output === undefined ? '' : `; it said: ${result.output}`}`);
  }

  async #perform({ claim, file, body }: { claim: HookClaim; file: string | undefined; body: string }, hook: Hook): Promise<CallResult> {
    const { config, home } = this.#config;
    const timeoutMs = config.on.timeoutSeconds * 1000;
    try {
      if (Array.isArray(hook)) {
        const environment = {
          ...{ AI_ARTIST_EVENT: claim.type, AI_ARTIST_ABOUT: claim.about, AI_ARTIST_HOME: home, AI_ARTIST_FILE: file ?? '' },
          [inHook]: '1',
        };
        return await runCommand(hook, { input: `${body}\n`, environment, folder: home, timeoutMs });
      }
      const text = typeof hook === 'string' ? hook : await readSecret(hook, `on.${claim.event}`, this.#config);
      const secret = config.on.secret === undefined ? undefined : await readSecret(config.on.secret, 'on.secret', this.#config);
      const { href } = checkWebhookUrl(text, { privateHosts: 'all' });
      return await callWebhook({ url: href, secret }, { id: `msg_${claim.id}`, body, at: this.#clock.now() }, timeoutMs);
    } catch (error) {
      return { status: null, problem: redact(errorLine(error)) };
    }
  }
}
