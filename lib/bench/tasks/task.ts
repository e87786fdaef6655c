/** What a task measures in one repeat, beside its time. */
export interface Work {
  /** Seconds of the parts that the engine tells apart. */
  readonly parts?: Readonly<Record<string, number>>;
  /** Processor seconds of a child process that did the work. */
  readonly childCpuSeconds?: number;
  /** pixelDigest() of the picture, so that machines that should paint the same can be compared. */
  readonly digest?: string;
}

/** A task whose models are loaded. */
export interface Ready {
  /** One repeat. @throws ArtistError every error of the engine */
  run(signal: AbortSignal): Promise<Work>;
  dispose(): Promise<void>;
}

/** What a task takes that not every machine has. Such a task is measured alone, after the others. */
export interface Needs {
  /** Of all its files. */
  weightBytes(): number;
  /** Of weights and buffers together. */
  memoryBytes(): number;
  /** Floating-point operations of one repeat. */
  readonly operations: number;
  /** Bytes that provide() would write. */
  missing(): Promise<number>;
  /** Writes what is missing. @throws ArtistError ERR_DISK_FULL, ERR_WRITE, ERR_LOCKED; the signal's reason */
  provide(options: { signal: AbortSignal; onProgress: (event: { file: string; bytes: number; of: number }) => void }): Promise<void>;
}

/** One thing that is measured. */
export interface Task {
  /** Its name in result files. */
  readonly id: string;
  readonly suite: SuiteName;
  /** What fixes the amount of work; two results compare only where these are equal. */
  readonly recipe: Readonly<Record<string, string | number>>;
  readonly needs?: Needs;
  /** With settings that `ai-artist tune` found on this machine: they are no part of the recipe, so that machines compare at their best. */
  readonly tuned?: Readonly<Record<string, string>>;
  /**
   * Loads what it needs; what it writes goes to a place of its own in `scratch`, a folder that is removed after the run.
   *
   * @throws ArtistError every error of the engine; ERR_UNSUPPORTED where the machine cannot do it
   */
  prepare(options: EngineOptions, signal: AbortSignal, scratch: string): Promise<Ready>;
}

export const suiteNames = ['paint', 'train', 'upscale', 'clip', 'gallery', 'start'] as const;
export type SuiteName = (typeof suiteNames)[number];

/** How the engine is run. Default: as it is for every other command. */
export interface EngineOptions {
  /** Device, as listDevices() names it. */
  readonly backend?: string;
  readonly threads?: number;
}
