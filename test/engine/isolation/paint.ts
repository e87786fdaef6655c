/** A small picture through the native interface, for the isolation tests. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { NativeEvent } from '../../../lib/engine/addon/native-events.ts';
import type { NativeGenerateRequest, NativeModelRequest } from '../../../lib/engine/addon/native-types.ts';

const models = new URL('../../../models/', import.meta.url);

export const modelRequest: NativeModelRequest = {
  model: fileURLToPath(new URL('mini.gguf', models)),
  tae: fileURLToPath(new URL('mini-tae.safetensors', models)),
  threads: 1,
};

export const upscalerFile = fileURLToPath(new URL('realesrgan-x4plus-anime-6b.gguf', models));

/** `steps`: 2 for a quick picture, 200 for one to interrupt. */
export function picture(steps = 2): NativeGenerateRequest {
  return { prompt: 'a red fox', negativePrompt: '', width: 64, height: 64, steps, cfgScale: 1, seed: 7 };
}

export const silent = (): void => undefined;

/** A listener that calls `act` once, when the given sampling step is done. */
export function atStep(step: number, act: () => void): (event: NativeEvent) => void {
  let acted = false;
  return (event) => {
    if (acted || event.type !== 'progress' || event.phase !== 'sample' || event.step < step) return;
    acted = true;
    act();
  };
}

/** Whether a process is running. A zombie (ended, not yet reaped) does not count. */
export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
