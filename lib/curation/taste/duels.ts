import * as z from 'zod';
import { answering, homeOf, StateFile, type StateOptions } from '../../core/index.ts';

const duelsSchema = z.strictObject({
  duels: z.array(z.strictObject({ winner: z.string().min(1), loser: z.string().min(1), at: z.iso.datetime() })),
});
export type StoredDuels = z.output<typeof duelsSchema>;

/** Pairs of works with the one the owner preferred, by id: `<home>/duels.json`. A damaged file is set aside and its backup used. */
export const duelsFile = answering('duelsFile', (home?: string, options: StateOptions = {}): StateFile<StoredDuels> => {
  const definition = { kind: 'duels', version: 1, access: 'file', schema: duelsSchema, initial: () => ({ duels: [] }) } as const;
  return new StateFile(homeOf(home).duels, definition, options);
});
