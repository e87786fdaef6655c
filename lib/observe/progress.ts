import { canRedraw, setStatusLine, type Terminal, writeLines } from './terminal.ts';

export interface ProgressOptions {
  /** Default process.stderr. */
  terminal?: Terminal;
  /** Milliseconds, monotonic. Default performance.now(). */
  now?: () => number;
  /** What is counted: "steps" prints 7/20, "bytes" prints 1.5/3.2 GB. Default steps. */
  unit?: 'steps' | 'bytes';
  /** Its TERM and NO_COLOR decide whether a bar is drawn. Default process.env. */
  environment?: NodeJS.ProcessEnv;
  /**
   * What to print if nothing can be redrawn: a line for every tenth, or one at the start of a phase and one every half minute. Default
   * tenths.
   */
  lines?: 'tenths' | 'phases';
  /** true prints nothing (`--quiet`, `--json`). */
  silent?: boolean;
}

/** A task with phases, drawn on stderr: a bar with the time left on a terminal that can redraw it, else one line for every tenth. */
export interface Progress {
  /** `done` of `total` in the phase `label`; total 0 if nothing can be counted. A new label begins a new phase. `remark` follows it. */
  update(label: string, done: number, total: number, remark?: string): void;
  /** Removes the bar and leaves `text`, if given. Idempotent. */
  end(text?: string): void;
  [Symbol.dispose](): void;
}

const redrawMs = 80;
/** Between two lines about the same phase in a log. */
const betweenLinesMs = 30_000;
const barWidth = 24;

/** 75.4 -> "1 min 15 s" */
export function formatSeconds(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB'];

/** 3221225472 -> "3.2 GB" (powers of 1000) */
export function formatBytes(bytes: number): string {
  const power = Math.min(byteUnits.length - 1, bytes >= 1000 ? Math.floor(Math.log10(bytes) / 3) : 0);
  return power === 0 ? `${bytes} B` : `${(bytes / 1000 ** power).toFixed(1)} ${byteUnits[power]}`;
}

interface Phase {
  label: string;
  startMs: number;
  /** Already done at the start (a resumed download), so not part of the speed. */
  firstDone: number;
  drawnMs: number;
  tenth: number;
}

function secondsLeft(phase: Phase, done: number, total: number, nowMs: number): number | undefined {
  const fresh = done - phase.firstDone;
  return fresh > 0 && total > done ? ((nowMs - phase.startMs) / 1000 / fresh) * (total - done) : undefined;
}

class TerminalProgress implements Progress {
  readonly #terminal: Terminal;
  readonly #now: () => number;
  readonly #unit: 'steps' | 'bytes';
  readonly #redraws: boolean;
  readonly #byPhase: boolean;
  #phase: Phase | undefined;
  /** A phase without a count shows its running seconds. */
  #ticking: NodeJS.Timeout | undefined;

  constructor(
    terminal: Terminal,
    { now, unit, environment, lines }: Required<Pick<ProgressOptions, 'now' | 'unit' | 'environment' | 'lines'>>,
  ) {
    this.#terminal = terminal;
    this.#now = now;
    this.#unit = unit;
    this.#redraws = canRedraw(terminal, environment);
    this.#byPhase = lines === 'phases';
  }

  update(label: string, done: number, total: number, remark = ''): void {
    const nowMs = this.#now();
    const begins = this.#phase?.label !== label;
    if (begins) this.#phase = { label, startMs: nowMs, firstDone: done, drawnMs: Number.NEGATIVE_INFINITY, tenth: 0 };
    const phase = this.#phase;
    if (!phase) return;
    if (this.#redraws) this.#draw(phase, done, total, nowMs, remark);
    else this.#print(phase, done, total, nowMs, begins, remark);
  }

  end(text?: string): void {
    clearInterval(this.#ticking);
    this.#ticking = undefined;
    if (this.#redraws) setStatusLine(this.#terminal, '');
    this.#phase = undefined;
    if (text !== undefined) writeLines(this.#terminal, text);
  }

  [Symbol.dispose](): void {
    this.end();
  }

  #count(done: number, total: number): string {
    return this.#unit === 'bytes' ? `${formatBytes(done)} of ${formatBytes(total)}` : `${done}/${total}`;
  }

  #draw(phase: Phase, done: number, total: number, nowMs: number, remark: string): void {
    const complete = total > 0 && done >= total;
    if (!complete && nowMs - phase.drawnMs < redrawMs) return;
    phase.drawnMs = nowMs;
    clearInterval(this.#ticking);
    // A phase of one step has no partial progress.
    const isCounted = total > 1 || (total === 1 && done === 1);
    if (isCounted) return setStatusLine(this.#terminal, this.#bar(phase, done, total, nowMs) + (remark && `  ${remark}`));
    setStatusLine(this.#terminal, this.#uncounted(phase, done, nowMs));
    this.#ticking = setInterval(() => setStatusLine(this.#terminal, this.#uncounted(phase, done, this.#now())), 1000).unref();
  }

  #uncounted({ label, startMs }: Phase, done: number, nowMs: number): string {
    if (done > 0) return `${label}  ${this.#unit === 'bytes' ? formatBytes(done) : done}`;
    const seconds = Math.floor((nowMs - startMs) / 1000);
    return seconds < 1 ? `${label} …` : `${label} …  ${formatSeconds(seconds)}`;
  }

  #bar(phase: Phase, done: number, total: number, nowMs: number): string {
    const part = Math.min(1, Math.max(0, done / total));
    const filled = Math.round(part * barWidth);
    const left = secondsLeft(phase, done, total, nowMs);
    const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled);
    const eta = left === undefined ? '' : `  ${formatSeconds(left)} left`;
    return `${phase.label}  ${bar} ${String(Math.floor(part * 100)).padStart(3)} %  ${this.#count(done, total)}${eta}`;
  }

  #print(phase: Phase, done: number, total: number, nowMs: number, begins: boolean, remark: string): void {
    if (total <= 0 || (this.#byPhase && begins)) {
      phase.drawnMs = nowMs;
      if (begins) writeLines(this.#terminal, `${phase.label} …`);
      return;
    }
    const tenth = Math.floor(Math.min(1, Math.max(0, done / total)) * 10);
    if (tenth <= phase.tenth || (this.#byPhase && nowMs - phase.drawnMs < betweenLinesMs)) return;
    phase.drawnMs = nowMs;
    phase.tenth = tenth;
    const left = secondsLeft(phase, done, total, nowMs);
    const eta = left === undefined ? '' : `, ${formatSeconds(left)} left`;
    writeLines(this.#terminal, `${phase.label}: ${tenth * 10} % (${this.#count(done, total)}${eta})${remark && `, ${remark}`}`);
  }
}

const silence: Progress = { update: () => undefined, end: () => undefined, [Symbol.dispose]: () => undefined };

export function createProgress(options: ProgressOptions = {}): Progress {
  if (options.silent) return silence;
  const { terminal = process.stderr, now = () => performance.now(), unit = 'steps', environment = process.env, lines = 'tenths' } = options;
  return new TerminalProgress(terminal, { now, unit, environment, lines });
}
