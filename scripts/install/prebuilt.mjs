// Finds the prebuilt addon for this machine and checks that an addon really loads here. lib/engine/addon/binary.ts looks in the same
// places; test/install/prebuilt.test.ts checks that the two agree.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** 'glibc' or 'musl' on Linux, undefined elsewhere. */
export function libcFamily() {
  if (process.platform !== 'linux') return undefined;
  if (process.report) process.report.excludeNetwork = true; // listing interfaces can take seconds
  const header = process.report?.getReport?.()?.header;
  if (header?.glibcVersionRuntime) return 'glibc';
  return readdirSync('/lib').some((name) => name.startsWith('ld-musl-')) ? 'musl' : 'glibc';
}

/** Folder below prebuilds/. The two C libraries of Linux have separate folders, because the kernel modules beside the addon differ too. */
export function prebuildFolder(platform = process.platform, arch = process.arch, libc = libcFamily()) {
  return `${platform}${platform === 'linux' && libc === 'musl' ? 'musl' : ''}-${arch}`;
}

export function prebuildName(platform = process.platform, libc = libcFamily()) {
  return platform === 'linux' ? `ai-artist.${libc}.node` : 'ai-artist.node';
}

/** Path of the prebuilt addon for this machine, or undefined if this package has none. */
export function findPrebuilt(root) {
  const file = join(root, 'prebuilds', prebuildFolder(), prebuildName());
  return existsSync(file) ? file : undefined;
}

// Runs in a child process: an addon for another CPU or C library may crash it.
const probe = `
const [file, vocabularyDir, backendDir] = process.argv.slice(1);
const addon = require(file);
addon.configure({ vocabularyDir, backendDir });
const devices = addon.listDevices();
if (!devices.some((device) => device.type === 'cpu')) throw new Error('no CPU kernels were found in ' + backendDir);
process.stdout.write(JSON.stringify({ versions: addon.versions(), devices }));
`;

/**
 * Loads `file` in a child process.
 * @returns {{ ok: true, versions: object, devices: object[] } | { ok: false, reason: string }}
 */
export function proveLoads(file, root, { timeout = 120_000 } = {}) {
  const child = spawnSync(process.execPath, ['-e', probe, file, join(root, 'vocab'), dirname(file)], {
    encoding: 'utf8',
    timeout,
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: '' },
  });
  if (child.error)
    return { ok: false, reason: child.error.code === 'ETIMEDOUT' ? `did not load within ${timeout / 1000} s` : child.error.message };
  if (child.signal) return { ok: false, reason: `loading it ended with ${child.signal}` };
  if (child.status !== 0)
    return { ok: false, reason: /^\w*Error: .*$/m.exec(child.stderr)?.[0] ?? `loading it ended with exit code ${child.status}` };
  try {
    return { ok: true, ...JSON.parse(child.stdout) };
  } catch {
    return { ok: false, reason: `loading it printed ${JSON.stringify(child.stdout.slice(0, 80))}` };
  }
}
