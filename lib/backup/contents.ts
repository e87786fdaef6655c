/** Which files of a home a backup has. */
import { basename, isAbsolute, join, relative, sep } from 'node:path';
import { type Home, type PassedOver, walkFolder } from '../core/index.ts';

export interface Wanted {
  /** Keys and tokens. */
  secrets: boolean;
  models: boolean;
}

/** A file of the home: where it is, and its path in the backup, below the home. */
export interface HomeFile {
  file: string;
  path: string;
}

export interface Places {
  home: Home;
  /** The gallery, wherever it is. */
  gallery: string;
}

/** Names below the home that hold keys and tokens. config.yaml may have some, too, but it is no home without it. */
function isSecret(path: string): boolean {
  return /^(provenance|accounts|federation)\/|^state\/(tokens|shares|webhooks)\.json|^state\/picture-links\.key/.test(path);
}

/** Made again by itself, or only of use on this machine, while it runs. */
function isPassing(path: string): boolean {
  return /^(cache|logs)\//.test(path) || /^state\/senders\//.test(path) || path.endsWith('.lock') || path.includes('.lock/');
}

const slashes = (path: string): string => path.split(sep).join('/');

/** Whether the setting gallery.folder names a place outside the home. */
export const isOutside = ({ home, gallery }: Places): boolean => {
  const path = relative(home.folder, gallery);
  return path.startsWith('..') || isAbsolute(path);
};

/** Where the gallery lies in a backup, below the home. */
export const galleryPath = (places: Places): string =>
  isOutside(places) ? basename(places.home.gallery) : slashes(relative(places.home.folder, places.gallery));

export interface Listing {
  files: HomeFile[];
  /** Links that lead out, folders that cannot be read. Hidden files are indexes, thumbnails and what is being written. */
  passed: PassedOver[];
}

async function filesBelow(folder: string, below: string, signal: AbortSignal | undefined): Promise<Listing> {
  const { root, folders, passed } = await walkFolder(folder, { signal, linkedFiles: true });
  const files = folders.flatMap((one) =>
    one.names.map((name) => {
      const file = join(one.folder, name);
      return { file, path: slashes(join(below, relative(root, file))) };
    }),
  );
  return { files, passed: passed.filter(({ kind, reason }) => kind !== 'foreign' || reason !== 'hidden') };
}

/** All but the works. What they refer to comes first, so that a record never says of a work that is not there that it is done. */
export async function listRecords({ home, gallery }: Places, wanted: Wanted, signal?: AbortSignal): Promise<Listing> {
  const { files, passed } = await filesBelow(home.folder, '', signal);
  const works = `${galleryPath({ home, gallery })}/`;
  return {
    files: files.filter(
      ({ path }) =>
        !isPassing(path) &&
        !path.startsWith(works) &&
        (wanted.secrets || !isSecret(path)) &&
        (wanted.models || !path.startsWith('models/')),
    ),
    passed,
  };
}

/** The files of the gallery. */
export const listWorks = (places: Places, signal?: AbortSignal): Promise<Listing> =>
  filesBelow(places.gallery, galleryPath(places), signal);
