import { ArtistError, errorLine, redact } from '../../core/index.ts';
import type { ServerContext } from '../context.ts';
import { withoutPaths } from '../errors/request-error.ts';

export interface Problem {
  part: 'server' | 'queue' | 'gallery' | 'painter';
  message: string;
}

/** A part that is silent for longer counts as out of reach, milliseconds. */
const longestWaitMs = 3000;

async function within<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ArtistError('ERR_TIMEOUT', `no answer within ${longestWaitMs} ms`)), longestWaitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Why a server is not ready; empty: it is. */
export async function problemsOf(
  { queue, gallery, home, closing }: ServerContext,
  painter: () => Promise<string | undefined>,
): Promise<Problem[]> {
  const check = async (part: Problem['part'], look: () => Promise<string | undefined>): Promise<Problem | undefined> => {
    const wrong = await within(look()).catch(errorLine);
    return wrong === undefined ? undefined : { part, message: withoutPaths(redact(wrong), home.folder) };
  };
  const checks = await Promise.all([
    check('server', async () => (closing.aborted ? 'it is shutting down' : undefined)),
    check('queue', async () => void (await queue.list(['waiting'], 1))),
    check('gallery', async () => void (await gallery.list({ limit: 1 }))),
    check('painter', painter),
  ]);
  return checks.filter((one) => one !== undefined);
}
