import { ArtistError, display } from '../../core/index.ts';
import { payloadBits } from './code.ts';

const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const characters = payloadBits / 5;

/** The payload of a work: the end of its id, which Gallery.find() takes as its name. */
export const payloadOfWork = (id: string): string => id.slice(-characters).toUpperCase();

/** @throws ArtistError ERR_INVALID_ARGUMENT */
export function bitsOfPayload(payload: string): Uint8Array {
  const digits = [...payload].map((letter) => letters.indexOf(letter));
  if (digits.length !== characters || digits.includes(-1))
    throw new ArtistError('ERR_INVALID_ARGUMENT', `payload: expected ${characters} characters of ${letters}, got ${display(payload)}`);
  return Uint8Array.from(digits.flatMap((digit) => [4, 3, 2, 1, 0].map((shift) => (digit >> shift) & 1)));
}

export function payloadOfBits(bits: Uint8Array): string {
  const digits = Array.from({ length: characters }, (_, at) => bits.subarray(at * 5, at * 5 + 5).reduce((sum, bit) => sum * 2 + bit, 0));
  return digits.map((digit) => letters[digit]).join('');
}
