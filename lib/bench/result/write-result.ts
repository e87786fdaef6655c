import { writeOutput } from '../../core/index.ts';
import { checksumOf } from './checksum.ts';
import type { BenchResult } from './result.ts';

/**
 * Writes a result as a file to share.
 *
 * @throws ArtistError ERR_ALREADY_EXISTS, ERR_WRITE, ERR_DISK_FULL
 */
export async function writeResult(file: string, result: BenchResult, { overwrite = false }: { overwrite?: boolean } = {}): Promise<void> {
  await writeOutput(file, `${JSON.stringify({ ...result, checksum: checksumOf(result) }, undefined, 2)}\n`, { overwrite, name: 'out' });
}
