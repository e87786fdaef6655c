import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A program that is compared with us: another process, which answers one question a line with one JSON a line. */
export class OtherSide {
  static readonly #running = new Set<OtherSide>();
  readonly #name: string;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  #errors = '';

  constructor(name: string, command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.#name = name;
    this.#child = spawn(command, args, { env: { ...process.env, ...env } });
    this.#child.stderr.on('data', (data: Buffer) => {
      this.#errors = (this.#errors + data.toString()).slice(-2000);
    });
    this.#child.on('error', (error) => {
      this.#errors += error.message;
    });
    this.#child.stdin.on('error', (error) => {
      this.#errors += error.message;
    });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
    OtherSide.#running.add(this);
  }

  /** The next answer. @throws Error when the program has ended, with its last words */
  async next<T>(): Promise<T> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`the ${this.#name} side ended: ${this.#errors.trim()}`);
    return JSON.parse(value) as T;
  }

  ask<T>(question: object): Promise<T> {
    this.#child.stdin.write(`${JSON.stringify(question)}\n`);
    return this.next<T>();
  }

  async end(): Promise<void> {
    OtherSide.#running.delete(this);
    this.#child.stdin.end();
    if (this.#child.exitCode === null && this.#child.pid !== undefined) await new Promise((done) => this.#child.once('exit', done));
  }

  /** Ends all sides, without waiting. */
  static endAll(): void {
    for (const side of OtherSide.#running) side.#child.stdin.end();
    OtherSide.#running.clear();
  }
}
