import { readFile } from 'node:fs/promises';
import { ArtistError, readError } from '../../core/index.ts';
import { checksumOf } from './checksum.ts';
import { type BenchResult, resultSchema, resultVersion } from './result.ts';

const mostBytes = 8 * 1024 * 1024;

function parsed(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const message = `${file}: expected a result of ai-artist bench, got a file that is cut or not JSON. Measure again`;
    throw new ArtistError('ERR_DAMAGED', message, { cause: error });
  }
}

/**
 * Reads a result file.
 *
 * @throws ArtistError ERR_READ; ERR_DAMAGED when it is cut, edited or another file; ERR_NEWER_VERSION
 */
export async function readResult(file: string): Promise<BenchResult> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw readError(file, 'a result', error);
  });
  if (text.length > mostBytes) throw new ArtistError('ERR_DAMAGED', `${file}: expected at most ${mostBytes} bytes, got ${text.length}`);
  const content = parsed(file, text) as { format?: unknown; version?: unknown } | null;
  if (content?.format !== 'ai-artist-bench')
    throw new ArtistError('ERR_DAMAGED', `${file}: expected a result of ai-artist bench, got another file`);
  if (typeof content.version === 'number' && content.version > resultVersion)
    throw new ArtistError('ERR_NEWER_VERSION', `${file}: expected version ${resultVersion}, got ${content.version}. Update ai-artist`);
  const { data, error } = resultSchema.safeParse(content);
  if (error) {
    const [issue] = error.issues;
    throw new ArtistError('ERR_DAMAGED', `${file}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'damaged'}. Measure again`);
  }
  const { checksum, ...result } = data;
  if (checksum !== undefined && checksum !== checksumOf(content))
    throw new ArtistError(
      'ERR_DAMAGED',
      `${file}: expected what ai-artist bench wrote, got an edited file: its checksum differs. Measure again`,
    );
  return result;
}
