/**
 * The process that trains a run: supervisor.ts starts it, detached, so that training outlives a restart of the server. Its arguments are the home
 * and the name of the run. It reads what to do from the state file, and writes there how it ended.
 */
import { ArtistError, birthOf, homeOf, isArtistError, redact } from '../../core/index.ts';
import { resumeTraining, type TrainLoraOptions, trainLora } from '../../train/index.ts';
import { lowerPriority } from '../lower-priority.ts';
import { type OrderedRun, trainingOrders } from './training-state.ts';

const lookMs = 500;

const [folder = '', name = ''] = process.argv.slice(2);
const home = homeOf(folder);
const orders = trainingOrders(home);
const stopReason = new ArtistError('ERR_ABORTED', 'the training was stopped');

/** Changes the record of this run; undefined: it is gone. */
function record(change: (run: OrderedRun) => void): Promise<OrderedRun | undefined> {
  return orders.change((state) => {
    const run = state.runs.findLast((one) => one.name === name);
    if (run) change(run);
    return run;
  });
}

/** Aborts when somebody asks this run to stop. A file tells it, because the server that started it may have been replaced. */
function watchForStop(stop: AbortController): NodeJS.Timeout {
  let seen = '';
  return setInterval(async () => {
    try {
      const version = await orders.version();
      if (version === seen) return;
      seen = version;
      const run = (await orders.read()).runs.findLast((one) => one.name === name);
      if (!run || run.stop) stop.abort(stopReason);
    } catch (error) {
      if (!isArtistError(error)) throw error; // the file cannot be read for now: look again
    }
  }, lookMs);
}

async function train(run: OrderedRun, signal: AbortSignal): Promise<void> {
  const runFolder = home.trainingRun(name);
  const out = home.trainingRun(name, 'lora.safetensors');
  const common = { home: home.folder, signal };
  if (run.options === null) await resumeTraining(runFolder, { ...common, overwrite: true });
  else await trainLora({ ...(run.options as unknown as TrainLoraOptions), ...common, runFolder, out });
}

function endOf(error: unknown): Pick<OrderedRun, 'state' | 'code' | 'message'> {
  if (error === stopReason) return { state: 'stopped', code: null, message: null };
  const message = redact(error instanceof Error ? error.message : String(error));
  return { state: 'failed', code: isArtistError(error) ? error.code : 'ERR_INTERNAL', message };
}

async function main(): Promise<void> {
  const birth = (await birthOf(process.pid)) ?? null;
  const run = await record((one) => Object.assign(one, { pid: process.pid, birth }));
  if (run?.state !== 'running') return;
  const stop = new AbortController();
  const watch = watchForStop(stop);
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stop.abort(stopReason));
  const outcome = await train(run, stop.signal).then(() => ({ state: 'done' as const, code: null, message: null }), endOf);
  clearInterval(watch);
  await record((one) => Object.assign(one, { ...outcome, endedAt: Date.now(), pid: null, birth: null }));
}

lowerPriority();
await main();
