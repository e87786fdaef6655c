/** The artist's memory of past rounds: the values for z-scores, and the works that a picture must differ from. */
import * as z from 'zod';
import { answering, type Clock, homeOf, type StateDefinition, StateFile, type StateRepair } from '../core/index.ts';
import type { Artwork, Gallery } from '../gallery/index.ts';
import { type Ledger, ledgerSchema } from './ledger.ts';
import { unpackEmbedding } from './numbers/packed-vector.ts';
import type { RankOptions } from './rank-options.ts';
import { termNames } from './terms.ts';

/** Number of newest values kept per term; older ones reflect a different artist. */
export const historyLength = 300;
/** Number of newest works that a new one is compared with. About 1 MB of file with CLIP's 512 values. */
export const archiveLength = 1000;

const workSchema = z.strictObject({
  id: z.string().min(1),
  hash: z.string().optional(),
  /** SHA-256 of the pixels as they were painted. */
  pixels: z.string().optional(),
  /** CLIP model of `embedding`. */
  model: z.string().optional(),
  embedding: z.string().optional(),
});
const memorySchema = z.strictObject({
  /** By CLIP model, then by term; the newest last. */
  history: z.record(z.string(), z.partialRecord(z.enum(termNames), z.array(z.number()))),
  archive: z.array(workSchema),
});
type MemoryState = z.output<typeof memorySchema>;

const definition = (): StateDefinition<MemoryState> => ({
  kind: 'curation',
  access: 'file',
  version: 1,
  schema: memorySchema,
  initial: () => ({ history: {}, archive: [] }),
});

/** A damaged memory that was set aside and rebuilt from the sidecars. */
export interface MemoryRepair extends Omit<StateRepair, 'restored'> {
  /** Number of works it was rebuilt from. */
  works: number;
}

export interface CurationMemoryOptions {
  /** Home folder, which contains `curation.json`. Default: AI_ARTIST_HOME, else ~/.ai-artist. */
  home?: string | undefined;
  /** The gallery from whose sidecars a missing or damaged file is rebuilt. */
  gallery: Gallery;
  clock?: Clock;
  /** Called for every repair. Default: a warning of the process. */
  onRepair?: (repair: MemoryRepair) => void;
}

/** The past, as rank() needs it. */
export interface Recollection {
  history: NonNullable<RankOptions['history']>;
  archive: { hashes: string[]; embeddings: Float32Array[] };
  /** Works by the hash of their pixels, if recorded. */
  pixels: ReadonlyMap<string, string>;
}

/** The rolling history and the archive of one home, in `<home>/curation.json`. */
export class CurationMemory {
  readonly #file: StateFile<MemoryState>;
  readonly #gallery: Gallery;
  readonly #onRepair: (repair: MemoryRepair) => void;
  #damage: StateRepair | undefined;

  constructor({ home, gallery, clock, onRepair = warn }: CurationMemoryOptions) {
    this.#gallery = gallery;
    this.#onRepair = onRepair;
    this.#file = new StateFile(homeOf(home).curation, definition(), {
      ...(clock && { clock }),
      onRepair: (repair) => {
        this.#damage = repair;
      },
    });
  }

  /**
   * The past by the CLIP `model`. For works scored by another model only the hashes count. A damaged file is set aside; a damaged or
   * missing one is rebuilt from the gallery's sidecars.
   *
   * @throws ArtistError ERR_NEWER_VERSION, ERR_READ, ERR_LOCKED, ERR_WRITE, ERR_DISK_FULL
   */
  async recall(model: string | undefined): Promise<Recollection> {
    const { history, archive } = await this.#state();
    const own = model === undefined ? {} : (history[model] ?? {});
    return {
      history: own,
      archive: {
        hashes: archive.flatMap(({ hash }) => (hash === undefined ? [] : [hash])),
        embeddings: archive.flatMap((work) =>
          work.embedding !== undefined && work.model === model ? [unpackEmbedding(work.embedding)] : [],
        ),
      },
      pixels: new Map(archive.flatMap(({ id, pixels }) => (pixels === undefined ? [] : [[pixels, id] as const]))),
    };
  }

  /**
   * Records a round: the terms of candidates that passed, and the work under its id in the gallery.
   *
   * @throws ArtistError every error of recall()
   */
  async record(ledger: Ledger, id: string): Promise<void> {
    await this.#state();
    await this.#file.update((state) => withRound(state, ledger, id));
  }

  /**
   * Rebuilds the file from the newest works of the gallery, up to its limit; resolves to their number. A round recorded meanwhile waits and
   * is added.
   *
   * @throws ArtistError every error of recall() and gallery.list()
   */
  async rebuild(): Promise<number> {
    let works = 0;
    await this.#file.update(async () => {
      const rounds: KeptRound[] = [];
      for await (const round of ledgers(this.#gallery, 'newest')) if (rounds.push(round) === archiveLength) break;
      works = rounds.length;
      return rounds.reduceRight((state, { id, ledger }) => withRound(state, ledger, id), { history: {}, archive: [] } as MemoryState);
    });
    return works;
  }

  async #state(): Promise<MemoryState> {
    if ((await this.#file.version()) === '') await this.rebuild();
    const state = await this.#file.read();
    const damage = this.#damage;
    if (!damage) return state;
    this.#damage = undefined;
    // Rebuild rather than use a backup, which lacks the last round; the sidecars have all rounds.
    const works = await this.rebuild();
    this.#onRepair({ path: damage.path, reason: damage.reason, setAside: damage.setAside, works });
    return this.#file.read();
  }
}

function withRound(state: MemoryState, ledger: Ledger, id: string): MemoryState {
  const { model, winner, candidates } = ledger;
  if (state.archive.some((work) => work.id === id)) return state; // it is already there after a rebuild
  const history = { ...state.history };
  if (model !== undefined) {
    const passed = candidates.filter(({ faults }) => faults.length === 0);
    const known = { ...history[model] };
    for (const term of termNames) {
      const values = passed.flatMap(({ terms }) => (typeof terms[term] === 'number' ? [terms[term]] : []));
      if (values.length > 0) known[term] = [...(known[term] ?? []), ...values].slice(-historyLength);
    }
    history[model] = known;
  }
  const kept = winner === null ? undefined : candidates[winner];
  const work = {
    id,
    ...(kept?.hash !== undefined && { hash: kept.hash }),
    ...(kept?.pixels !== undefined && { pixels: kept.pixels }),
    ...(kept?.embedding !== undefined && model !== undefined && { model, embedding: kept.embedding }),
  };
  return { history, archive: [...state.archive, work].slice(-archiveLength) };
}

/** A work and its round. */
export interface KeptRound {
  id: string;
  work: Artwork;
  ledger: Ledger;
}

/** The ledger of a work; undefined if it was not curated, or by an incompatible version. */
export const ledgerOf = answering('ledgerOf', (work: Pick<Artwork, 'curation'>): Ledger | undefined => {
  if (work.curation === undefined) return undefined;
  const parsed = ledgerSchema.safeParse(work.curation);
  return parsed.success ? parsed.data : undefined;
});

/** The rounds of all works outside the trash, page by page. */
export async function* ledgers(gallery: Gallery, sort: 'oldest' | 'newest' = 'newest', query = ''): AsyncGenerator<KeptRound> {
  let after: string | undefined;
  do {
    const page = await gallery.list({ query, sort, limit: 200, ...(after !== undefined && { after }) });
    for (const work of page.works) {
      const ledger = ledgerOf(work);
      if (ledger) yield { id: work.id, work, ledger };
    }
    after = page.next;
  } while (after !== undefined);
}

/** A repair as a sentence. */
export const memoryRepairLine = ({ path, reason, setAside, works }: MemoryRepair): string =>
  `${path} was damaged (${reason}). It is kept as ${setAside} and was made again from ${works} works of the gallery`;

function warn(repair: MemoryRepair): void {
  process.emitWarning(memoryRepairLine(repair), { code: 'AI_ARTIST_STATE_REPAIRED' });
}
