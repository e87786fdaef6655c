/** Finds GPU drivers and toolkits by their files, without loading or starting anything. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface GpuSupport {
  nvidia?: {
    /** Version that the kernel module reports; absent if it reports none. */
    driver?: string;
    /** Path of nvcc, the compiler of the CUDA toolkit, which a build with CUDA needs. */
    nvcc?: string;
  };
  vulkan?: {
    /** Path of the loader library. */
    loader: string;
    /** Paths of the manifests of installed drivers (ICDs). */
    drivers: string[];
  };
  /** true on macOS, where Metal is part of the system. */
  metal: boolean;
}

const libraryFolders = [
  '/usr/lib',
  '/usr/lib64',
  '/lib',
  '/lib64',
  '/usr/local/lib',
  '/usr/lib/x86_64-linux-gnu',
  '/usr/lib/aarch64-linux-gnu',
  '/usr/lib/wsl/lib',
];

function findLibrary(names: readonly string[]): string | undefined {
  const fromEnvironment = (process.env.LD_LIBRARY_PATH ?? '').split(delimiter).filter(Boolean);
  const folders =
    process.platform === 'win32' ? [join(process.env.SystemRoot ?? 'C:\\Windows', 'System32')] : [...fromEnvironment, ...libraryFolders];
  for (const folder of folders) {
    const name = names.find((candidate) => existsSync(join(folder, candidate)));
    if (name) return join(folder, name);
  }
  return undefined;
}

function findNvcc(): string | undefined {
  const name = process.platform === 'win32' ? 'nvcc.exe' : 'nvcc';
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter).filter(Boolean),
    ...(process.env.CUDA_PATH ? [join(process.env.CUDA_PATH, 'bin')] : []),
    '/usr/local/cuda/bin',
  ];
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
}

function nvidiaDriver(): string | undefined {
  const file = '/proc/driver/nvidia/version';
  return existsSync(file) ? /Module(?: for \S+)?\s+([\d.]+)/.exec(readFileSync(file, 'utf8'))?.[1] : undefined;
}

function vulkanDrivers(): string[] {
  const folders = ['/usr/share/vulkan/icd.d', '/etc/vulkan/icd.d', '/usr/local/share/vulkan/icd.d'];
  const named = (process.env.VK_DRIVER_FILES ?? process.env.VK_ICD_FILENAMES ?? '').split(delimiter).filter(Boolean);
  return [
    ...named,
    ...folders.filter(existsSync).flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => name.endsWith('.json'))
        .map((name) => join(folder, name)),
    ),
  ];
}

export function gpuSupport(): GpuSupport {
  const support: GpuSupport = { metal: process.platform === 'darwin' };
  const driver = nvidiaDriver();
  const nvcc = findNvcc();
  if (driver !== undefined || findLibrary(['libcuda.so.1', 'libcuda.so', 'nvcuda.dll'])) {
    support.nvidia = { ...(driver === undefined ? {} : { driver }), ...(nvcc === undefined ? {} : { nvcc }) };
  }
  const loader = findLibrary(['libvulkan.so.1', 'libvulkan.so', 'libvulkan.1.dylib', 'libMoltenVK.dylib', 'vulkan-1.dll']);
  if (loader) support.vulkan = { loader, drivers: vulkanDrivers() };
  return support;
}
