/** One work from its plan to the gallery: what `create`, a schedule and a worker do. */
import { isArtistError } from '../../lib/core/index.ts';
import type { Ledger } from '../../lib/curation/index.ts';
import type { Artwork, Gallery } from '../../lib/gallery/index.ts';
import { ledgerTable } from '../ledger-table.ts';
import { seconds, watchWork } from '../progress.ts';
import type { Context, Outcome } from '../run.ts';
import { type Painted, paint } from './paint.ts';
import { type CreateValues, type Plan, plan, settle } from './plan.ts';

/** The breakdown of a scored round; else only what was rejected. */
function curationLines({ curation, candidates, ...rest }: Ledger): string[] {
  if (curation !== 'unscored') return ledgerTable({ curation, candidates, ...rest });
  return candidates.flatMap(({ seed, faults, reason }) => (faults.length > 0 ? [`candidate with seed ${seed} rejected: ${reason}`] : []));
}

/** Where a picture is now. */
interface Kept {
  work: Artwork | undefined;
  /** Of the file that --out asked for, else of the work's. */
  path: string;
  bytes: number;
}

async function keep(
  { out, gallery, planned, memory }: Plan,
  { candidates, choice, image }: Painted,
  force: boolean,
  { warn }: Context,
  origin: WorkOrigin | undefined,
): Promise<Kept> {
  const work = await gallery?.add({
    image,
    candidates: candidates.map((candidate) => candidate.image),
    about: { curation: choice.ledger, derivation: { ...planned.derivation, ...(origin && { task: origin.task }) } },
  });
  if (work)
    await memory?.record(choice.ledger, work.id).catch((error: unknown) => {
      if (!isArtistError(error)) throw error;
      warn(`this round will be missing in the next ones: ${error.code}: ${error.message}`);
    });
  const saved = out === undefined ? undefined : await image.save(out, { overwrite: force });
  return { work, path: saved?.path ?? work?.path ?? '', bytes: saved?.bytes ?? work?.image.bytes ?? 0 };
}

function report(
  { prompt, planned: { source: promptSource, derivation } }: Plan,
  { choice, scorer, image, info, times }: Painted,
  { work, path, bytes }: Kept,
): Outcome {
  const { candidates, result, ledger } = choice;
  const { width, height } = image;
  return {
    json: {
      id: work?.id ?? null,
      path,
      ...(work && { work: work.path, sidecar: work.sidecarPath }),
      prompt,
      promptSource,
      derivation,
      seed: result.seed,
      width,
      height,
      bytes,
      curation: ledger.curation,
      ...(scorer !== undefined && { scorer }),
      candidates,
      ledger,
      model: { name: info.name, family: info.family },
      device: info.device,
      upscaled: width / choice.image.width,
      seconds: times,
      warnings: result.warnings,
      recipe: image.recipe,
    },
    text: [path],
    notes: [
      ...curationLines(ledger),
      `${work ? `work ${work.id}, ` : ''}seed ${result.seed}, ${width}x${height}, ${seconds(times.total)}, ${info.name} on ${info.device}; curation: ${ledger.curation} (${candidates.length} painted)`,
    ],
  };
}

/** Who asked for a work, where it was not a person at the command line. */
export interface WorkOrigin {
  /** Of the schedule or queue: the same for every try of one work. */
  task: string;
  /** No work of the task is older, milliseconds since 1970. */
  since: number;
}

/** The work of a task that was filed although nobody could write down that it was: the process died in between. */
async function filedWork(gallery: Gallery | undefined, { task, since }: WorkOrigin): Promise<Artwork | undefined> {
  for (let after: string | undefined; gallery; ) {
    const page = await gallery.list({ limit: 100, after });
    const found = page.works.find(({ derivation }) => derivation?.['task'] === task);
    const oldest = page.works.at(-1);
    if (found || page.next === undefined || (oldest && Date.parse(oldest.createdAt) < since)) return found;
    after = page.next;
  }
  return undefined;
}

function reportFiled({ id, path, sidecarPath, image }: Artwork): Outcome {
  return {
    json: { id, path, work: path, sidecar: sidecarPath, ...image, existing: true },
    text: [path],
    notes: [`work ${id} is there already`],
  };
}

/** What the command does; for a schedule and for workers too. */
export async function createWork(given: CreateValues, context: Context, origin?: WorkOrigin): Promise<Outcome> {
  const settings = await settle(given, context);
  const { values } = settings;
  const planned = await plan(settings, context);
  const filed = origin && (await filedWork(planned.gallery, origin));
  if (filed) return reportFiled(filed);
  if (planned.planned.lines.length > 0) context.note(`subject: ${planned.prompt}`, ...planned.planned.lines.map((line) => `  ${line}`));
  const work = watchWork(context);
  try {
    const painted = await paint(planned, values, context, work);
    const kept = await keep(planned, painted, values.force === true, context, origin);
    work.stop();
    return report(planned, painted, kept);
  } finally {
    work.stop();
  }
}
