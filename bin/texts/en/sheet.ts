/** What `gallery sheet` says. */
import { form, works } from './words.ts';

export const sheet = {
  done: ({ n, pages }: { n: number; pages: number }) => `${works(n)} on ${pages} ${form(pages, { one: 'page', other: 'pages' })}`,
  gone: ({ id }: { id: string }) => `${id}: left out, its picture is gone`,
  damaged: ({ id, message }: { id: string; message: string }) => `${id}: left out: ${message}`,
};
