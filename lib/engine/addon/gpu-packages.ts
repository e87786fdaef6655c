/** Packages with an addon for a GPU, `@ai-artist/<platform>-<arch>-<backend>`, which a user installs beside this one. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type GpuSupport, gpuSupport } from './gpu-support.ts';
import { prebuildFolder, prebuildName } from './machine.ts';

/** Best first: where two work, the first is the faster one. */
const backends = ['cuda13', 'cuda12', 'vulkan'] as const;
type Backend = (typeof backends)[number];

/**
 * Oldest NVIDIA driver, first number of its version. Source: NVIDIA CUDA Toolkit Release Notes, "CUDA Toolkit and Minimum Required Driver
 * Version for CUDA Minor Version Compatibility".
 */
const oldestDriver = { cuda12: 525, cuda13: 580 } as const;

/** Whether the files of a driver for this backend are here. An NVIDIA driver that does not tell its version may be new enough. */
function suits(backend: Backend, { nvidia, vulkan }: GpuSupport): boolean {
  if (backend === 'vulkan') return vulkan !== undefined;
  if (!nvidia) return false;
  return nvidia.driver === undefined || Number.parseInt(nvidia.driver, 10) >= oldestDriver[backend];
}

/** AI_ARTIST_GPU at run time: off, or only these. */
function isWanted(backend: Backend, wanted: string): boolean {
  return wanted === 'auto' || backend.startsWith(wanted);
}

/** Names of the packages that suit this machine and that are made for it, best first, whether they are installed or not. */
export function gpuPackageNames(root: string, support: GpuSupport = gpuSupport(), folder: string = prebuildFolder()): string[] {
  const { peerDependencies = {} } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    peerDependencies?: Record<string, string>;
  };
  return backends
    .filter((backend) => suits(backend, support))
    .map((backend) => `@ai-artist/${folder}-${backend}`)
    .filter((name) => name in peerDependencies);
}

/** Addons of the packages that are installed where this one finds them and that suit this machine, best first. */
export function gpuPackageFiles(root: string, env: NodeJS.ProcessEnv = process.env): string[] {
  const resolve = createRequire(join(root, 'package.json')).resolve;
  const installed = backends.flatMap((backend) => {
    if (!isWanted(backend, env.AI_ARTIST_GPU || 'auto')) return [];
    try {
      return [{ backend, file: join(dirname(resolve(`@ai-artist/${prebuildFolder()}-${backend}/package.json`)), prebuildName()) }];
    } catch {
      return []; // not installed
    }
  });
  if (installed.length === 0) return [];
  const support = gpuSupport();
  return installed.filter(({ backend, file }) => suits(backend, support) && existsSync(file)).map(({ file }) => file);
}
