/** One native job from the side of JavaScript: signal, listener, caller's stack, error codes. */
import {
  ArtistError,
  currentScope,
  type EngineLineLevel,
  type ErrorCode,
  engineLineLevel,
  errorCodes,
  tellEngineLine,
} from '../../core/index.ts';
import type { NativeAddon } from '../addon/native.ts';
import type { NativeEvent, NativeFailure, NativeJob } from '../addon/native-types.ts';
import { grouped } from './engine-words.ts';
import { explainMissing } from './missing-tensors.ts';

/** Where the user called us. Made when the call enters, so that an error of native work points into the user's code. */
export class CallSite {
  readonly name: string;
  private readonly frames: string;

  /** `entry` is the public function; it and what it calls are left out of the stack. */
  constructor(name: string, entry: (...args: never[]) => unknown) {
    const holder: { stack?: string } = {};
    Error.captureStackTrace(holder, entry);
    this.name = name;
    this.frames = (holder.stack ?? '').split('\n').slice(1).join('\n');
  }

  error(code: ErrorCode, message: string, options: { cause?: unknown; details?: readonly string[] } = {}): ArtistError {
    return this.adopt(new ArtistError(code, message, options));
  }

  /** Gives an error of ours the caller's frames instead of our own, which tell a user nothing. */
  adopt<E>(error: E): E {
    if (error instanceof ArtistError)
      Object.defineProperty(error, 'stack', {
        value: `${error.name} [${error.code}]: ${error.message}\n${this.frames}`,
        configurable: true,
        writable: true,
      });
    return error;
  }
}

export interface JobRun<T> {
  addon: Pick<NativeAddon, 'counters' | 'setLogLevel'>;
  site: CallSite;
  signal?: AbortSignal | undefined;
  /** A throw cancels the job, which then rejects with what was thrown. */
  onEvent?: (event: NativeEvent) => void;
  /** Hears of the running job, so that its owner can cancel it; the returned function is called when it has ended. */
  track?: (cancel: (reason: unknown) => void) => () => void;
  /** Whether a result that arrives although the job was cancelled counts. Default: it does not. */
  keep?: (result: T) => boolean;
  /** Frees such a result when it does not. */
  discard?: (result: T) => void;
}

function isNativeFailure(error: unknown): error is NativeFailure {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code in errorCodes;
}

/** What native code throws or rejects with, as one of our errors. */
export function fromNative(site: CallSite, error: unknown): unknown {
  if (error instanceof ArtistError) return error;
  if (isNativeFailure(error)) {
    const log = Array.isArray(error.log) ? error.log : [];
    const missing = error.code === 'ERR_MODEL_LOAD' ? explainMissing(log) : undefined;
    if (!missing) return site.error(error.code as ErrorCode, error.message, { details: grouped(log) });
    // The message may end in one of those lines.
    return site.error('ERR_MODEL_LOAD', `${error.message.replace(/: .*/s, '')}: ${missing.sentence}`, { details: missing.details });
  }
  // The binding's own argument checks throw TypeErrors: what passed our schema and failed there is a gap between the two.
  if (error instanceof TypeError) return site.error('ERR_INVALID_ARGUMENT', error.message, { cause: error });
  // V8's "Array buffer allocation failed" is a RangeError.
  if (error instanceof Error && (error instanceof RangeError || /bad.alloc/.test(error.message)))
    return site.error('ERR_OUT_OF_MEMORY', `Not enough memory: ${error.message}`, { cause: error });
  return error;
}

const askedFor = new WeakMap<object, EngineLineLevel>();

/** The engine sends no lines that nobody wants: some models write thousands. It begins with warnings. */
function askForLines(addon: Pick<NativeAddon, 'setLogLevel'>): void {
  const level = engineLineLevel();
  if ((askedFor.get(addon) ?? 'warn') === level) return;
  askedFor.set(addon, level);
  addon.setLogLevel(level);
}

/**
 * Starts a native job and waits until its native work has ended, whatever happens before.
 * Rejects with `signal.reason` as it is when the signal aborted, even where the work was done before it could stop.
 */
export async function runJob<T>(run: JobRun<T>, start: (onEvent: (event: NativeEvent) => void) => NativeJob<T>): Promise<T> {
  const { site, signal } = run;
  signal?.throwIfAborted();
  let stopped: { reason: unknown } | undefined;
  let job: NativeJob<T> | undefined;
  const stop = (reason: unknown): void => {
    stopped ??= { reason };
    job?.cancel();
  };
  const onAbort = (): void => stop(signal?.reason);
  // The engine calls back from outside of any asynchronous context.
  const scope = currentScope();
  const tell = (event: NativeEvent): void => {
    if (event.type === 'log') tellEngineLine(event.level, event.text, scope);
    if (stopped) return;
    try {
      run.onEvent?.(event);
    } catch (error) {
      stop(error);
    }
  };
  const { queued, running } = run.addon.counters();
  tell({ type: 'queued', position: queued + running });
  // A listener may have thrown, or aborted the signal, which nobody listens to yet.
  if (stopped) throw (stopped as { reason: unknown }).reason;
  signal?.throwIfAborted();
  askForLines(run.addon);
  try {
    job = start(tell);
  } catch (error) {
    throw fromNative(site, error);
  }
  signal?.addEventListener('abort', onAbort, { once: true });
  const untrack = run.track?.(stop);
  let outcome: { result: T } | { error: unknown };
  try {
    outcome = { result: await job.promise };
  } catch (error) {
    outcome = { error };
  } finally {
    signal?.removeEventListener('abort', onAbort);
    untrack?.();
  }
  // TypeScript does not see the assignment inside stop().
  const cancelled = stopped as { reason: unknown } | undefined;
  if ('result' in outcome) {
    if (!cancelled || run.keep?.(outcome.result)) return outcome.result;
    run.discard?.(outcome.result);
    throw cancelled.reason;
  }
  if (cancelled) throw cancelled.reason;
  throw fromNative(site, outcome.error);
}
