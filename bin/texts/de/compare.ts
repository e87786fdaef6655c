import type { compare as english } from '../en/compare.ts';
import { form } from './words.ts';

export const compare: typeof english = {
  samePixels: 'Pixel für Pixel gleich',
  differ: ({ bits }) => `${bits} von 64 Bits ihrer Wahrnehmungs-Prüfsummen sind verschieden`,
  fields: ({ different, same }) =>
    `${different} ${form(different, { one: 'Feld ist', other: 'Felder sind' })} verschieden, ${same} ${form(same, { one: 'ist', other: 'sind' })} gleich`,
};
