/** The process that paints for a server, so that painting never delays its answers. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { ArtistError, childProgram, withScope } from '../../core/index.ts';
import type { FromPainter, PainterLine, ToPainter } from './painter-protocol.ts';

const shortestBackoffMs = 500;
const longestBackoffMs = 30_000;
/** A painter that has lived this long counts as well again. */
const wellAfterMs = 60_000;
/** How long a painter may take to end after its work was aborted, before it is killed. */
const killAfterMs = 15_000;

export interface PainterOptions {
  /** Absolute path of the home. */
  home: string;
  /** Settings that override config.yaml and the environment, such as `model=sd15`. */
  set?: readonly string[];
  /** Address of the queue: `file` or redis://host:port. Default `file`. */
  queue?: string | undefined;
  /** Name of the queue in Redis. Default: that of the home. */
  queueName?: string | undefined;
  /** How long an unused model stays in memory, milliseconds. Default: ten minutes. */
  keepMs?: number | undefined;
  /** A painter that was silent for this long, milliseconds, loses its task to another worker. Default 30 000. */
  leaseMs?: number | undefined;
  /** After stop(): how long the current job may take to finish, milliseconds. Default 30 000. */
  stopWithinMs?: number | undefined;
  /** Gets each line of the painter, inside the scope of its task. */
  log: (line: Pick<PainterLine, 'level' | 'message'>) => void;
}

export interface Painter {
  /** Process id; undefined while there is none: it is being started again. */
  readonly pid: number | undefined;
  /** Describes what is wrong; undefined: it paints, or waits for jobs. */
  health(): string | undefined;
  /** Waits for the current job, or returns it to the queue, and ends the process. May be called more than once. */
  stop(): Promise<void>;
}

class PainterProcess implements Painter {
  readonly #options: PainterOptions;
  #child: ChildProcess | undefined;
  #ready = false;
  #backoffMs = shortestBackoffMs;
  #timer: NodeJS.Timeout | undefined;
  #trouble: string | undefined;
  #stopping: Promise<void> | undefined;

  constructor(options: PainterOptions) {
    this.#options = options;
  }

  get #stopWithinMs(): number {
    return this.#options.stopWithinMs ?? 30_000;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  health(): string | undefined {
    return this.#ready ? undefined : `the painter does not run: ${this.#trouble ?? 'it is starting'}`;
  }

  /** Resolves when it waits for jobs. @throws ArtistError: why it cannot */
  start(): Promise<void> {
    const { file, execArgv } = childProgram('service/jobs/painter-program');
    const child = fork(file, [], { execArgv, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    this.#child = child;
    const startedAt = performance.now();
    if (child.stderr) createInterface({ input: child.stderr }).on('line', (message) => this.#log({ level: 'warn', message, scope: {} }));
    return new Promise((resolve, reject) => {
      let refused: ArtistError | undefined;
      const gone = (how: string): void => {
        if (this.#child !== child) return;
        this.#child = undefined;
        this.#ready = false;
        this.#trouble = refused?.message ?? how;
        reject(refused ?? new ArtistError('ERR_INTERNAL', `painter: expected a process that paints, got one that ${how}`));
        if (!this.#stopping) this.#startLater(performance.now() - startedAt);
      };
      child.on('message', (message: FromPainter) => {
        if (message.type === 'line') this.#log(message.line);
        else if (message.type === 'refused') refused = new ArtistError(message.code, message.message);
        else {
          this.#ready = true;
          resolve();
        }
      });
      child.once('error', (error) => gone(`could not be started: ${error.message}`));
      child.once('exit', (code, signal) => gone(signal === null ? `exited with status ${code}` : `died of ${signal}`));
      const { home, set = [], queue = 'file', queueName, keepMs, leaseMs } = this.#options;
      this.#send({ type: 'start', start: { home, set, queue, queueName, keepMs, leaseMs, stopWithinMs: this.#stopWithinMs } });
    });
  }

  /** For a start that failed: no more tries. */
  giveUp(): void {
    this.#stopping = Promise.resolve();
    clearTimeout(this.#timer);
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#end(this.#stopWithinMs);
    return this.#stopping;
  }

  async #end(withinMs: number): Promise<void> {
    clearTimeout(this.#timer);
    const child = this.#child;
    if (!child) return;
    const exited = once(child, 'exit');
    this.#send({ type: 'stop', withinMs });
    const late = setTimeout(() => child.kill('SIGKILL'), withinMs + killAfterMs);
    await exited;
    clearTimeout(late);
  }

  #startLater(livedMs: number): void {
    if (livedMs > wellAfterMs) this.#backoffMs = shortestBackoffMs;
    const waitMs = this.#backoffMs;
    this.#backoffMs = Math.min(longestBackoffMs, waitMs * 2);
    this.#log({ level: 'warn', message: `the painter ${this.#trouble}; it is started again in ${waitMs / 1000} s`, scope: {} });
    // Its failure is logged, and leads to the next start.
    this.#timer = setTimeout(() => void this.start().catch(() => undefined), waitMs);
  }

  #log({ scope, ...line }: PainterLine): void {
    withScope(scope, () => this.#options.log(line));
  }

  #send(message: ToPainter): void {
    if (this.#child?.connected) this.#child.send(message, () => undefined);
  }
}

/**
 * Starts a process that paints the tasks of a queue until stop(): jobs of openPaintJobs() and works of the schedule. It has a lower CPU priority.
 * If it dies, it is started again; it ends by itself when this process does.
 *
 * @throws ArtistError ERR_CONFIG, ERR_INVALID_ARGUMENT, ERR_UNSUPPORTED, ERR_NETWORK when the home or its queue cannot be opened
 */
export async function startPainter(options: PainterOptions): Promise<Painter> {
  const painter = new PainterProcess(options);
  try {
    await painter.start();
  } catch (error) {
    painter.giveUp();
    throw error;
  }
  return painter;
}
