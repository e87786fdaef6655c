import { totalmem } from 'node:os';
import { type Expected, expectedOf, expectedOfBundled, type Known } from '../../../lib/advice/index.ts';
import {
  aliasBytes,
  aliasMemory,
  bundledModel,
  bundledName,
  type InstalledModel,
  type ModelAlias,
  type ModelLicence,
} from '../../../lib/models/index.ts';
import { formatBytes } from '../../../lib/observe/index.ts';
import { t } from '../../texts/texts.ts';
import { expectedFields, expectedTime } from './advice.ts';

interface Row {
  name: string;
  title?: string;
  status: 'bundled' | 'installed' | 'incomplete' | 'available';
  /** Bytes on the disk; for a model that is not installed, the approximate download size. */
  bytes?: number;
  /** Approximate memory for painting. */
  memoryBytes?: number;
  gated?: boolean;
  licence?: ModelLicence;
  files?: InstalledModel['files'];
  /** Of a picture on this machine; null: not known. */
  seconds?: number | null;
  secondsFrom?: Expected['from'] | null;
}

export function bundledRow(known: Known | undefined): Row {
  const { licence, manifest, folder } = bundledModel();
  const files = manifest.files.map(({ name, bytes }) => ({ path: `${folder}/${name}`, bytes }));
  return {
    name: bundledName,
    title: 'in the package: emoji-like pictures, 128 pixels',
    status: 'bundled',
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    gated: false,
    licence,
    files,
    ...expectedFields(known && expectedOfBundled(known)),
  };
}

export function installedRow({ name, alias, bytes, files, complete }: InstalledModel, known: Known | undefined): Row {
  return { name, ...(alias && aliasFacts(alias, known)), status: complete ? 'installed' : 'incomplete', bytes, files };
}

function aliasFacts(alias: ModelAlias, known: Known | undefined): Omit<Row, 'name' | 'status'> {
  const { title, gated, licence } = alias;
  return { title, gated, licence, memoryBytes: aliasMemory(alias), ...expectedFields(known && expectedOf(alias, known)) };
}

export function availableRow(alias: ModelAlias, known: Known | undefined): Row {
  return { name: alias.name, ...aliasFacts(alias, known), status: 'available', bytes: aliasBytes(alias) };
}

/** Memory of this machine or container. */
export function machineMemory(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

const commercial: Record<ModelLicence['commercial'], string> = { yes: '', conditions: ', with conditions', no: ', not commercially' };

export function line(row: Row, width: number, memory: number): string {
  const { name, title, status, bytes, memoryBytes, gated, licence, seconds, secondsFrom } = row;
  const size = bytes === undefined ? '' : `${status === 'available' ? '~' : ''}${formatBytes(bytes)}`;
  const needs =
    memoryBytes === undefined
      ? ''
      : `needs ~${Math.ceil(memoryBytes / 1e9)} GB of memory${memoryBytes > memory ? ', more than there is' : ''}; `;
  const terms = licence ? `${licence.name}${commercial[licence.commercial]}` : 'licence: see its source';
  const time = seconds && secondsFrom ? `; ${t.advice.perPicture({ time: expectedTime({ seconds, from: secondsFrom }) })}` : '';
  return `${name.padEnd(width)}  ${status.padEnd(10)}  ${size.padStart(8)}  ${title ?? ''}${title ? '; ' : ''}${needs}${terms}${gated ? '; gated: needs HF_TOKEN' : ''}${time}`;
}
