import { totalmem } from 'node:os';
import {
  aliasBytes,
  aliasMemory,
  bundledModel,
  bundledName,
  bundledVocabulary,
  describeBundled,
  type InstalledModel,
  listModels,
  type ModelAlias,
  type ModelLicence,
  modelAliases,
} from '../../../lib/models/index.ts';
import { formatBytes } from '../../../lib/observe/index.ts';
import { command } from '../../shell/command.ts';

interface Row {
  name: string;
  title?: string;
  status: 'bundled' | 'installed' | 'incomplete' | 'available';
  /** On the disk; of a model that is not here, about what a download takes. */
  bytes?: number;
  /** About what painting takes. */
  memoryBytes?: number;
  gated?: boolean;
  licence?: ModelLicence;
  files?: InstalledModel['files'];
}

function bundledRow(): Row {
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

function installedRow({ name, alias, bytes, files, complete }: InstalledModel): Row {
  return { name, ...(alias && aliasFacts(alias)), status: complete ? 'installed' : 'incomplete', bytes, files };
}

function aliasFacts(alias: ModelAlias): Pick<Row, 'title' | 'gated' | 'licence' | 'memoryBytes'> {
  const { title, gated, licence } = alias;
  return { title, gated, licence, memoryBytes: aliasMemory(alias) };
}

function availableRow(alias: ModelAlias): Row {
  return { name: alias.name, ...aliasFacts(alias), status: 'available', bytes: aliasBytes(alias) };
}

/** Memory of this machine, or of the container it is. */
function machineMemory(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

const commercial: Record<ModelLicence['commercial'], string> = { yes: '', conditions: ', with conditions', no: ', not commercially' };

function line({ name, title, status, bytes, memoryBytes, gated, licence }: Row, width: number, memory: number): string {
  const size = bytes === undefined ? '' : `${status === 'available' ? '~' : ''}${formatBytes(bytes)}`;
  const needs =
    memoryBytes === undefined
      ? ''
      : `needs ~${Math.ceil(memoryBytes / 1e9)} GB of memory${memoryBytes > memory ? ', more than there is' : ''}; `;
  const terms = licence ? `${licence.name}${commercial[licence.commercial]}` : 'licence: see where it came from';
  return `${name.padEnd(width)}  ${status.padEnd(10)}  ${size.padStart(8)}  ${title ?? ''}${title ? '; ' : ''}${needs}${terms}${gated ? '; gated: needs HF_TOKEN' : ''}`;
}

export const listCommand = command({
  examples: [
    ['$0 models list', 'Bundled, installed, and available with `models pull`: size, memory, licence'],
    ['$0 models list --json', 'With the path of every file'],
  ],
  run: async (_, { home }) => {
    const installed = await listModels({ home });
    const known = new Set(installed.map(({ name }) => name));
    const available = modelAliases.filter(({ name }) => !known.has(name)).map(availableRow);
    const models = [bundledRow(), ...installed.map(installedRow), ...available];
    const width = Math.max(...models.map(({ name }) => name.length));
    const about = describeBundled(await bundledVocabulary());
    const memoryBytes = machineMemory();
    return {
      json: { home, models, bundled: about, memoryBytes },
      text: models.map((row) => line(row, width, memoryBytes)),
      notes: [
        `${bundledName}: ${about}.`,
        `This machine has ${formatBytes(memoryBytes)} of memory. Sizes with "~" are estimates; on a GPU the weights have to fit into its own memory.`,
      ],
    };
  },
});
