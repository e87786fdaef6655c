/**
 * The painter process: painter.ts starts it. It opens the artist of the home and paints the tasks of its queue. The engine runs in a process of
 * its own, so that a crash fails one try. It ends when it is asked to, or when the channel to its parent closes.
 */
import { createArtist } from '../../artist/index.ts';
import { loadConfig } from '../../config/index.ts';
import { currentScope, errorLine, isArtistError } from '../../core/index.ts';
import { homeId, isRedis, type WorkerEvent } from '../../schedule/index.ts';
import { lowerPriority } from '../lower-priority.ts';
import { type PaintWorker, startPaintWorker } from '../paint-worker.ts';
import type { FromPainter, PainterLine, PainterStart, ToPainter } from './painter-protocol.ts';

/** How long an aborted task may take to end before the process exits without it. */
const abortWithinMs = 10_000;

function send(message: FromPainter): void {
  if (process.connected) process.send?.(message, undefined, {}, () => undefined);
}

function tell(level: PainterLine['level'], message: string, scope = currentScope()): void {
  send({ type: 'line', line: { level, message, scope } });
}

function tellEvent(event: WorkerEvent): void {
  if (event.type === 'trouble') return tell('warn', `the queue cannot be reached at the moment: ${errorLine(event.error)}`);
  const scope = { ...currentScope(), task: event.id };
  if (event.type === 'lost') tell('warn', 'given to another worker, because this one was silent for too long', scope);
  else if (event.type === 'failed')
    tell('warn', `failed: ${event.code}: ${event.message}${event.again ? '; it will be tried again' : ''}`, scope);
  else tell('info', event.type === 'started' ? 'begins' : event.type, scope);
}

async function open({ home, set, queue, queueName, keepMs, leaseMs }: PainterStart): Promise<(withinMs: number) => Promise<void>> {
  const config = await loadConfig({ home, set });
  const onWarning = (line: string): void => tell('warn', line);
  const artist = await createArtist({ config, isolate: true, keepMs, onWarning, onNote: (line) => tell('info', line) });
  let worker: PaintWorker | undefined;
  const stop = async (withinMs: number): Promise<void> => {
    await worker?.stop(withinMs);
    await artist.dispose();
  };
  try {
    worker = await startPaintWorker({
      artist,
      queue,
      // Not every queue of that Redis: the pictures of a job lie in its home.
      queueName: queueName ?? (isRedis(queue) ? await homeId(config.home) : undefined),
      onEvent: tellEvent,
      ...(leaseMs !== undefined && { leaseMs }),
    });
  } catch (error) {
    await stop(0);
    throw error;
  }
  for (const line of worker.warnings) tell('warn', line);
  send({ type: 'ready', worker: worker.name });
  return stop;
}

function main(): void {
  let opening: Promise<((withinMs: number) => Promise<void>) | undefined> | undefined;
  let stopWithinMs = 0;
  /** May be called again, to end sooner: a parent that drains may be killed. */
  const end = async (withinMs: number): Promise<void> => {
    setTimeout(() => process.exit(1), withinMs + abortWithinMs).unref();
    await (await opening)?.(withinMs);
    process.exit(0);
  };
  const start = async (wishes: PainterStart): Promise<((withinMs: number) => Promise<void>) | undefined> => {
    try {
      return await open(wishes);
    } catch (error) {
      const code = isArtistError(error) ? error.code : 'ERR_INTERNAL';
      send({ type: 'refused', code, message: error instanceof Error ? error.message : String(error) });
      process.disconnect?.();
      return undefined;
    }
  };
  lowerPriority();
  // The parent decides when it ends, also after Ctrl-C in a terminal, which reaches the whole process group.
  process.on('SIGINT', () => undefined);
  process.once('SIGTERM', () => void end(stopWithinMs));
  process.once('disconnect', () => void end(0));
  // Its parent may have died while it loaded its modules, which no event tells any more.
  if (!process.connected) process.exit(0);
  process.on('warning', (warning) => tell('warn', warning.message));
  process.on('message', (message: ToPainter) => {
    if (message.type === 'start') {
      ({ stopWithinMs } = message.start);
      opening = start(message.start);
    } else void end(message.withinMs);
  });
}

main();
