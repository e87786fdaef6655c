/** Senders in other processes, one of which is killed now and then and replaced. */
import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import { bundle } from '../support/bundle.ts';

export interface SenderPlan {
  home: string;
  /** How many times as fast as the system's the clock of the senders runs. */
  speed: number;
  /** How far in the past it begins. */
  behindMs: number;
  /** Where pictures are shown that a network fetches. */
  folder?: string;
  url?: string;
}

export class KilledSenders {
  kills = 0;
  /** What the senders warned of. */
  readonly said: string[] = [];
  readonly #start: () => ChildProcess;
  readonly #children: ChildProcess[] = [];

  /** Starts two. */
  constructor({ home, speed, behindMs, folder = '', url = '' }: SenderPlan) {
    const program = path.join(bundle('publish', [new URL('programs/sender.ts', import.meta.url)]), 'sender.mjs');
    const args = [home, String(speed), String(behindMs), String(Date.now()), folder, url];
    this.#start = () => {
      const child = fork(program, args, { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
      child.on('message', (line) => this.said.push(String(line)));
      return child;
    };
    this.#children.push(this.#start(), this.#start());
  }

  async killOne(chance: number): Promise<void> {
    const at = chance < 0.5 ? 0 : 1;
    await end(this.#children[at]);
    this.#children[at] = this.#start();
    this.kills++;
  }

  async close(): Promise<void> {
    await Promise.all(this.#children.map(end));
  }
}

async function end(child: ChildProcess | undefined): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}
