import type { sheet as english } from '../en/sheet.ts';
import { form, works } from './words.ts';

export const sheet: typeof english = {
  done: ({ n, pages }) => `${works(n)} auf ${pages} ${form(pages, { one: 'Seite', other: 'Seiten' })}`,
  gone: ({ id }) => `${id}: ausgelassen, das Bild ist nicht mehr da`,
  damaged: ({ id, message }) => `${id}: ausgelassen: ${message}`,
};
