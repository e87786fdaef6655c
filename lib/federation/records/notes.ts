import { rm } from 'node:fs/promises';
import * as z from 'zod';
import {
  ArtistError,
  type Home,
  isArtistError,
  isUlid,
  namesIn,
  readError,
  readPlainFile,
  systemCode,
  writeFileAtomic,
} from '../../core/index.ts';

const noteSchema = z.strictObject({
  id: z.string().refine(isUlid),
  work: z.string(),
  text: z.string(),
  altText: z.string(),
  language: z.string(),
  sensitive: z.boolean(),
  visibility: z.enum(['public', 'unlisted', 'private']),
  /** Name of the file in `pictures`. */
  picture: z.string().regex(/^[0-9A-Z]{26}\.(png|jpeg|webp)$/),
  type: z.enum(['image/png', 'image/jpeg', 'image/webp']),
  width: z.int().min(1),
  height: z.int().min(1),
  /** Milliseconds since 1970. */
  publishedAt: z.int(),
  /** When it was deleted; null: it is there. */
  deletedAt: z.int().nullable(),
});
/** A post of the account. */
export type StoredNote = z.output<typeof noteSchema>;

/** Where a note lies: what everybody may list, what only followers got, what was deleted. */
const places = ['shown', 'private', 'gone'] as const;
type Place = (typeof places)[number];

const orders = ['create', 'delete'] as const;
/** What followers are yet to be told of a note. */
export interface Announcement {
  note: string;
  kind: (typeof orders)[number];
}

/** The posts of the account, one file each, and their pictures. Any number of processes may write; one that serves tells the followers. */
export class Notes {
  readonly #home: Home;

  constructor(home: Home) {
    this.#home = home;
  }

  picturePath(file: string): string {
    return this.#home.federation('pictures', file);
  }

  /** @throws ArtistError ERR_WRITE, ERR_DISK_FULL */
  async writePicture(file: string, bytes: Uint8Array): Promise<void> {
    await writeFileAtomic(this.picturePath(file), bytes, { private: true });
  }

  /** Makes a post, and has it told to the followers. One that is there stays as it is. @throws ArtistError ERR_WRITE, ERR_DISK_FULL, ERR_READ, ERR_DAMAGED */
  async add(note: StoredNote): Promise<StoredNote> {
    const there = await this.find(note.id);
    if (there) return there;
    // First the order: one without its note waits, but a note without its order would never be told.
    await this.#order(note.id, 'create');
    await this.#write(note.visibility === 'private' ? 'private' : 'shown', note);
    return note;
  }

  /** Leaves a mark of it, so that nothing else gets its id, and has the deletion told. @throws ArtistError ERR_WRITE, ERR_DISK_FULL, ERR_READ, ERR_DAMAGED */
  async remove(id: string, now: number): Promise<void> {
    const note = await this.find(id);
    if (!note || note.deletedAt !== null) return;
    await this.#order(id, 'delete');
    await this.#write('gone', { ...note, text: '', altText: '', deletedAt: now });
    const files = [this.#path('shown', id), this.#path('private', id), this.picturePath(note.picture)];
    await Promise.all(files.map((file) => rm(file, { force: true })));
  }

  /** A post, also a deleted one; undefined: there never was one. @throws ArtistError ERR_READ, ERR_DAMAGED */
  async find(id: string): Promise<StoredNote | undefined> {
    if (!isUlid(id)) return undefined;
    for (const place of ['gone', 'shown', 'private'] as const) {
      const note = await this.#read(place, id);
      if (note) return note;
    }
    return undefined;
  }

  /** Ids of the posts that everybody may list, the newest first. @throws ArtistError ERR_READ */
  async shownIds(): Promise<string[]> {
    return (await this.#files('shown'))
      .map((file) => file.replace(/\.json$/, ''))
      .filter(isUlid)
      .sort()
      .reverse();
  }

  /** What followers are yet to be told, the oldest first. @throws ArtistError ERR_READ */
  async announcements(): Promise<Announcement[]> {
    const files = (await this.#files('outgoing')).map((file) => /^([0-9A-Z]{26})\.(create|delete)$/.exec(file));
    return files
      .flatMap((match) => (match ? [{ note: match[1] ?? '', kind: match[2] as Announcement['kind'] }] : []))
      .sort((a, b) => (a.note + a.kind < b.note + b.kind ? -1 : 1));
  }

  async announced({ note, kind }: Announcement): Promise<void> {
    await rm(this.#home.federation('outgoing', `${note}.${kind}`), { force: true });
  }

  async #order(id: string, kind: Announcement['kind']): Promise<void> {
    await writeFileAtomic(this.#home.federation('outgoing', `${id}.${kind}`), '', { private: true });
  }

  #path(place: Place, id: string): string {
    return this.#home.federation('notes', place, `${id}.json`);
  }

  async #write(place: Place, note: StoredNote): Promise<void> {
    await writeFileAtomic(this.#path(place, note.id), `${JSON.stringify(note, undefined, 1)}\n`, { private: true });
  }

  async #read(place: Place, id: string): Promise<StoredNote | undefined> {
    const path = this.#path(place, id);
    try {
      return noteSchema.parse(JSON.parse(await readPlainFile(path, 'utf8')));
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return undefined;
      if (error instanceof SyntaxError || error instanceof z.ZodError)
        throw new ArtistError('ERR_DAMAGED', `${path}: expected a post, got a damaged file. Restore it from a backup, or delete it`, {
          cause: error,
        });
      throw isArtistError(error) ? error : readError(path, 'a post', error);
    }
  }

  #files(folder: string | Place): Promise<string[]> {
    return namesIn(folder === 'outgoing' ? this.#home.federation(folder) : this.#home.federation('notes', folder), 'posts');
  }
}
