/** Runs one native job: signal, listener, the caller's stack, error codes. */
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
import type { NativeEvent } from '../addon/native-events.ts';
import type { NativeFailure, NativeJob } from '../addon/native-types.ts';
import { grouped } from './engine-words.ts';
import { explainMissing } from './missing-tensors.ts';

/** Where the user called us. Made at the start of a call, so that an error from native work points into the user's code. */
export class CallSite {
  readonly name: string;
  private readonly frames: string;

  /** `entry` is the public function; the stack leaves out it and everything it calls. */
  constructor(name: string, entry: (...args: never[]) => unknown) {
    const holder: { stack?: string } = {};
    Error.captureStackTrace(holder, entry);
    this.name = name;
    this.frames = (holder.stack ?? '').split('\n').slice(1).join('\n');
  }

  error(code: ErrorCode, message: string, options: { cause?: unknown; details?: readonly string[] } = {}): ArtistError {
    return this.adopt(new ArtistError(code, message, options));
  }

  /** Replaces our own stack frames in an error by the caller's, because ours tell a user nothing. */
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
  /** An error thrown here cancels the job, which then rejects with it. */
  onEvent?: (event: NativeEvent) => void;
  /** Gets the cancel function of the running job, for its owner. The returned function is called when the job has ended. */
  track?: (cancel: (reason: unknown) => void) => () => void;
  /** Whether to return a result that arrives after the job was cancelled. Default: no. */
  keep?: (result: T) => boolean;
  /** Frees a result that is not returned. */
  discard?: (result: T) => void;
}

function isNativeFailure(error: unknown): error is NativeFailure {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code in errorCodes;
}

/** Converts an error of native code to an ArtistError. */
export function fromNative(site: CallSite, error: unknown): unknown {
  if (error instanceof ArtistError) return error;
  if (isNativeFailure(error)) {
    const log = Array.isArray(error.log) ? error.log : [];
    const missing = error.code === 'ERR_MODEL_LOAD' ? explainMissing(log) : undefined;
    if (!missing) return site.error(error.code as ErrorCode, error.message, { details: grouped(log) });
    // The engine's message may end in one of those lines.
    return site.error('ERR_MODEL_LOAD', `${error.message.replace(/: .*/s, '')}: ${missing.sentence}`, { details: missing.details });
  }
  // The binding throws TypeErrors for bad arguments. One that our schema accepted shows that the two disagree.
  if (error instanceof TypeError) return site.error('ERR_INVALID_ARGUMENT', error.message, { cause: error });
  // V8's "Array buffer allocation failed" is a RangeError.
  if (error instanceof Error && (error instanceof RangeError || /bad.alloc/.test(error.message)))
    return site.error('ERR_OUT_OF_MEMORY', `Not enough memory: ${error.message}`, { cause: error });
  return error;
}

const sentLevels = new WeakMap<object, EngineLineLevel>();

/** Has the native side send no lines below the level in use, because some models write thousands. It starts with warnings. */
function setLineLevel(addon: Pick<NativeAddon, 'setLogLevel'>): void {
  const level = engineLineLevel();
  if ((sentLevels.get(addon) ?? 'warn') === level) return;
  sentLevels.set(addon, level);
  addon.setLogLevel(level);
}

/**
 * Starts a native job and waits until its native work has ended, even after a cancel or an error in a listener.
 * When the signal aborts, it rejects with `signal.reason` unchanged, even if the work finished before it could stop.
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
  // The engine's callbacks run outside of any asynchronous context.
  const scope = currentScope();
  const report = (event: NativeEvent): void => {
    if (event.type === 'log') tellEngineLine(event.level, event.text, scope);
    if (stopped) return;
    try {
      run.onEvent?.(event);
    } catch (error) {
      stop(error);
    }
  };
  const { queued, running } = run.addon.counters();
  report({ type: 'queued', position: queued + running });
  // A listener may have thrown, or aborted the signal, which has no abort handler yet.
  if (stopped) throw (stopped as { reason: unknown }).reason;
  signal?.throwIfAborted();
  setLineLevel(run.addon);
  try {
    job = start(report);
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
