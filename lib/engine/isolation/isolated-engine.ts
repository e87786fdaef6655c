import type { NativeEvent } from '../addon/native-events.ts';
import type { NativeJob } from '../addon/native-types.ts';
import { EngineProcess, NotDelivered } from './engine-process.ts';
import type { Call, LogLevel, Results, Settings } from './protocol.ts';

type Listener = (event: NativeEvent) => void;

/** Makes an Error of the form the addon throws. */
export function engineError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code, log: [] });
}

/** Holds the current child process and starts a new one when it is dead. Each new child gets the settings made so far. */
export class IsolatedEngine {
  #process: EngineProcess | undefined;
  #settings: Settings | undefined;
  #logLevel: LogLevel | undefined;
  #closed = false;

  /** Returns the living child; starts one if necessary. */
  current(): EngineProcess {
    if (this.#closed) throw engineError('ERR_DISPOSED', 'The engine was shut down');
    if (!this.#process || this.#process.dead) {
      this.#process = new EngineProcess();
      if (this.#settings) this.#process.send({ type: 'configure', settings: this.#settings });
      if (this.#logLevel) this.#process.send({ type: 'log-level', level: this.#logLevel });
    }
    return this.#process;
  }

  get process(): EngineProcess | undefined {
    return this.#process?.dead ? undefined : this.#process;
  }

  configure(settings: Settings): void {
    this.#settings = settings;
    this.process?.send({ type: 'configure', settings });
  }

  setLogLevel(level: LogLevel): void {
    this.#logLevel = level;
    this.process?.send({ type: 'log-level', level });
  }

  /** Runs a job that needs no loaded model. */
  run<C extends Call>(call: C, onEvent?: Listener): NativeJob<Results[C['method']]> {
    return this.retrying(() => this.current().call(call, onEvent));
  }

  /** Starts a job again in the next child, once, if this child died before it received the job. */
  retrying<T>(start: () => NativeJob<T>): NativeJob<T> {
    let job = start();
    let cancelled = false;
    const follow = async (): Promise<T> => {
      try {
        return await job.promise;
      } catch (error) {
        if (!(error instanceof NotDelivered)) throw error;
        if (cancelled) throw engineError('ERR_ABORTED', 'The operation was aborted');
      }
      job = start();
      try {
        return await job.promise;
      } catch (error) {
        if (!(error instanceof NotDelivered)) throw error;
        const why = `the isolated engine process died twice before it received its work: ${error.message}`;
        throw engineError('ERR_NATIVE_CRASH', why);
      }
    };
    return {
      promise: follow(),
      cancel: () => {
        cancelled = true;
        job.cancel();
      },
    };
  }

  shutdown(): void {
    this.#closed = true;
    this.#process?.kill();
  }
}
