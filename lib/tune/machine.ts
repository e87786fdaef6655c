/** What tuned settings were measured with: on another machine or with another build, they may be slower than the defaults. */
import * as z from 'zod';

const ofMachine = ['cores', 'kernels', 'devices'] as const;
const all = ['version', 'engine', 'gpu', 'compiler', ...ofMachine] as const;

/**
 * Machine and build: number of physical cores, instruction sets that the kernels use, name and description of each device (that of the processor is
 * its model); versions of this package and of the engine, GPU support, compiler.
 */
export const surroundings = z.record(z.enum(all), z.string());
export type Surroundings = z.output<typeof surroundings>;

/** What an addon says of itself; also in a Diagnosis. */
export interface AddonFacts {
  versions: { addon: string; engine: string; gpu: string; compiler: string };
  systemInfo: string;
  physicalCores: number;
  devices: readonly { name: string; description: string }[];
}

export function surroundingsOf({ versions, systemInfo, physicalCores, devices }: AddonFacts): Surroundings {
  const { addon: version, engine, gpu, compiler } = versions;
  return {
    ...{ version, engine, gpu, compiler },
    cores: String(physicalCores),
    kernels: systemInfo.trim(),
    devices: devices.map(({ name, description }) => `${name}: ${description}`).join(', '),
  };
}

/** Names of what differs; []: nothing. */
export const changesBetween = (before: Surroundings, now: Surroundings): string[] => all.filter((name) => before[name] !== now[name]);

/** Whether both are the same machine, with whatever build. */
export const isSameMachine = (a: Surroundings, b: Surroundings): boolean => ofMachine.every((name) => a[name] === b[name]);
