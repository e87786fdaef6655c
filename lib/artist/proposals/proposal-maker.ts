import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  ArtistError,
  type Clock,
  defined,
  homeOf,
  isArtistError,
  removeTree,
  systemClock,
  withLock,
  writeError,
} from '../../core/index.ts';
import type { Artwork } from '../../gallery/index.ts';
import { judgeLicence, licenceId } from '../../lora/index.ts';
import { contactSheet, type TrainEvent, type TrainLoraOptions, trainLora } from '../../train/index.ts';
import { promptFamilyOfModel } from '../loop/plan-prompt.ts';
import { embedWorks, worksOf } from '../measure/embedded-works.ts';
import { paintSettings } from '../orders/paint-settings.ts';
import type { Workplace } from '../workplace.ts';
import { type Proposal, ProposalBook } from './book.ts';
import { heldPrompts, judgePanel, paintPanel } from './panel.ts';

export interface MakeOptions {
  /** Most works to use, training and held-out together, the best first. Default 60. */
  most?: number | undefined;
  /** Fewest works needed; with fewer, make() rejects. At least 4. Default 12. */
  fewest?: number | undefined;
  /** Training steps. Default 300. */
  steps?: number | undefined;
  /** Strength of the LoRA in later works, above 0 and up to 2. Default 0.8. */
  weight?: number | undefined;
  /** Further options of trainLora(). */
  train?: Partial<TrainLoraOptions> | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: ((event: TrainEvent) => void) | undefined;
}

export interface TryOptions {
  /** Prompts of the panel, 3..200. Default 24. */
  prompts?: number | undefined;
  signal?: AbortSignal | undefined;
  onPainted?: ((done: number, of: number) => void) | undefined;
}

/** Share of the works that is held out. */
const heldShare = 1 / 6;
/** How many of the newest works novelty is measured against. */
const archiveSize = 200;

/** Whether the artist painted the work itself and no licence forbids training on it. */
function isOwn({ imported, recipe, licence, image }: Artwork): boolean {
  if (imported !== undefined || recipe?.prompt === undefined || image.width < 64) return false;
  return licence === undefined || judgeLicence({ id: licenceId(licence.id), origin: 'sidecar' }).permitted;
}

const rank = ({ rating = 0, star = false }: Artwork): number => rating + (star ? 5 : 0);

/** Makes proposals: trains a LoRA on the artist's own best works, tries it against the current state, and adopts or rejects it. */
export class ProposalMaker {
  readonly book: ProposalBook;
  readonly #place: Workplace;
  readonly #clock: Clock;

  constructor(place: Workplace) {
    this.#place = place;
    this.#clock = place.clock ?? systemClock;
    this.book = new ProposalBook(place.config.home, { clock: this.#clock });
  }

  /** The LoRAs that were adopted for a model. Every new work uses them, unless its options name LoRAs. */
  async adopted(model: string | undefined): Promise<{ path: string; weight: number }[]> {
    const { proposals, adopted } = await this.book.read();
    return adopted
      .flatMap((id) => proposals.find((proposal) => proposal.id === id) ?? [])
      .filter((proposal) => proposal.model === model)
      .map(({ lora, weight }) => ({ path: homeOf(this.#place.config.home).lora(lora), weight }));
  }

  /**
   * Trains a LoRA on the works that are rated 4 or 5 or starred. A sixth of them is held out for the trial.
   *
   * @throws ArtistError ERR_INVALID_ARGUMENT when there are too few such works or an option is out of range, ERR_LOCKED while another proposal is
   *   being made; every error of trainLora()
   */
  async make({
    most = 60,
    fewest = 12,
    steps = 300,
    weight = 0.8,
    train,
    signal = new AbortController().signal,
    onProgress,
  }: MakeOptions = {}): Promise<Proposal> {
    const { config, gallery, warn } = this.#place;
    const { home } = config;
    if (!(weight > 0 && weight <= 2))
      throw new ArtistError('ERR_INVALID_ARGUMENT', `weight: expected a number over 0 and up to 2, got ${weight}`);
    if (!(Number.isInteger(fewest) && fewest >= 4 && most >= fewest))
      throw new ArtistError('ERR_INVALID_ARGUMENT', `fewest: expected an integer of at least 4 and at most ${most}, got ${fewest}`);
    const { model } = paintSettings(config, undefined);
    const liked = [...(await worksOf(gallery, 'rating:>=4', 1000, warn)), ...(await worksOf(gallery, 'is:starred', 1000, warn))];
    const own = [...new Map(liked.filter(isOwn).map((work) => [work.id, work])).values()];
    const chosen = own.sort((a, b) => rank(b) - rank(a) || (a.id < b.id ? 1 : -1)).slice(0, most);
    if (chosen.length < fewest)
      throw new ArtistError(
        'ERR_INVALID_ARGUMENT',
        `works: expected at least ${fewest} of its own works rated 4 or 5 or starred, got ${chosen.length}. Rate more: ai-artist rate latest 5`,
      );
    // Hold out every sixth, so that both sets get some of the best.
    const every = Math.round(1 / heldShare);
    const held = chosen.filter((_, index) => index % every === every - 1 || (chosen.length < every && index === chosen.length - 1));
    const works = chosen.filter((work) => !held.includes(work));
    return withLock(homeOf(home).state('proposal.lock'), { purpose: 'making a proposal', waitMs: 0, private: true, signal }, async () => {
      const id = await this.book.nextId();
      const { data } = homeOf(home).proposal(id);
      await this.#fill(data, works);
      await this.#place.studio.rest();
      const lora = path.relative(homeOf(home).loras, homeOf(home).proposalLora(id));
      await mkdir(homeOf(home).proposalLoras, { recursive: true });
      const trained = await trainLora({
        preset: 'style',
        samples: { every: 0 },
        ...train,
        data,
        home,
        licence: 'own',
        name: id,
        out: homeOf(home).lora(lora),
        steps,
        overwrite: true,
        ...(model !== undefined && { model }),
        signal,
        ...(onProgress && { onProgress }),
      } as TrainLoraOptions);
      const proposal: Proposal = {
        id,
        state: 'made',
        madeAt: this.#clock.now(),
        ...(model !== undefined && { model }),
        lora,
        weight,
        works: works.map((work) => work.id),
        held: held.map((work) => work.id),
        steps: trained.steps,
        loss: trained.loss,
      };
      await this.book.add(proposal);
      return proposal;
    });
  }

  /**
   * Tries a proposal: paints prompts that none of its works had, each without and with the LoRA from the same seed, and measures both rows.
   *
   * @throws ArtistError ERR_NOT_FOUND when the proposal or all its held-out works are gone, ERR_INVALID_ARGUMENT when `prompts` is out of range or
   *   the proposal is already decided; every error of loadModel(), generate() and loadClip()
   */
  async try(id: string, { prompts: count = 24, signal = new AbortController().signal, onPainted }: TryOptions = {}): Promise<Proposal> {
    const { config, gallery, studio, clip: clipPath, warn } = this.#place;
    if (!(Number.isInteger(count) && count >= 3 && count <= 200))
      throw new ArtistError('ERR_INVALID_ARGUMENT', `prompts: expected an integer 3..200, got ${count}`);
    const proposal = await this.book.find(id);
    if (proposal.state !== 'made' && proposal.state !== 'tried')
      throw new ArtistError('ERR_INVALID_ARGUMENT', `${id}: expected one that was made or tried, got one that is ${proposal.state}`);
    const { options, load } = paintSettings(config, undefined);
    const { loras: configured = [], ...paint } = options as { loras?: { path: string; weight: number }[] };
    const loras = [...configured, ...(await this.adopted(proposal.model))];
    const works = await gallery.getMany([...proposal.works, ...proposal.held]);
    const family = await promptFamilyOfModel(proposal.model, config.home);
    const seed = 1_000_000;
    const prompts = heldPrompts(count, { family, taken: works.flatMap(({ recipe }) => recipe?.prompt ?? []), seed });
    const lora = { path: homeOf(config.home).lora(proposal.lora), weight: proposal.weight };
    const model = await studio.model(defined({ ...load, model: proposal.model }), { signal, onProgress: () => undefined });
    let rows: Awaited<ReturnType<typeof paintPanel>>;
    try {
      rows = await paintPanel(model.thing, { prompts, seed, loras, lora, paint, signal, onPainted });
    } finally {
      await model.release();
    }
    const clip = await studio.clip(clipPath, signal);
    try {
      const options = { signal, warn };
      const held = await embedWorks(await gallery.getMany(proposal.held), clip.thing, options);
      if (held.length === 0)
        throw new ArtistError('ERR_NOT_FOUND', `${id}: expected the works that were held out, got none: they are gone`);
      const archive = await embedWorks(await worksOf(gallery, '', archiveSize, warn), clip.thing, options);
      const judged = await judgePanel(clip.thing, rows, {
        held: held.map(({ embedding }) => embedding),
        archive: archive.map(({ embedding }) => embedding),
        signal,
      });
      const { panel } = homeOf(config.home).proposal(id);
      const sheet = await contactSheet(
        [
          { label: 'without', images: rows.without },
          { label: `with ${id}`, images: rows.with },
          { label: 'held out', images: held.map(({ work }) => work.path) },
        ],
        { cell: 128, columns: prompts },
      );
      await mkdir(path.dirname(panel), { recursive: true });
      await sheet.save(panel, { overwrite: true });
      return await this.book.setTrial(id, { at: this.#clock.now(), prompts, seed, scorer: clip.thing.info.name, ...judged, panel });
    } finally {
      await clip.release();
    }
  }

  /**
   * Rejects a proposal; deletes its LoRA and its training data.
   *
   * @throws every error of ProposalBook.reject()
   */
  async reject(id: string): Promise<Proposal> {
    const proposal = await this.book.reject(id);
    const home = homeOf(this.#place.config.home);
    await removeTree(home.lora(proposal.lora), { inside: home.proposalLoras });
    await removeTree(home.proposal(id).data, { inside: home.proposals });
    return proposal;
  }

  async #fill(folder: string, works: readonly Artwork[]): Promise<void> {
    try {
      await removeTree(folder, { inside: path.dirname(folder) });
      await mkdir(folder, { recursive: true });
      for (const { id, path: picture, recipe } of works) {
        await copyFile(picture, path.join(folder, `${id}${path.extname(picture)}`));
        await writeFile(path.join(folder, `${id}.txt`), `${recipe?.prompt ?? ''}\n`);
      }
    } catch (error) {
      throw isArtistError(error) ? error : writeError(folder, error);
    }
  }
}
