/** One run from its options to its files: checks and decides everything, runs the loop, then writes the results. */

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { acquireLock, homeFolder, homeOf } from '../../core/index.ts';
import type { ModelFiles, NativeNetworkInfo } from '../../engine/index.ts';
import { drawSeed } from '../../engine/index.ts';
import { bucketName } from '../../lora/index.ts';
import { countBuckets, type FramedPicture, framePictures, type Size } from '../data/buckets.ts';
import { type DataSet, loadDataSet, type TrainingPicture } from '../data/data-set.ts';
import { EncodingCache } from '../encode/encoding-cache.ts';
import { Encodings } from '../encode/encodings.ts';
import { identifyModel, type ModelIdentity } from '../encode/model-identity.ts';
import { prepareEncodings } from '../encode/prepare.ts';
import { RunLog } from '../record/run-log.ts';
import { checkModel, checkPictures, checkSettings, recordPictures, writeRunRecord } from '../record/run-record.ts';
import { LoraWriter } from '../record/trained-lora.ts';
import type { ResolvedTrainLora } from '../settings/options.ts';
import { checkOut, chooseOutput, discardRun, makeFolder, type Output } from '../settings/output.ts';
import { hostBytes, resolveSettings, type TrainSettings } from '../settings/settings.ts';
import { paintClassPictures } from './class-pictures.ts';
import type { TrainEvent } from './events.ts';
import { finishRun } from './finish.ts';
import { chooseMemory, type MemoryChoice } from './memory.ts';
import type { TrainLoraResult } from './result.ts';
import type { Run, TrainCall } from './run.ts';
import { TrainerSession, trainingFiles } from './trainer-session.ts';
import { trainSteps } from './training-loop.ts';

function loadPictures(
  options: ResolvedTrainLora,
  { signal, emit }: Pick<TrainCall, 'signal' | 'emit'>,
  classFolder: string | undefined,
): Promise<DataSet> {
  const { data, licence, nonCommercial, skipUnusable, validation, prior } = options;
  return loadDataSet({
    folder: data,
    nonCommercial,
    skipUnusable,
    validation: validation.pictures,
    signal,
    onProgress: (done, total) => emit({ type: 'prepare', what: 'files', done, total }),
    ...(licence !== undefined && { licence }),
    ...(classFolder !== undefined && { classFolder }),
    ...(prior && { classPrompt: prior.prompt }),
  });
}

/** Emits events, writes them to the log, and collects each warning once. */
class RunEvents {
  readonly warnings: string[] = [];
  /** Whether a step was done. */
  stepped = false;
  readonly #emit: (event: TrainEvent) => void;
  readonly #log: RunLog;

  constructor(log: RunLog, emit: (event: TrainEvent) => void) {
    this.#log = log;
    this.#emit = emit;
  }

  readonly emit = (event: TrainEvent): void => {
    if (event.type === 'warning') {
      if (this.warnings.includes(event.message)) return;
      this.warnings.push(event.message);
    }
    if (event.type === 'step') this.stepped = true;
    this.#log.add(event);
    this.#emit(event);
  };
}

async function outputOf({ options, resumed }: TrainCall): Promise<Output> {
  if (!resumed) return chooseOutput(options);
  const { record, folder } = resumed;
  const out = resolve(options.out ?? record.out);
  await checkOut(out, options);
  return { name: record.name, out, folder, home: homeFolder(options.home) };
}

/** Size of the bucket whose step needs most memory. */
function largest(framed: readonly FramedPicture<TrainingPicture>[]): Size {
  return framed
    .map(({ bucket }) => bucket)
    .reduce((most, bucket) => (bucket.width * bucket.height > most.width * most.height ? bucket : most));
}

/** Runs one training; settles when native work has ended. For errors see trainLora(). */
export async function train(call: TrainCall): Promise<TrainLoraResult> {
  const { options, signal, site } = call;
  const started = Date.now();
  const output = await outputOf(call);
  const log = new RunLog(join(output.folder, 'log.jsonl'));
  const events = new RunEvents(log, call.emit);
  // Checks that need no model come first, before it is read.
  const firstScan = await loadPictures(options, call, options.prior?.folder);
  const files = await trainingFiles(options);
  const model = await identifyModel(files, signal);
  if (call.resumed) checkModel(call.resumed.record, model);
  const session = await TrainerSession.open(options, files, { site, signal, emit: events.emit });
  try {
    return await trainWith(session, { call, output, log, events, firstScan, files, model, started });
  } finally {
    await session.dispose();
  }
}

/**
 * Makes relative paths absolute, so that they stay valid in another working directory. `model` may be an alias; it is a path if the file
 * exists.
 */
function withAbsolutePaths(given: Record<string, unknown>): Record<string, unknown> {
  const result = { ...given };
  for (const name of ['data', 'diffusionModel', 'clipL', 'clipG', 't5xxl', 'llm', 'vae', 'tae', 'model', 'runFolder']) {
    const path = given[name];
    if (typeof path === 'string' && (name !== 'model' || existsSync(path))) result[name] = resolve(path);
  }
  const prior = given['prior'] as ResolvedTrainLora['prior'];
  if (prior?.folder !== undefined) result['prior'] = { ...prior, folder: resolve(prior.folder) };
  return result;
}

interface Opened {
  call: TrainCall;
  output: Output;
  log: RunLog;
  events: RunEvents;
  firstScan: DataSet;
  files: ModelFiles;
  model: ModelIdentity;
  started: number;
}

async function trainWith(session: TrainerSession, opened: Opened): Promise<TrainLoraResult> {
  const { call, output, firstScan, files } = opened;
  const { options, resumed } = call;
  const { width, height } = files.defaults;
  const size = width === undefined || height === undefined ? undefined : Math.min(width, height);
  const seed = options.seed ?? drawSeed();
  const settings = resolveSettings(options, session.info, { size, seed });
  if (resumed) checkSettings(resumed.record, settings);
  const { pictures } = framePictures(firstScan.pictures, settings.buckets, seed);
  const network = await session.createNetwork(settings.network);
  const shape = { ...largest(pictures), batch: settings.batchSize };
  const memory = await chooseMemory((checkpointing) => session.plan({ ...shape, checkpointing }), options.checkpointing, {
    shape,
    hostBytes: hostBytes(network.parameters, settings),
    device: session.info.device,
  });
  const made = await makeFolder(output.folder);
  // Two processes in one run folder would overwrite each other's checkpoints.
  const lock = await acquireLock(join(output.folder, 'lock'), { purpose: 'training in this folder', waitMs: 0 });
  let ended = false;
  try {
    const result = await trainInFolder(session, { ...opened, settings, network, memory });
    ended = true;
    return result;
  } finally {
    await opened.log.flush();
    await lock.release();
    if (!ended && !resumed && !opened.events.stepped) await discardRun(output.folder, { made });
  }
}

/** The data set; with a prior that names no folder, with pictures of its class that the model paints now. */
async function withClassPictures({ call, output, events, firstScan }: Opened, seed: number): Promise<DataSet> {
  const { options, signal } = call;
  const { prior } = options;
  if (!prior || prior.folder !== undefined) return firstScan;
  const folder = join(output.folder, 'class');
  await paintClassPictures(options, { folder, prompt: prior.prompt, count: prior.count, seed }, { signal, emit: events.emit });
  return loadPictures(options, call, folder);
}

async function trainInFolder(
  session: TrainerSession,
  opened: Opened & { settings: TrainSettings; network: NativeNetworkInfo; memory: MemoryChoice },
): Promise<TrainLoraResult> {
  const { call, output, log, events, model, settings, network, memory, started } = opened;
  const { options, resumed, signal } = call;
  const { emit } = events;
  const dataSet = await withClassPictures(opened, settings.seed);
  if (resumed) checkPictures(resumed.record, dataSet.pictures);
  const framing = framePictures(dataSet.pictures, settings.buckets, settings.seed);
  for (const message of [...dataSet.warnings, ...framing.warnings]) emit({ type: 'warning', message });
  const begun = resumed ? Date.parse(resumed.record.started) : started;
  if (!resumed) {
    await writeRunRecord(output.folder, {
      schema: 1,
      name: output.name,
      out: output.out,
      started: new Date(started).toISOString(),
      options: { ...withAbsolutePaths(call.given), seed: settings.seed, name: output.name, out: output.out },
      settings: { ...settings },
      model: { name: model.name, ...(model.hash !== undefined && { hash: model.hash }) },
      pictures: recordPictures(dataSet.pictures),
    });
  }
  const cache = new EncodingCache({ folder: homeOf(output.home).trainingCache, onNote: (message) => emit({ type: 'note', message }) });
  const { objective } = session.info;
  const run: Run = {
    options,
    output,
    settings,
    dataSet,
    framed: framing.pictures,
    session,
    network,
    memory,
    log,
    signal,
    emit,
    encodings: new Encodings(session, cache, model.encoders, { alphaMask: settings.alphaMask }),
    writer: await LoraWriter.create({
      name: output.name,
      model,
      settings,
      objective,
      memory,
      dataSet,
      framed: framing.pictures,
      started: begun,
      savedType: options.savedType,
    }),
    resumed: resumed !== undefined,
  };
  await prepareEncodings(run);
  await session.begin({ ...settings.begin, checkpointing: memory.checkpointing });
  const outcome = await trainSteps(run, {
    type: 'begin',
    folder: output.folder,
    steps: settings.steps,
    from: 0,
    pictures: dataSet.pictures.filter(({ role }) => role === 'train').length,
    heldOut: dataSet.pictures.filter(({ role }) => role === 'validation').length,
    modules: network.modules.length,
    parameters: network.parameters,
    sizes: countBuckets(framing.pictures).map(({ bucket }) => bucketName(bucket)),
    memory,
    device: session.info.device,
  });
  return finishRun(run, outcome, { warnings: events.warnings, totalSeconds: (Date.now() - started) / 1000 });
}
