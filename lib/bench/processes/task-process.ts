import { type ChildProcess, fork } from 'node:child_process';
import { ArtistError, childProgram, recordedError } from '../../core/index.ts';
import type { Measured } from '../measure.ts';
import type { Probe } from '../result/result.ts';
import type { FoundModel } from '../tasks/given-model-task.ts';
import type { TunedOptions } from '../tasks/paint-task.ts';
import type { EngineOptions } from '../tasks/task.ts';
import type { TaskReply, TaskRequest } from './protocol.ts';

/** A task in a process of its own. One request at a time. */
export class TaskProcess {
  readonly #child: ChildProcess;
  readonly #signal: AbortSignal;

  constructor(signal: AbortSignal) {
    const { file, execArgv } = childProgram('bench/processes/task-program');
    this.#signal = signal;
    // What the library says on stderr (LoRAs, threads) belongs to no table.
    this.#child = fork(file, [], { execArgv, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  }

  /** @returns seconds. @throws ArtistError every error of the task; ERR_NATIVE_CRASH, ERR_OUT_OF_MEMORY when the process died; the signal's reason */
  async load(
    task: string,
    options: { engine: EngineOptions; scratch: string; model?: FoundModel | undefined; tuned?: TunedOptions | undefined },
  ): Promise<number> {
    const reply = await this.#ask({ do: 'load', task, ...options });
    if ('seconds' in reply) return reply.seconds;
    throw unexpected(reply);
  }

  /** @throws ArtistError every error of load() */
  async repeat(): Promise<Measured> {
    const reply = await this.#ask({ do: 'repeat' });
    if ('measured' in reply) return reply.measured;
    throw unexpected(reply);
  }

  /** @throws ArtistError every error of probeDevice(), and of a process that died */
  async probe(engine: EngineOptions): Promise<Probe> {
    const reply = await this.#ask({ do: 'probe', engine });
    if ('probe' in reply) return reply.probe;
    throw unexpected(reply);
  }

  end(): void {
    this.#child.kill('SIGKILL');
  }

  #ask(request: TaskRequest): Promise<TaskReply> {
    this.#signal.throwIfAborted();
    const child = this.#child;
    const settled = new AbortController();
    return new Promise<TaskReply>((resolve, reject) => {
      const stop = (): void => reject(this.#signal.reason);
      const died = (code: number | null, signal: NodeJS.Signals | null): void => reject(deathOf(code, signal));
      const fail = (cause: Error): void =>
        reject(new ArtistError('ERR_INTERNAL', `bench: the process of a task: ${cause.message}`, { cause }));
      this.#signal.addEventListener('abort', stop, { signal: settled.signal });
      child.once('exit', died).once('error', fail).once('message', resolve);
      settled.signal.addEventListener('abort', () => child.off('exit', died).off('error', fail).off('message', resolve));
      if (child.exitCode !== null || child.signalCode !== null) died(child.exitCode, child.signalCode);
      else child.send(request);
    }).finally(() => settled.abort());
  }
}

const unexpected = (reply: TaskReply): ArtistError =>
  'code' in reply
    ? recordedError(reply.code, reply.message)
    : new ArtistError('ERR_INTERNAL', 'bench: expected another answer of the task');

/** Linux ends the process that takes too much memory with SIGKILL; nothing else sends it. */
function deathOf(code: number | null, signal: NodeJS.Signals | null): ArtistError {
  if (signal === 'SIGKILL') return new ArtistError('ERR_OUT_OF_MEMORY', 'the system ended the process, most likely for want of memory');
  return new ArtistError('ERR_NATIVE_CRASH', `the process of the task died (${signal ?? code})`);
}
