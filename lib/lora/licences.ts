import { ArtistError, answering } from '../core/index.ts';

/** Where a licence was stated. */
export type LicenceOrigin = 'sidecar' | 'folder' | 'recipe' | 'declared';

/** What is known about the right to train on one picture. */
export interface LicenceRecord {
  /** SPDX id if there is one ("CC-BY-4.0"), else "own", "permission", "public-domain", or the original text. */
  readonly id: string;
  readonly origin: LicenceOrigin;
  readonly title?: string;
  readonly author?: string;
  /** Origin of the picture: museum, collection, or the model that painted it. */
  readonly source?: string;
  readonly url?: string;
  /** Set if the rights holder reserves text and data mining; says where (sidecar, or PLUS data mining in the picture's XMP). */
  readonly reserved?: string;
  /** Why it may not be used regardless of the id: an unreadable sidecar, or a painting of a model that forbids it. */
  readonly refused?: string;
}

export type Obligation = 'attribution' | 'share-alike' | 'non-commercial';

export interface LicenceVerdict {
  readonly permitted: boolean;
  /** Why not; empty if it is permitted. */
  readonly reason: string;
  readonly obligations: readonly Obligation[];
}

/** Common spellings of a licence -> its id. Compared in lower case and trimmed. */
const spellings: readonly [pattern: RegExp, id: string][] = [
  [/^(?:own|own[- ]work|self|mine)$/, 'own'],
  [/^(?:permission|commissioned|licenseref-permission)$/, 'permission'],
  [/^(?:pd|public[- ]domain|publicdomain|pdm|pdm-1\.0|cc-pdm-1\.0|(?:cc )?public domain mark(?: 1\.0)?)$/, 'public-domain'],
  [/creativecommons\.org\/publicdomain\/mark\//, 'public-domain'],
  [/^(?:cc0|cc-0|cc0-1\.0|cc0 1\.0(?: universal)?|cc zero)$/, 'CC0-1.0'],
  [/creativecommons\.org\/publicdomain\/zero\//, 'CC0-1.0'],
  [/^mit(?: licen[sc]e)?$/, 'MIT'],
  [/^(?:apache|apache[- ]2(?:\.0)?|apache licen[sc]e,? (?:version )?2\.0)$/, 'Apache-2.0'],
  [/^(?:bsd|bsd-3|bsd-3-clause)$/, 'BSD-3-Clause'],
  [/^(?:bsd-2|bsd-2-clause)$/, 'BSD-2-Clause'],
  [/^isc$/, 'ISC'],
  [/^unlicense$/, 'Unlicense'],
  [/^(?:arr|all rights reserved|licenseref-all-rights-reserved|copyright|proprietary)$/, 'all-rights-reserved'],
];

const ccPattern = /^cc[- ]?(by(?:[- ](?:nc|nd|sa))*)(?:[- ]v?(\d(?:\.\d)?))?(?:[- ](?:international|unported|intl|deed))?$/;
const ccAddress = /creativecommons\.org\/licenses\/(by(?:-(?:nc|nd|sa))*)\/(\d\.\d)/;

/** The id of a licence; an unknown text stays unchanged. */
export const licenceId = answering('licenceId', (text: string): string => {
  const trimmed = text.trim();
  const plain = trimmed.toLowerCase().replace(/\s+/g, ' ');
  for (const [pattern, id] of spellings) if (pattern.test(plain)) return id;
  const cc = ccAddress.exec(plain) ?? ccPattern.exec(plain.replace(/^creative commons /, 'cc ').replace(/[_]/g, '-'));
  if (!cc) return trimmed;
  const parts = (cc[1] ?? 'by').split(/[- ]/);
  const version = cc[2] === undefined ? '4.0' : cc[2].includes('.') ? cc[2] : `${cc[2]}.0`;
  const rank = ['by', 'nc', 'nd', 'sa'];
  return `CC-${parts.sort((a, b) => rank.indexOf(a) - rank.indexOf(b)).join('-')}-${version}`.toUpperCase();
});

const free: ReadonlySet<string> = new Set(['own', 'public-domain', 'CC0-1.0', 'Unlicense']);
const noticeOnly: ReadonlySet<string> = new Set(['MIT', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC']);

export interface LicencePolicy {
  /** Permit licences that forbid commercial use; the LoRA inherits that. Default false. */
  readonly nonCommercial?: boolean;
}

const refuse = (reason: string): LicenceVerdict => ({ permitted: false, reason, obligations: [] });
const permit = (...obligations: Obligation[]): LicenceVerdict => ({ permitted: true, reason: '', obligations });

/**
 * Decides whether a picture may be trained on. Refuses everything not known to be permitted. Not legal advice: see docs/training-data.md.
 */
export const judgeLicence = answering('judgeLicence', (record: LicenceRecord | undefined, policy: LicencePolicy = {}): LicenceVerdict => {
  if (record?.refused !== undefined) return refuse(record.refused);
  if (record === undefined || record.id === '') return refuse('no licence is stated');
  const { id } = record;
  if (record.reserved !== undefined && id !== 'own' && id !== 'permission')
    return refuse(`the rights holder has reserved text and data mining (${record.reserved})`);
  if (free.has(id)) return permit();
  if (id === 'permission')
    return record.author === undefined && record.source === undefined
      ? refuse('"permission" needs the name of who gave it: author or source in the sidecar or licence file')
      : permit('attribution');
  if (noticeOnly.has(id)) return permit('attribution');
  if (id === 'all-rights-reserved') return refuse('all rights reserved: nobody but the rights holder may permit training');
  const cc = /^CC-BY(-NC)?(-ND)?(-SA)?-\d/.exec(id);
  if (!cc) return refuse(`${id} is not a licence this version knows to permit training`);
  if (cc[2]) return refuse(`${id} forbids derivatives (ND)`);
  if (cc[1] && policy.nonCommercial !== true) return refuse(`${id} forbids commercial use (NC)`);
  const obligations: Obligation[] = ['attribution'];
  if (cc[3]) obligations.push('share-alike');
  if (cc[1]) obligations.push('non-commercial');
  return permit(...obligations);
});

export interface LicensedFile {
  /** Its name in messages. */
  readonly name: string;
  readonly licence: LicenceRecord | undefined;
}

/** Files named per reason; the rest are counted. The error's `details` has all. */
const namedPerReason = 5;

/**
 * Refuses a data set if any of its pictures may not be trained on.
 *
 * @throws ArtistError ERR_LICENCE: every refused file, grouped by reason; all names in `details`
 */
export function enforceLicences(files: readonly LicensedFile[], policy: LicencePolicy = {}): void {
  const refused = new Map<string, string[]>();
  for (const { name, licence } of files) {
    const { permitted, reason } = judgeLicence(licence, policy);
    if (!permitted) refused.set(reason, [...(refused.get(reason) ?? []), name]);
  }
  if (refused.size === 0) {
    refuseConflict(files);
    return;
  }
  const groups = [...refused].sort((a, b) => b[1].length - a[1].length);
  const count = groups.reduce((sum, [, names]) => sum + names.length, 0);
  const lines = groups.map(([reason, names]) => `  ${reason}: ${nameSome(names)}`);
  const unstated = refused.has('no licence is stated')
    ? ' If they are your own work, say so: --licence own. If not, put the licence beside them (name.json, or LICENCE.json for a folder)'
    : ' Leave them out, or see docs/training-data.md';
  throw new ArtistError(
    'ERR_LICENCE',
    `licences: expected a licence that permits training for every picture, got ${count} of ${files.length} without:\n${lines.join('\n')}\n${unstated.trim()}`,
    { details: groups.flatMap(([reason, names]) => names.map((name) => `${name}: ${reason}`)) },
  );
}

export function nameSome(names: readonly string[]): string {
  const more = names.length - namedPerReason;
  return `${names.slice(0, namedPerReason).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** Share-alike licences with and without "non-commercial" exclude each other: each demands the whole work. */
function refuseConflict(files: readonly LicensedFile[]): void {
  const withId = (pattern: RegExp): string[] => files.filter(({ licence }) => pattern.test(licence?.id ?? '')).map(({ name }) => name);
  const commercial = withId(/^CC-BY-SA-/);
  const nonCommercial = withId(/^CC-BY-NC/);
  if (commercial.length > 0 && nonCommercial.length > 0)
    throw new ArtistError(
      'ERR_LICENCE',
      `licences: expected licences that one LoRA can keep, got CC-BY-SA (${nameSome(commercial)}) together with CC-BY-NC (${nameSome(nonCommercial)}): share-alike does not allow the non-commercial condition. Train two LoRAs, or leave one group out`,
    );
}

/** The conditions a LoRA inherits from its training data. */
export interface ResultLicence {
  /** The strictest licence: "own" if nothing restricts it, else an SPDX id. */
  readonly id: string;
  readonly obligations: readonly Obligation[];
  /** A sentence for users. */
  readonly note: string;
}

/**
 * The licence for publishing the LoRA. Whether weights are a derivative of their training data is not settled; this assumes they are.
 * Records must have passed enforceLicences().
 */
export function resultLicence(records: readonly LicenceRecord[]): ResultLicence {
  const obligations = new Set(records.flatMap((record) => judgeLicence(record, { nonCommercial: true }).obligations));
  const newest = (pattern: RegExp): string =>
    records.reduce((version, { id }) => {
      const found = pattern.exec(id)?.[1] ?? '0';
      return found > version ? found : version;
    }, '0');
  const order: Obligation[] = ['attribution', 'share-alike', 'non-commercial'];
  const kept = order.filter((obligation) => obligations.has(obligation));
  const result = (id: string, note: string): ResultLicence => ({ id, obligations: kept, note });
  if (obligations.has('non-commercial')) {
    const alike = obligations.has('share-alike');
    return result(
      alike ? `CC-BY-NC-SA-${newest(/^CC-BY-NC-SA-(\d\.\d)/)}` : `CC-BY-NC-${newest(/^CC-BY-NC-(\d\.\d)/)}`,
      `not for commercial use${alike ? ', and only under the same licence' : ''}; name the authors of the training data`,
    );
  }
  if (obligations.has('share-alike'))
    return result(
      `CC-BY-SA-${newest(/^CC-BY-SA-(\d\.\d)/)}`,
      'pass it on under the same licence only; name the authors of the training data',
    );
  if (obligations.has('attribution')) {
    const version = newest(/^CC-BY-(\d\.\d)/);
    return result(
      version === '0' ? 'attribution' : `CC-BY-${version}`,
      'name the authors of the training data (the list is in the data sheet) when you pass it on',
    );
  }
  return result('own', 'the training data does not restrict it');
}
