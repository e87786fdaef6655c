/** What `gallery compare` says. */
import { form } from './words.ts';

export const compare = {
  samePixels: 'the same pixels',
  differ: ({ bits }: { bits: number }) => `${bits} of 64 bits of their perceptual hashes differ`,
  fields: ({ different, same }: { different: number; same: number }) =>
    `${different} ${form(different, { one: 'field differs', other: 'fields differ' })}, ${same} ${form(same, { one: 'is', other: 'are' })} the same`,
};
