import type { Diagnosis } from '../../lib/engine/index.ts';
import { formatBytes } from '../../lib/observe/index.ts';
import { surroundingsOf, type Tuning } from '../../lib/tune/index.ts';
import { storedLines } from './tune-lines.ts';

/** What doctor found, for people. */
export function diagnosisLines(
  { ok, package: own, runtime, system, candidates, addon, advice }: Diagnosis,
  tunings: readonly Tuning[],
): string[] {
  const libc = system.libc ? `, ${system.libc.family} ${system.libc.version ?? ''}`.trimEnd() : '';
  const lines = [
    `ai-artist ${own.version} in ${own.root}`,
    `${runtime.name} ${runtime.version}, ${system.platform} ${system.release} ${system.arch}${libc}`,
    `CPU: ${system.cpu}, ${system.logicalCores} logical cores`,
    `CPU features: ${system.cpuFeatures.join(' ') || 'not reported by this system'}`,
    `memory: ${formatBytes(system.freeMemoryBytes)} free of ${formatBytes(system.memoryBytes)}`,
    '',
    'addon, in the order tried:',
  ];
  for (const candidate of candidates) {
    lines.push(`  ${candidate.status.padEnd(8)} ${candidate.file}`);
    if (candidate.reason !== undefined) lines.push(`           ${candidate.reason}`);
    if (candidate.advice !== undefined) lines.push(`           to do: ${candidate.advice}`);
  }
  if (addon) {
    const { engine, ggml, gpu, compiler } = addon.versions;
    lines.push(
      '',
      // The version of the engine often includes that of ggml.
      `engine: ${engine}${engine.includes(`ggml ${ggml}`) ? '' : `, ggml ${ggml}`}, GPU ${gpu}, built with ${compiler}`,
      `kernels: ${addon.systemInfo
        .replace(/\s+/g, ' ')
        .replace(/^System Info: /, '')
        .replace(/ \| *$/, '')}`,
      'devices:',
    );
    for (const { name, description, freeBytes, totalBytes } of addon.devices) {
      // For the CPU the engine reports all memory of the machine as free; the real figure is printed above.
      const memory = name === 'CPU' ? 'the memory above' : `${formatBytes(freeBytes)} free of ${formatBytes(totalBytes)}`;
      lines.push(`  ${name.padEnd(8)} ${description}, ${memory}`);
    }
  }
  if (tunings.length > 0)
    lines.push('', 'tuned settings:', ...storedLines(tunings, addon && surroundingsOf(addon)).map((line) => `  ${line}`));
  if (advice.length > 0) lines.push('', 'advice:', ...advice.map((line) => `  ${line}`));
  lines.push('', ok ? 'ready to paint' : 'not ready: nothing here can paint yet');
  return lines;
}
