import type { Energy, Repeat } from '../result/result.ts';
import { openNvidiaPower } from './nvidia-power.ts';
import type { PowerSource } from './power-source.ts';
import { openPowermetrics } from './powermetrics.ts';
import { openRapl } from './rapl.ts';

/** The energy of the whole machine's processor and GPUs while something runs: that of other programs and of idling is in it. */
export class EnergyMeter {
  readonly #sources: readonly PowerSource[];

  constructor(sources: readonly PowerSource[]) {
    this.#sources = sources;
  }

  /** Opens what this machine tells to this user without a password. */
  static async open(platform: NodeJS.Platform = process.platform): Promise<EnergyMeter> {
    const opened = await Promise.all(platform === 'darwin' ? [openPowermetrics()] : [openRapl(), openNvidiaPower()]);
    return new EnergyMeter(opened.filter((source) => source !== undefined));
  }

  get names(): string[] {
    return this.#sources.map(({ name }) => name);
  }

  /** Runs the work. @returns its result, and what the sources told; {} where nothing is told. @throws what the work throws */
  async during<T>(work: () => Promise<T>): Promise<{ result: T; told: Pick<Repeat, 'joules' | 'throttled'> }> {
    const ends = await Promise.all(this.#sources.map((source) => source.start()));
    const result = await work();
    const readings = await Promise.all(ends.map((end) => end()));
    const joules = Object.assign({}, ...readings.map((reading) => reading.joules)) as Energy;
    const throttled = [...new Set(readings.flatMap((reading) => reading.throttled))];
    return {
      result,
      told: { ...(Object.keys(joules).length > 0 && { joules }), ...(throttled.length > 0 && { throttled }) },
    };
  }

  close(): void {
    for (const source of this.#sources) source.close();
  }
}
