import { bundledName, listModels, modelAliases } from '../../../lib/models/index.ts';
import type { Offer } from '../complete.ts';

/** What `models pull` can fetch. */
export async function aliasNames(): Promise<Offer[]> {
  return modelAliases.map(({ name, title }) => ({ value: name, about: title }));
}

/** What is on this machine. */
export async function modelNames(home: string): Promise<Offer[]> {
  const installed = await listModels({ home });
  return [
    { value: bundledName, about: 'in the package' },
    ...installed.map(({ name, alias, complete }) => ({ value: name, about: complete ? alias?.title : 'incomplete' })),
  ];
}
