/** The end of a run: writes the LoRA file and the reports about its training. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isArtistError } from '../../core/index.ts';
import { readFloatTensors } from '../../models/index.ts';
import { type ReportFiles, writeReports } from '../report/reports.ts';
import type { TrainLoraResult } from './result.ts';
import type { Run } from './run.ts';
import type { LoopOutcome } from './training-loop.ts';

async function sampleFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => name.endsWith('.png') && name.startsWith('step-'))
    .sort()
    .map((name) => join(folder, name));
}

/** Writes the reports. The LoRA already exists, so a report that fails is only a warning. */
async function reportsOf({ output, emit }: Run, { prompts }: LoopOutcome): Promise<ReportFiles> {
  try {
    return await writeReports(output.folder, { title: output.name, prompts });
  } catch (error) {
    if (!isArtistError(error)) throw error;
    emit({ type: 'warning', message: `no loss curve or contact sheet: ${error.code}: ${error.message}` });
    return {};
  }
}

/**
 * Writes the finished LoRA and the reports.
 *
 * @throws ArtistError ERR_ALREADY_EXISTS when another process has written `out` in the meantime; ERR_DISK_FULL, ERR_WRITE when writing
 *   fails. The checkpoint of the last step stays.
 */
export async function finishRun(
  run: Run,
  outcome: LoopOutcome,
  { warnings, totalSeconds }: { warnings: readonly string[]; totalSeconds: number },
): Promise<TrainLoraResult> {
  const { output, options, session, settings, writer, network, memory, dataSet, log } = run;
  const { position, loss, stoppedEarly, validation, trainingSeconds, perStep } = outcome;
  const bestStep = stoppedEarly ? validation?.bestStep : undefined;
  const tensors =
    outcome.best === undefined ? await session.exportNetwork((settings.begin.ema ?? 0) > 0) : await readFloatTensors(outcome.best);
  const written = await writer.writeFinal(
    output.out,
    tensors.map(({ name, shape, data }) => ({ name, shape: [...shape], data })),
    { step: bestStep ?? position.step, epoch: position.epoch, overwrite: options.overwrite },
  );
  await log.flush();
  const reports = await reportsOf(run, outcome);
  return Object.freeze({
    path: written.path,
    name: output.name,
    bytes: written.bytes,
    tensorHash: written.tensorHash,
    steps: bestStep ?? position.step,
    stoppedEarly,
    loss,
    ...(validation && { validation }),
    modules: network.modules.length,
    parameters: network.parameters,
    memory,
    device: session.info.device,
    seconds: { training: trainingSeconds, total: totalSeconds, perStep },
    licence: dataSet.licence,
    files: {
      folder: output.folder,
      log: log.path,
      ...(written.dataSheet !== undefined && { dataSheet: written.dataSheet }),
      ...(reports.lossCurveSvg !== undefined && { lossCurve: reports.lossCurveSvg }),
      ...(reports.contactSheet !== undefined && { contactSheet: reports.contactSheet }),
      samples: await sampleFiles(join(output.folder, 'samples')),
    },
    warnings,
  });
}
