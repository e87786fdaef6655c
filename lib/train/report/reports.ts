import { join } from 'node:path';
import { exists, writeFileAtomic } from '../../core/index.ts';
import { contactSheet, type SheetRow } from './contact-sheet.ts';
import { lossCurveSvg, svgToPng } from './loss-curve.ts';
import { readTrainingLog, type TrainingLog } from './training-log.ts';

export interface ReportFiles {
  readonly lossCurveSvg?: string;
  readonly lossCurvePng?: string;
  readonly contactSheet?: string;
}

export interface ReportOptions {
  /** Name of the LoRA. */
  readonly title?: string;
  /** Prompts of the sample strips, in the order of their pictures. */
  readonly prompts?: readonly string[];
}

/** Rows of sample pictures that still exist; the user may have moved some. */
async function rowsOf({ samples }: TrainingLog): Promise<SheetRow[]> {
  const rows: SheetRow[] = [];
  for (const { step, files } of samples) {
    const present = await Promise.all(files.map(exists));
    const images = files.filter((_, index) => present[index]);
    if (images.length > 0) rows.push({ label: step === 0 ? 'before' : `step ${step}`, images });
  }
  return rows;
}

/**
 * Writes `loss-curve.svg`, `loss-curve.png` and `samples.png` into the folder of a run, from its `log.jsonl`. Replaces the files of an
 * earlier session of the same run. Leaves out what the log does not contain.
 *
 * @throws ArtistError ERR_READ when there is no log; ERR_DISK_FULL, ERR_WRITE when writing fails; ERR_IMAGE_DECODE when a sample is damaged
 */
export async function writeReports(folder: string, { title = 'Loss', prompts = [] }: ReportOptions = {}): Promise<ReportFiles> {
  const log = await readTrainingLog(join(folder, 'log.jsonl'));
  const overwrite = { overwrite: true };
  const written: { -readonly [Name in keyof ReportFiles]: string } = {};
  if (log.steps.length > 0) {
    const svg = lossCurveSvg(log, title);
    written.lossCurveSvg = join(folder, 'loss-curve.svg');
    written.lossCurvePng = join(folder, 'loss-curve.png');
    await writeFileAtomic(written.lossCurveSvg, Buffer.from(svg), overwrite);
    await writeFileAtomic(written.lossCurvePng, await svgToPng(svg), overwrite);
  }
  const rows = await rowsOf(log);
  if (rows.length > 0) {
    const sheet = await contactSheet(rows, { columns: prompts });
    written.contactSheet = join(folder, 'samples.png');
    await sheet.save(written.contactSheet, overwrite);
  }
  return written;
}
