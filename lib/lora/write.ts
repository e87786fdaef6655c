import { join, parse, resolve } from 'node:path';
import { ArtistError, answering, checkReplaceable, resolveOptions, writeOutput } from '../core/index.ts';
import { encodeSafetensors, type FloatTensor, type FloatType } from '../models/index.ts';
import { type LoraData, type LoraFacts, loraFacts, loraMetadata } from './metadata.ts';

export interface WriteLoraOptions {
  /** Type of the numbers. F16 is usual; F32 keeps every bit. Default "F16". */
  readonly type?: FloatType;
  /** Replace an existing file. Default false. */
  readonly overwrite?: boolean;
  /** Write the whole data sheet beside the file, as `name.data-sheet.json`. Default true if there is one. */
  readonly sheetBeside?: boolean;
}

export interface WrittenLora {
  /** Absolute path. */
  readonly path: string;
  readonly bytes: number;
  /** SHA-256 of the tensors, hex; recipes identify the LoRA by it. */
  readonly tensorHash: string;
  /** Path of the data sheet beside it. */
  readonly dataSheet?: string;
}

/** Largest finite number of each type. */
const largest: Readonly<Record<FloatType, number>> = { F32: Number.MAX_VALUE, F16: 65_504, BF16: 3.38e38 };

/** Refuses NaN and infinity: such a LoRA would turn every picture black. */
export function checkTensorValues(path: string, tensors: readonly FloatTensor[], type: FloatType): void {
  if (tensors.length === 0) throw new ArtistError('ERR_LORA', `${path}: expected trained tensors, got none`);
  for (const { name, data } of tensors)
    for (let index = 0; index < data.length; index++) {
      const value = data[index] as number;
      if (!Number.isFinite(value))
        throw new ArtistError(
          'ERR_LORA',
          `${path}: ${name}: expected finite numbers, got ${value}: training diverged. Use an earlier checkpoint, or a lower learning rate`,
        );
      if (Math.abs(value) > largest[type])
        throw new ArtistError('ERR_LORA', `${path}: ${name}: expected numbers that ${type} can hold, got ${value}. Write it as F32`);
    }
}

function sheetBesideOf(path: string): string {
  const { dir, name } = parse(resolve(path));
  return join(dir, `${name}.data-sheet.json`);
}

/** The caller chose only the LoRA's path, so an existing data sheet is replaced only if this package wrote it. */
const sheetWish = (overwrite: boolean) => ({
  overwrite: false,
  ...(overwrite && { begins: /^(\{\s*"schema":\s*"ai-artist\.data-sheet\/|$)/ }),
});

/**
 * Checks before the work begins that a LoRA and its data sheet may be written.
 *
 * @throws ArtistError every error of checkReplaceable()
 */
export async function checkLoraPlace(out: string, { overwrite, inputs }: { overwrite: boolean; inputs: readonly string[] }): Promise<void> {
  await checkReplaceable(out, { as: 'file', overwrite, inputs, name: 'out' });
  await checkReplaceable(sheetBesideOf(out), { as: 'file', ...sheetWish(overwrite) });
}

/**
 * Writes a LoRA atomically as safetensors, with the given names. The data sheet goes inside it and beside it.
 *
 * @param path name ending in .safetensors
 * @throws ArtistError ERR_ALREADY_EXISTS, ERR_DISK_FULL, ERR_WRITE; ERR_LORA: no tensors, or a number that is not finite or does not fit
 *   the type; ERR_INVALID_ARGUMENT
 */
export const writeLora = answering(
  'writeLora',
  async (
    path: string,
    tensors: readonly FloatTensor[],
    facts: LoraFacts,
    data: LoraData = {},
    { type = 'F16', overwrite = false, sheetBeside = data.sheet !== undefined }: WriteLoraOptions = {},
  ): Promise<WrittenLora> => {
    if (!path.toLowerCase().endsWith('.safetensors'))
      throw new ArtistError('ERR_INVALID_ARGUMENT', `path: expected a name ending in .safetensors, got ${JSON.stringify(path)}`);
    const checked = resolveOptions('writeLora', loraFacts, facts);
    checkTensorValues(path, tensors, type);
    const dataSheet = sheetBeside && data.sheet !== undefined ? sheetBesideOf(path) : undefined;
    if (dataSheet !== undefined) await checkReplaceable(dataSheet, { as: 'file', ...sheetWish(overwrite) });
    const { bytes, tensorHash } = encodeSafetensors(tensors, type, (hash) => loraMetadata(checked, data, hash));
    await writeOutput(path, bytes, { overwrite });
    const written = { path: resolve(path), bytes: bytes.length, tensorHash };
    if (dataSheet === undefined) return written;
    await writeOutput(dataSheet, `${JSON.stringify({ ...data.sheet, lora: tensorHash }, undefined, 2)}\n`, sheetWish(overwrite));
    return { ...written, dataSheet };
  },
);
