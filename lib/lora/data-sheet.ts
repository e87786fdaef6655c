import { canonicalJson } from '../image/index.ts';
import type { LicenceRecord, ResultLicence } from './licences.ts';

/** The use of a picture of a data set: training, validation loss, or example of its class. */
export type PictureRole = 'train' | 'validation' | 'class';

/** Name of the format; its number increases when an old reader could misread a new sheet. */
export const dataSheetSchema = 'ai-artist.data-sheet/1';

/** One licence of the data set. */
export interface DataSheetLicence {
  readonly id: string;
  readonly pictures: number;
  readonly obligations: readonly string[];
  /** How many of them were stated in each place. */
  readonly stated: Readonly<Partial<Record<LicenceRecord['origin'], number>>>;
}

export interface DataSheetPicture {
  readonly name: string;
  /** SHA-256 of the file, hex. */
  readonly sha256: string;
  readonly role: PictureRole;
  readonly licence: string;
}

/** The training data of a LoRA: authors, licences, files. */
export interface DataSheet {
  readonly schema: typeof dataSheetSchema;
  readonly pictures: { readonly train: number; readonly validation: number; readonly class: number };
  /** The licence conditions the LoRA inherits. */
  readonly licence: ResultLicence;
  readonly licences: readonly DataSheetLicence[];
  /** Collections, museums and models, with the number of pictures from each. */
  readonly sources: readonly { readonly source: string; readonly pictures: number }[];
  /** Required credits, one line each, sorted. */
  readonly attribution: readonly string[];
  /** Origins of the captions. */
  readonly captions: Readonly<Record<string, number>>;
  /** SHA-256 over the sorted hashes of the pictures: proves what was used, even if the list is too long to include. */
  readonly picturesHash: string;
  /** The files; absent inside a LoRA if there are too many. */
  readonly files?: readonly DataSheetPicture[];
  /** Set inside a LoRA if parts are left out; the whole sheet is beside the original file. */
  readonly shortened?: string;
}

/** Most bytes of a data sheet inside a LoRA: programs read the whole header of each file when they list them. */
export const maxSheetBytes = 64 * 1024;

/** Shortens a sheet for a LoRA to at most `maxBytes`; counts, licences and hashes always stay. */
export function dataSheetText(sheet: DataSheet, maxBytes = maxSheetBytes): string {
  const whole = canonicalJson(sheet);
  if (Buffer.byteLength(whole) <= maxBytes) return whole;
  const { files: _files, ...withoutFiles } = sheet;
  const middle = canonicalJson({ ...withoutFiles, shortened: 'files' });
  if (Buffer.byteLength(middle) <= maxBytes) return middle;
  const { attribution, sources, ...rest } = withoutFiles;
  const short = (names: number): string =>
    canonicalJson({
      ...rest,
      attribution: attribution.slice(0, names),
      sources: sources.slice(0, names),
      shortened: `files, attribution (${attribution.length} in all), sources (${sources.length} in all)`,
    });
  let names = Math.max(attribution.length, sources.length);
  while (names > 0 && Buffer.byteLength(short(names)) > maxBytes) names = Math.floor(names / 2);
  return short(names);
}
