/** The order in which tasks are measured. */
import { estimatedSeconds, lackOf, limitSeconds, usableMemory } from './limits.ts';
import type { Probe } from './result/result.ts';
import { attempt, begin, end, goOn, type Running, type Surroundings } from './running.ts';
import type { Needs } from './tasks/task.ts';

/** What is being done. `of` counts all repeats and loads; of a file that is written, bytes. */
export interface BenchEvent {
  readonly doing: 'measuring' | 'writing';
  /** The task or the file. */
  readonly what: string;
  readonly at: number;
  readonly of: number;
}

export interface Rounds {
  /** Repeats after the first. */
  readonly count: number;
  readonly quick: boolean;
  /** Whether tasks are measured whatever they take: all, or those that were asked for by name. */
  readonly isAsked: boolean;
  readonly probe: Probe | undefined;
  readonly onProgress: (event: BenchEvent) => void;
}

/** Why a task is left out; its time is taken off what is left for the others. */
class Budget {
  #seconds: number;

  constructor(
    private readonly rounds: Rounds,
    private readonly around: Surroundings,
  ) {
    this.#seconds = limitSeconds.quick;
  }

  async lackOf(needs: Needs): Promise<string | undefined> {
    const { quick, isAsked, probe, count } = this.rounds;
    if (isAsked) return undefined;
    const estimate = estimatedSeconds(needs, probe, count + 1, await needs.missing());
    const seconds = quick ? this.#seconds : limitSeconds.usual;
    const room = { memoryBytes: usableMemory(this.around.engine), seconds, probe };
    const lack = lackOf(needs, estimate, room);
    if (lack === undefined) this.#seconds -= estimate;
    return lack;
  }
}

/** Steps of a run, told as they begin. */
class Teller {
  #at = 0;

  constructor(
    private readonly of: number,
    private readonly onProgress: Rounds['onProgress'],
  ) {}

  next(what: string): void {
    this.onProgress({ doing: 'measuring', what, at: Math.min(this.#at++, this.of), of: this.of });
  }
  skip(steps: number): void {
    this.#at += steps;
  }
}

/** A task that takes much of the machine: written, loaded, repeated and ended before the next. */
async function measureAlone(one: Running, needs: Needs, rounds: Rounds, around: Surroundings, teller: Teller): Promise<boolean> {
  const { signal } = around;
  const { id } = one.task;
  const provide = (): Promise<void> =>
    needs.provide({ signal, onProgress: ({ file, bytes, of }) => rounds.onProgress({ doing: 'writing', what: file, at: bytes, of }) });
  if (await attempt(one, provide, signal)) return true;
  if (one.result.reason !== undefined) return false;
  teller.next(id);
  if (await attempt(one, () => begin(one, around), signal)) return true;
  for (let round = 0; round < rounds.count; round++) {
    teller.next(id);
    if (await attempt(one, () => goOn(one, around), signal)) return true;
  }
  end(one);
  return false;
}

/** Repeats tasks in turns, so that a machine that slows down slows all of them alike. */
async function measureInTurns(all: readonly Running[], rounds: Rounds, around: Surroundings, teller: Teller): Promise<boolean> {
  const { signal } = around;
  for (const one of all) {
    teller.next(one.task.id);
    if (await attempt(one, () => begin(one, around), signal)) return true;
  }
  for (let round = 0; round < rounds.count; round++)
    for (const one of all) {
      teller.next(one.task.id);
      if (await attempt(one, () => goOn(one, around), signal)) return true;
    }
  for (const one of all) end(one);
  return false;
}

/** Measures all: small ones in turns, then each of those that need much. @returns whether the run was interrupted */
export async function measureAll(all: readonly Running[], rounds: Rounds, around: Surroundings): Promise<boolean> {
  const steps = rounds.count + 1;
  const teller = new Teller(all.length * steps, rounds.onProgress);
  const small = all.filter(({ task }) => task.needs === undefined);
  if (await measureInTurns(small, rounds, around, teller)) return true;
  const budget = new Budget(rounds, around);
  for (const one of all) {
    const { needs } = one.task;
    if (needs === undefined) continue;
    if (around.signal.aborted) return true;
    const lack = await budget.lackOf(needs);
    if (lack !== undefined) {
      Object.assign(one.result, { status: 'skipped', reason: lack });
      teller.skip(steps);
    } else if (await measureAlone(one, needs, rounds, around, teller)) return true;
  }
  return false;
}
