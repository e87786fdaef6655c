import {
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
import { command } from '../../command.ts';

interface Row {
  name: string;
  title?: string;
  status: 'bundled' | 'installed' | 'incomplete' | 'available';
  bytes?: number;
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

function aliasFacts({ title, gated, licence }: ModelAlias): Pick<Row, 'title' | 'gated' | 'licence'> {
  return { title, gated, licence };
}

const commercial: Record<ModelLicence['commercial'], string> = { yes: '', conditions: ', with conditions', no: ', not commercially' };

function line({ name, title, status, bytes, gated, licence }: Row, width: number): string {
  const size = bytes === undefined ? '' : formatBytes(bytes);
  const terms = licence ? `${licence.name}${commercial[licence.commercial]}` : 'licence: see where it came from';
  return `${name.padEnd(width)}  ${status.padEnd(10)}  ${size.padStart(8)}  ${title ?? ''}${title ? '; ' : ''}${terms}${gated ? '; gated: needs HF_TOKEN' : ''}`;
}

export const listCommand = command({
  examples: [
    ['$0 models list', 'Bundled, installed, and available with `models pull`'],
    ['$0 models list --json', 'With the path of every file'],
  ],
  run: async (_, { home }) => {
    const installed = await listModels({ home });
    const known = new Set(installed.map(({ name }) => name));
    const available = modelAliases
      .filter(({ name }) => !known.has(name))
      .map((alias): Row => ({ name: alias.name, ...aliasFacts(alias), status: 'available' }));
    const models = [bundledRow(), ...installed.map(installedRow), ...available];
    const width = Math.max(...models.map(({ name }) => name.length));
    const about = describeBundled(await bundledVocabulary());
    return { json: { home, models, bundled: about }, text: models.map((row) => line(row, width)), notes: [`${bundledName}: ${about}.`] };
  },
});
