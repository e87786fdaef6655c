import { rm } from 'node:fs/promises';
import * as z from 'zod';
import { type Home, isUlid, namesIn, type StateDefinition, StateFile, type StateRepair } from '../../core/index.ts';

/** One reaction: who, and the id of the activity or, for a reply, of the reply itself. */
const reactionSchema = z.strictObject({ actor: z.string(), id: z.string() });
type Reaction = z.output<typeof reactionSchema>;

const reactions = () => z.array(reactionSchema);
const engagementSchema = z.strictObject({ likes: reactions(), shares: reactions(), replies: reactions() });
export type Engagement = z.output<typeof engagementSchema>;
export type ReactionKind = keyof Engagement;
const kinds = ['likes', 'shares', 'replies'] as const;

/** Most of a kind that are kept for a post, so that a flood cannot fill the disk. */
const mostKept = 50_000;

const engagementFile: StateDefinition<Engagement> = {
  kind: 'reactions',
  version: 1,
  schema: engagementSchema,
  initial: () => ({ likes: [], shares: [], replies: [] }),
  lists: { likes: {}, shares: {}, replies: {} },
};

/** Likes, shares and replies of each post: an actor likes and shares once, and may reply often. */
export class Engagements {
  readonly #home: Home;
  readonly #options: { onRepair?: (repair: StateRepair) => void };
  /** One object per file, so that changes of one process queue up. */
  readonly #files = new Map<string, StateFile<Engagement>>();

  constructor(home: Home, options: { onRepair?: (repair: StateRepair) => void } = {}) {
    this.#home = home;
    this.#options = options;
  }

  #file(note: string): StateFile<Engagement> {
    const there = this.#files.get(note);
    if (there) return there;
    if (this.#files.size > 1000) this.#files.clear();
    const file = new StateFile(this.#home.federation('engagement', `${note}.json`), engagementFile, this.#options);
    this.#files.set(note, file);
    return file;
  }

  /** The reactions to a post; undefined: followers were not told of it yet, so that nobody can have reacted. */
  async of(note: string): Promise<Engagement | undefined> {
    return (await this.#file(note).version()) === '' ? undefined : this.#file(note).read();
  }

  /** From now on no reaction means none. */
  async begin(note: string): Promise<void> {
    await this.#file(note).update((state) => state);
  }

  /** Counts a reaction, unless it is counted. */
  async add(note: string, kind: ReactionKind, reaction: Reaction): Promise<void> {
    await this.#file(note).change((state) => {
      const isSame = ({ actor, id }: Reaction): boolean => (kind === 'replies' ? id === reaction.id : actor === reaction.actor);
      if (state[kind].length < mostKept && !state[kind].some(isSame)) state[kind].push(reaction);
    });
  }

  /** Takes reactions of this actor back, never those of another. Returns whether there were any. */
  async remove(note: string, actor: string, fits: (kind: ReactionKind, id: string) => boolean): Promise<boolean> {
    const goes = (kind: ReactionKind, reaction: Reaction): boolean => reaction.actor === actor && fits(kind, reaction.id);
    const current = await this.#file(note).peek();
    if (!kinds.some((kind) => current[kind].some((reaction) => goes(kind, reaction)))) return false;
    await this.#file(note).change((state) => {
      for (const kind of kinds) state[kind] = state[kind].filter((reaction) => !goes(kind, reaction));
    });
    return true;
  }

  /** The same for all posts: an activity that names nothing but the id of what it takes back. */
  async removeEverywhere(actor: string, fits: (kind: ReactionKind, id: string) => boolean): Promise<void> {
    for (const note of await this.#notes()) await this.remove(note, actor, fits);
  }

  /** Takes all reactions of these actors back. Returns how many those were. */
  async removeActors(fits: (actor: string) => boolean): Promise<number> {
    let removed = 0;
    for (const note of await this.#notes()) {
      const current = await this.#file(note).peek();
      if (!kinds.some((kind) => current[kind].some(({ actor }) => fits(actor)))) continue;
      removed += await this.#file(note).change((state) => {
        const count = (): number => kinds.reduce((sum, kind) => sum + state[kind].length, 0);
        const before = count();
        for (const kind of kinds) state[kind] = state[kind].filter(({ actor }) => !fits(actor));
        return before - count();
      });
    }
    return removed;
  }

  /** Forgets all of a deleted post. */
  async forget(note: string): Promise<void> {
    this.#files.delete(note);
    const path = this.#home.federation('engagement', `${note}.json`);
    await Promise.all([path, `${path}.bak`].map((file) => rm(file, { force: true })));
  }

  async #notes(): Promise<string[]> {
    const files = await namesIn(this.#home.federation('engagement'), 'reactions');
    return files.map((file) => file.replace(/\.json$/, '')).filter(isUlid);
  }
}
