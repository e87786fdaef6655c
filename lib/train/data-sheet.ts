import { createHash } from 'node:crypto';
import { answering } from '../core/index.ts';
import { canonicalJson } from '../image/index.ts';
import type { DataSet, TrainingPicture } from './data-set.ts';
import { judgeLicence, type LicenceRecord, type ResultLicence } from './licences.ts';

/** Name of the form; the number grows when an old reader could misread a new one. */
export const dataSheetSchema = 'ai-artist.data-sheet/1';

/** One licence of the data set. */
export interface DataSheetLicence {
  readonly id: string;
  readonly pictures: number;
  readonly obligations: readonly string[];
  /** How many of them were stated where. */
  readonly stated: Readonly<Partial<Record<LicenceRecord['origin'], number>>>;
}

export interface DataSheetPicture {
  readonly name: string;
  /** SHA-256 of the file, hex. */
  readonly sha256: string;
  readonly role: TrainingPicture['role'];
  readonly licence: string;
}

/** What a LoRA was trained on: whose work, under which licences, which files. */
export interface DataSheet {
  readonly schema: typeof dataSheetSchema;
  readonly pictures: { readonly train: number; readonly validation: number; readonly class: number };
  /** What the LoRA takes over. */
  readonly licence: ResultLicence;
  readonly licences: readonly DataSheetLicence[];
  /** Collections, museums, models: with the number of pictures from each. */
  readonly sources: readonly { readonly source: string; readonly pictures: number }[];
  /** Who is to be named, one line each, in the order of the letters. */
  readonly attribution: readonly string[];
  /** Where captions came from. */
  readonly captions: Readonly<Record<string, number>>;
  /** SHA-256 over the sorted hashes of the pictures: proves what was used, also where the list is too long to be inside. */
  readonly picturesHash: string;
  /** The files; absent inside a LoRA where there are too many. */
  readonly files?: readonly DataSheetPicture[];
  /** Set inside a LoRA where parts are left out; the whole sheet lies beside the file it was written with. */
  readonly shortened?: string;
}

/** Most bytes of a data sheet inside a LoRA: programs read the whole header of each file when they list them. */
export const maxSheetBytes = 64 * 1024;

function count<T>(items: readonly T[], nameOf: (item: T) => string | undefined): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) {
    const name = nameOf(item);
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return new Map([...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)));
}

/** Title, author, source, licence, address: what CC licences ask for (wiki.creativecommons.org, "TASL"). */
function attributionLine({ title, author, source, id, url }: LicenceRecord): string {
  const work = [title === undefined ? '' : `"${title}"`, author === undefined ? '' : `by ${author}`].filter(Boolean).join(' ');
  return [work, source, id, url].filter((part) => part !== undefined && part !== '').join(', ');
}

/** The data sheet of a data set. A pure function: the same data set gives the same bytes. */
export const makeDataSheet = answering('makeDataSheet', ({ pictures, licence }: Pick<DataSet, 'pictures' | 'licence'>): DataSheet => {
  const role = (wanted: TrainingPicture['role']): number => pictures.filter((picture) => picture.role === wanted).length;
  const licences = [...count(pictures, (picture) => picture.licence.id)].map(([id, number]) => {
    const own = pictures.filter((picture) => picture.licence.id === id).map((picture) => picture.licence);
    const { obligations } = judgeLicence(own[0], { nonCommercial: true });
    return { id, pictures: number, obligations, stated: Object.fromEntries(count(own, ({ origin }) => origin)) };
  });
  const named = pictures.filter((picture) => judgeLicence(picture.licence, { nonCommercial: true }).obligations.includes('attribution'));
  const hash = createHash('sha256');
  for (const content of pictures.map((picture) => picture.hash).sort()) hash.update(`${content}\n`);
  return {
    schema: dataSheetSchema,
    pictures: { train: role('train'), validation: role('validation'), class: role('class') },
    licence,
    licences,
    sources: [...count(pictures, (picture) => picture.licence.source)].map(([source, number]) => ({ source, pictures: number })),
    attribution: [...new Set(named.map((picture) => attributionLine(picture.licence)))].sort(),
    captions: Object.fromEntries(count(pictures, (picture) => picture.captionFrom)),
    picturesHash: hash.digest('hex'),
    files: pictures.map((picture) => ({ name: picture.name, sha256: picture.hash, role: picture.role, licence: picture.licence.id })),
  };
});

/** The sheet as it goes into a LoRA: shortened until it has at most `maxBytes`; counts, licences and hashes always stay. */
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
