import { ArtistError, isDiskFull, plainJson, plainText, redactData, systemCode } from '../../lib/core/index.ts';

/** @throws ArtistError ERR_WRITE, but not if the reader has closed the pipe */
function write(stream: NodeJS.WriteStream, text: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => {
      if (!error || systemCode(error) === 'EPIPE' || systemCode(error) === 'ERR_STREAM_DESTROYED') resolve();
      else
        reject(
          new ArtistError(isDiskFull(error) ? 'ERR_DISK_FULL' : 'ERR_WRITE', `output: cannot be written: ${error.message}`, {
            cause: error,
          }),
        );
    });
  });
}

/** Lines for a person, or for `$(…)`. Control sequences in prompts, titles and names are removed, and secrets are hidden. */
export async function printLines(stream: NodeJS.WriteStream, lines: readonly string[]): Promise<void> {
  if (lines.length > 0) await write(stream, `${redactData(plainText(lines.join('\n')))}\n`);
}

/** The one document of --json: readable in a terminal, one line for programs. */
export async function printJson(document: unknown): Promise<void> {
  const json = JSON.stringify(
    document,
    (_, value: unknown) => (typeof value === 'string' ? redactData(value) : value),
    process.stdout.isTTY ? 2 : undefined,
  );
  await write(process.stdout, `${plainJson(json)}\n`);
}

/** A file on standard output: a picture for the next program of a pipe. */
export const printBytes = (bytes: Uint8Array): Promise<void> => write(process.stdout, bytes);
