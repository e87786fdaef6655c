import { fork } from 'node:child_process';
import { ArtistError, childProgram, recordedError } from '../../core/index.ts';
import type { ServerContext } from '../context.ts';
import type { MeasurementName, Measurements, MeasuringReply, MeasuringRequest } from './requests.ts';

/** One at a time in each lane, because each loads the CLIP: what a person waits for does not wait for figures, which may take long. */
const lanes: Record<'asked' | 'figures', Promise<unknown>> = { asked: Promise.resolve(), figures: Promise.resolve() };
const figures: ReadonlySet<MeasurementName> = new Set(['figures', 'style', 'map']);

/**
 * Measures in a process of its own, so that the server answers meanwhile.
 *
 * @throws ArtistError the error of the measurement; ERR_INTERRUPTED: the process died; the reason of `context.closing`
 */
export function measured<K extends MeasurementName>(
  name: K,
  ask: Measurements[K]['ask'],
  context: ServerContext,
): Promise<Measurements[K]['answer']> {
  const lane = figures.has(name) ? 'figures' : 'asked';
  const work = lanes[lane].then(() => run({ home: context.home.folder, name, ask } as MeasuringRequest, context));
  lanes[lane] = work.catch(() => undefined); // the caller of this measurement gets the error
  return work as Promise<Measurements[K]['answer']>;
}

function run(request: MeasuringRequest, { closing, warn }: ServerContext): Promise<unknown> {
  closing.throwIfAborted();
  const { file, execArgv } = childProgram('server/measuring/child');
  return new Promise((resolve, reject) => {
    const child = fork(file, [], { execArgv, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    const abort = (): void => {
      child.kill('SIGKILL');
      reject(closing.reason);
    };
    closing.addEventListener('abort', abort, { once: true });
    child.on('error', (cause) =>
      reject(new ArtistError('ERR_INTERNAL', `measuring: the process cannot be started: ${cause.message}`, { cause })),
    );
    child.on('message', (reply: MeasuringReply) => {
      for (const line of reply.warnings) warn(line);
      if ('code' in reply) reject(recordedError(reply.code, reply.message));
      else resolve(reply.value);
    });
    child.on('exit', (code, signal) => {
      closing.removeEventListener('abort', abort);
      reject(new ArtistError('ERR_INTERRUPTED', `measuring: the process died (${signal ?? code}). Try again`)); // after an answer it has no effect
    });
    child.send(request);
  });
}
