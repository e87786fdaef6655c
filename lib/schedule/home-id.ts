import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { homeOf, type StateDefinition, StateFile, type StateOptions } from '../core/index.ts';

const idPattern = /^h[0-9a-z]{10}$/;

const definition: StateDefinition<{ id: string }> = {
  kind: 'home',
  version: 1,
  schema: z.strictObject({ id: z.string().regex(idPattern) }),
  initial: () => ({ id: '' }),
};

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

function newId(): string {
  return `h${[...randomBytes(10)].map((byte) => alphabet[byte % alphabet.length]).join('')}`;
}

/**
 * A unique name of the home: `h` and ten letters or digits, drawn once and stored in `state/home.json`. It is part of task names, of the
 * home's queue name, and so of the seeds of scheduled works. A copied home has the same name: remove the file from the copy.
 *
 * @throws ArtistError every error of StateFile.update()
 */
export async function homeId(home: string, options: StateOptions = {}): Promise<string> {
  const file = new StateFile(homeOf(home).state('home.json'), definition, options);
  const { id } = await file.read();
  if (id !== '') return id;
  return (await file.update((state) => (state.id === '' ? { id: newId() } : state))).id;
}
