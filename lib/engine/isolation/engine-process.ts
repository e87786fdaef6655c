import { type ChildProcess, fork } from 'node:child_process';
import { Socket } from 'node:net';
import { ArtistError, childProgram } from '../../core/index.ts';
import type { NativeEvent } from '../addon/native-events.ts';
import type { NativeJob } from '../addon/native-types.ts';
import { LastLines } from './last-lines.ts';
import { type Call, type Facts, fromFailure, type Results, type ToChild, type ToParent } from './protocol.ts';

/** How long the last output of a dead child may take to arrive, milliseconds. */
const lastOutputWait = 1000;

/** The child died before it received the call. Nothing was done, so the next child can take the call. */
export class NotDelivered extends Error {}

interface Pending {
  accepted: boolean;
  onEvent: ((event: NativeEvent) => void) | undefined;
  settle: (outcome: { value: unknown } | { error: unknown }) => void;
}

let lastId = 0;

/** One child process with the addon in it, from start to death. It keeps this process alive only while it has work. */
export class EngineProcess {
  readonly ready: Promise<Facts>;
  readonly #child: ChildProcess;
  readonly #pending = new Map<number, Pending>();
  readonly #output = new LastLines();
  #phase = 'while it started';
  #dead = false;
  #settleReady: Pending['settle'] = () => undefined;

  constructor() {
    const { file, execArgv } = childProgram('engine/isolation/child');
    this.#child = fork(file, [], { execArgv, serialization: 'advanced', stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    this.ready = new Promise((resolve, reject) => {
      this.#settleReady = (outcome) => ('value' in outcome ? resolve(outcome.value as Facts) : reject(outcome.error));
    });
    // Callers that await it see a failure. If no one awaits it, the next call starts a new child.
    this.ready.catch(() => undefined);
    this.#pending.set(0, { accepted: true, onEvent: undefined, settle: this.#settleReady });
    const { stderr } = this.#child;
    stderr?.setEncoding('utf8').on('data', (text: string) => this.#output.write(text));
    if (stderr instanceof Socket) stderr.unref();
    this.#child.on('message', (message) => this.#receive(message as ToParent));
    this.#child.on('error', (error) => this.#die(`could not be started: ${error.message}`, error));
    this.#child.once('exit', (code, signal) => this.#exited(code, signal));
    this.#holdOpen();
  }

  get dead(): boolean {
    return this.#dead || !this.#child.connected;
  }

  /** Undefined if the child could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  get jobs(): number {
    return this.#pending.size;
  }

  /**
   * Starts a job in the child. It rejects with the addon's errors; with a TypeError when an argument cannot be sent (functions, shared
   * memory); with ERR_NATIVE_CRASH when the child dies; and with NotDelivered when the child died before it received the job.
   */
  call<C extends Call>(call: C, onEvent?: (event: NativeEvent) => void): NativeJob<Results[C['method']]> & { id: number } {
    const id = ++lastId;
    const promise = new Promise<Results[C['method']]>((resolve, reject) => {
      const settle: Pending['settle'] = (outcome) => {
        this.#pending.delete(id);
        this.#holdOpen();
        if ('value' in outcome) resolve(outcome.value as Results[C['method']]);
        else reject(outcome.error);
      };
      if (this.dead) {
        reject(new NotDelivered('the isolated engine process was dead'));
        return;
      }
      this.#pending.set(id, { accepted: false, onEvent, settle });
      this.#holdOpen();
      try {
        this.#child.send({ type: 'call', id, call } satisfies ToChild, (error) => {
          if (error) this.#pending.get(id)?.settle({ error: new NotDelivered(error.message, { cause: error }) });
        });
      } catch (error) {
        settle({ error: new TypeError(`request: expected plain data, got ${error instanceof Error ? error.message : String(error)}`) });
      }
    });
    return { id, promise, cancel: () => this.send({ type: 'cancel', id }) };
  }

  /** Sends a message that has no answer. Does nothing when the child is dead. */
  send(message: ToChild): void {
    if (!this.dead) this.#child.send(message, () => undefined);
  }

  /** Kills the child at once; its pending jobs reject. */
  kill(): void {
    this.#child.kill('SIGKILL');
    this.#die('was ended by shutdown()');
  }

  #receive(message: ToParent): void {
    switch (message.type) {
      case 'ready':
        this.#phase = 'while idle';
        this.#settleFirst({ value: message.facts });
        return;
      case 'unusable':
        this.#fail(fromFailure(message.failure));
        return;
      case 'accepted': {
        const pending = this.#pending.get(message.id);
        if (pending) pending.accepted = true;
        return;
      }
      case 'event':
        this.#note(message.event);
        this.#pending.get(message.id)?.onEvent?.(message.event);
        return;
      case 'result':
        this.#pending.get(message.id)?.settle({ value: message.value });
        break;
      case 'failure':
        this.#pending.get(message.id)?.settle({ error: fromFailure(message.failure) });
    }
    if (this.#pending.size === 0) this.#phase = 'while idle';
  }

  #note(event: NativeEvent): void {
    if (event.type === 'log') this.#output.add(event.text);
    else if (event.type === 'progress') this.#phase = `in the phase "${event.phase}"`;
  }

  #settleFirst(outcome: { value: Facts } | { error: unknown }): void {
    this.#pending.delete(0);
    this.#settleReady(outcome);
    this.#holdOpen();
  }

  #exited(code: number | null, signal: NodeJS.Signals | null): void {
    this.#dead = true;
    const why = signal === null ? `exited with status ${code}` : `died of ${signal}`;
    const hint = signal === 'SIGKILL' ? ' (what Linux does when memory runs out)' : '';
    const end = (): void => {
      clearTimeout(late);
      this.#die(`${why}${hint} ${this.#phase}`);
    };
    // Its last output may still be in the pipe. 'close' comes after it, unless a process started by the child keeps the pipe open.
    const late = setTimeout(end, lastOutputWait);
    if (this.#pending.size === 0) late.unref();
    this.#child.once('close', end);
  }

  #die(how: string, cause?: unknown): void {
    const log = this.#output.lines;
    const words = log.length === 0 ? '' : ` Its last words: ${log.slice(-3).join(' | ')}`;
    const next = 'The next call starts a new one; if it dies again, try a smaller picture or model, or another backend.';
    this.#fail(new ArtistError('ERR_NATIVE_CRASH', `The isolated engine process ${how}.${words} ${next}`, { cause, details: log }));
  }

  #fail(error: Error): void {
    this.#dead = true;
    if (this.#pending.has(0)) this.#settleFirst({ error });
    for (const pending of [...this.#pending.values()])
      pending.settle({ error: pending.accepted ? error : new NotDelivered(error.message, { cause: error }) });
  }

  #holdOpen(): void {
    const busy = this.#pending.size > 0;
    if (busy) this.#child.ref();
    else this.#child.unref();
    const { channel } = this.#child;
    if (busy) channel?.ref();
    else channel?.unref();
  }
}
