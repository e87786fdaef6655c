import { createHash } from 'node:crypto';
import { answering } from '../../core/index.ts';
import { type DataSheet, dataSheetSchema, judgeLicence, type LicenceRecord, type PictureRole } from '../../lora/index.ts';
import type { DataSet } from './data-set.ts';

function count<T>(items: readonly T[], nameOf: (item: T) => string | undefined): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) {
    const name = nameOf(item);
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return new Map([...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)));
}

/** Title, author, source, licence and address, as CC licences require (wiki.creativecommons.org, "TASL"). */
function attributionLine({ title, author, source, id, url }: LicenceRecord): string {
  const work = [title === undefined ? '' : `"${title}"`, author === undefined ? '' : `by ${author}`].filter(Boolean).join(' ');
  return [work, source, id, url].filter((part) => part !== undefined && part !== '').join(', ');
}

/** Makes the data sheet of a data set. A pure function: the same data set gives the same bytes. */
export const makeDataSheet = answering('makeDataSheet', ({ pictures, licence }: Pick<DataSet, 'pictures' | 'licence'>): DataSheet => {
  const role = (wanted: PictureRole): number => pictures.filter((picture) => picture.role === wanted).length;
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
