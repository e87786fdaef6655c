import { totalmem } from 'node:os';
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
}

export function bundledRow(): Row {
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
  };
}

export function installedRow({ name, alias, bytes, files, complete }: InstalledModel): Row {
  return { name, ...(alias && aliasFacts(alias)), status: complete ? 'installed' : 'incomplete', bytes, files };
}

function aliasFacts(alias: ModelAlias): Pick<Row, 'title' | 'gated' | 'licence' | 'memoryBytes'> {
  const { title, gated, licence } = alias;
  return { title, gated, licence, memoryBytes: aliasMemory(alias) };
}

export function availableRow(alias: ModelAlias): Row {
  return { name: alias.name, ...aliasFacts(alias), status: 'available', bytes: aliasBytes(alias) };
}

/** Memory of this machine or container. */
export function machineMemory(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

const commercial: Record<ModelLicence['commercial'], string> = { yes: '', conditions: ', with conditions', no: ', not commercially' };

export function line({ name, title, status, bytes, memoryBytes, gated, licence }: Row, width: number, memory: number): string {
  const size = bytes === undefined ? '' : `${status === 'available' ? '~' : ''}${formatBytes(bytes)}`;
  const needs =
    memoryBytes === undefined
      ? ''
      : `needs ~${Math.ceil(memoryBytes / 1e9)} GB of memory${memoryBytes > memory ? ', more than there is' : ''}; `;
  const terms = licence ? `${licence.name}${commercial[licence.commercial]}` : 'licence: see its source';
  return `${name.padEnd(width)}  ${status.padEnd(10)}  ${size.padStart(8)}  ${title ?? ''}${title ? '; ' : ''}${needs}${terms}${gated ? '; gated: needs HF_TOKEN' : ''}`;
}
