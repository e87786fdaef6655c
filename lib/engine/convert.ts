import { randomBytes } from 'node:crypto';
import { appendFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { ArtistError, checkReplaceable, display, exists, isArtistError, resolveOptions, writeError } from '../core/index.ts';
import { readModelHeader } from '../models/index.ts';
import { addonFor } from './addon/engine.ts';
import type { NativeEvent } from './addon/native-events.ts';
import { type ConvertEvent, commonEvent } from './jobs/events.ts';
import { CallSite, runJob } from './jobs/job.ts';
import { type ConvertOptions, convertOptions, convertRows } from './options/convert.ts';
import type { WeightType } from './options/enums.ts';
import { nativeFields } from './paint/native-fields.ts';

export interface ConvertResult {
  readonly output: string;
  readonly type: WeightType;
  readonly inputBytes: number;
  readonly outputBytes: number;
  readonly seconds: number;
}

/** Weight types that the engine can write to safetensors. */
const safetensorsTypes: readonly string[] = ['f32', 'f16', 'bf16'];

async function checkOutput(output: string, inputs: readonly string[], overwrite: boolean): Promise<void> {
  const info = await stat(dirname(output)).catch((error: unknown) => Promise.reject(writeError(output, error)));
  if (!info.isDirectory()) throw new ArtistError('ERR_WRITE', `${output}: ${dirname(output)} is not a folder`);
  const existing = await stat(output).catch(() => undefined);
  if (existing?.isDirectory()) throw new ArtistError('ERR_WRITE', `${output}: is a folder. Name a file in it`);
  // Checked first: problems with the output that `overwrite` would not solve.
  await checkReplaceable(output, { as: 'file', overwrite: true, inputs, name: 'output' });
  if (existing && !overwrite)
    throw new ArtistError('ERR_ALREADY_EXISTS', `${output}: exists already. Choose another name, or pass overwrite: true`);
}

function checkTypes(output: string, types: readonly string[]): void {
  const refused = /\.safetensors$/i.test(output) ? types.find((type) => !safetensorsTypes.includes(type)) : undefined;
  if (refused !== undefined)
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `type: expected ${safetensorsTypes.join(', ')} for a .safetensors file, got ${refused}. Write a .gguf file for quantized weights`,
    );
}

/** A name beside `output`. The ending chooses the file format, so the temporary name keeps it. */
function temporaryBeside(output: string): string {
  const ending = extname(output);
  return join(dirname(output), `.${basename(output, ending)}.${randomBytes(6).toString('hex')}.part${ending.toLowerCase()}`);
}

/** Renames the converted file to its place and returns its size in bytes. */
async function moveInPlace(temporary: string, output: string, overwrite: boolean): Promise<number> {
  // The engine does not check whether the last bytes could be written.
  await readModelHeader(temporary);
  if (!overwrite && (await exists(output)))
    throw new ArtistError(
      'ERR_ALREADY_EXISTS',
      `${output}: appeared while the model was converted. Choose another name, or pass overwrite: true`,
    );
  const { size } = await stat(temporary);
  await rename(temporary, output).catch((error: unknown) => Promise.reject(writeError(output, error)));
  return size;
}

/** More than the engine and the system keep in memory before they write. */
const probeBytes = 2 ** 20;

/** Finds out whether a failed conversion was a disk failure, by appending to the file: the engine does not report the cause. */
async function convertFailure(
  error: unknown,
  { site, written, output }: { site: CallSite; written: string; output: string },
): Promise<unknown> {
  if (!isArtistError(error, 'ERR_CONVERT') && !isArtistError(error, 'ERR_MODEL_FORMAT')) return error;
  try {
    await appendFile(written, Buffer.alloc(probeBytes), { flush: true });
    return error;
  } catch (cause) {
    const { code, message } = writeError(output, cause);
    return site.error(code, message, { cause, details: error.details.length > 0 ? error.details : [error.message] });
  }
}

function conversionEvent(event: NativeEvent): ConvertEvent | undefined {
  // The engine reports reading and writing tensors as loading; for the user both are the conversion.
  if (event.type === 'progress') return { type: 'convert', step: event.step, steps: event.total };
  const shown = commonEvent(event);
  return shown?.type === 'queued' || shown?.type === 'warning' ? shown : undefined;
}

/**
 * Writes a model in another weight type or file format. The output is written to a temporary file beside its place and renamed when it is
 * complete. Needs memory for the whole output.
 *
 * @param input model file (.safetensors, .gguf, .ckpt) or diffusers folder
 * @throws ArtistError ERR_INVALID_ARGUMENT when an option is invalid; ERR_ALREADY_EXISTS when the output exists, without `overwrite`;
 *   ERR_MODEL_NOT_FOUND, ERR_MODEL_FORMAT when the input is missing or damaged; ERR_WRITE, ERR_DISK_FULL when the output cannot be written;
 *   ERR_CONVERT when the engine fails, with its message; ERR_OUT_OF_MEMORY
 * @throws `signal.reason` when aborted
 */
export async function convertModel(input: string, options: ConvertOptions): Promise<ConvertResult> {
  const site = new CallSite('convertModel', convertModel);
  const checked = resolveOptions('convertModel', convertOptions, options);
  const { signal, onProgress, overwrite, isolate, type, tensorTypeRules: rules, vae } = checked;
  if (typeof input !== 'string' || input === '')
    throw new ArtistError('ERR_INVALID_ARGUMENT', `input: expected the path of a model, got ${display(input)}`);
  signal?.throwIfAborted();
  const output = resolve(checked.output);
  checkTypes(output, [type, ...Object.values(rules ?? {})]);
  await checkOutput(output, vae === undefined ? [input] : [input, vae], overwrite);
  const header = await readModelHeader(input);
  if (vae !== undefined) await readModelHeader(vae);

  const addon = await addonFor(isolate);
  signal?.throwIfAborted();
  const started = performance.now();
  const temporary = temporaryBeside(output);
  try {
    await runJob<void>(
      {
        addon,
        site,
        signal,
        onEvent: (event) => {
          const shown = conversionEvent(event);
          if (shown) onProgress?.(shown);
        },
      },
      (listen) => addon.convertModel({ ...nativeFields(convertRows, checked), input, type, output: temporary }, listen),
    );
    const outputBytes = await moveInPlace(temporary, output, overwrite);
    return { output, type, inputBytes: header.bytes, outputBytes, seconds: (performance.now() - started) / 1000 };
  } catch (error) {
    throw await convertFailure(error, { site, written: temporary, output });
  } finally {
    await rm(temporary, { force: true });
  }
}
