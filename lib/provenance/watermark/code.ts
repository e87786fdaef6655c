/** From the bits of a payload to those in a picture, and back from noisy values. */
import { createHmac } from 'node:crypto';

/** Length of a payload, bits: eight characters of an id. */
export const payloadBits = 40;
/** A keyed check value: a picture without our mark passes a decoding with a chance of 2^-32. */
const checkBits = 32;
const memory = 6;
const messageBits = payloadBits + checkBits;
/** Number of bits in a picture. */
export const codedBits = 2 * (messageBits + memory);

/** The standard convolutional code of constraint length 7 and rate 1/2 (generators 171 and 133, octal). */
const generators = [0o171, 0o133] as const;
const states = 1 << memory;

function parity(value: number): number {
  let bit = 0;
  for (let left = value; left > 0; left >>= 1) bit ^= left & 1;
  return bit;
}

/** The two output bits for a register of the newest bit (highest) and the six before it. */
const outputs = Uint8Array.from(
  { length: 2 * states },
  (_, register) => (parity(register & generators[0]) << 1) | parity(register & generators[1]),
);

function checkOf(key: Uint8Array, payload: Uint8Array): Uint8Array {
  const digest = createHmac('sha256', key).update('watermark check').update(payload).digest();
  return Uint8Array.from({ length: checkBits }, (_, at) => ((digest[at >> 3] as number) >> (at & 7)) & 1);
}

/** @param payload payloadBits values 0 or 1 @returns codedBits values 0 or 1 */
export function encodeBits(key: Uint8Array, payload: Uint8Array): Uint8Array {
  const message = [...payload, ...checkOf(key, payload), ...new Array<number>(memory).fill(0)];
  let state = 0;
  return Uint8Array.from(
    message.flatMap((bit) => {
      const register = (bit << memory) | state;
      state = register >> 1;
      const pair = outputs[register] as number;
      return [pair >> 1, pair & 1];
    }),
  );
}

/**
 * Decodes by the Viterbi algorithm.
 *
 * @param soft codedBits values: positive for 1, negative for 0, larger when surer
 * @returns the payload, or undefined: the check value does not fit
 */
export function decodeBits(key: Uint8Array, soft: Float64Array): Uint8Array | undefined {
  const length = messageBits + memory;
  let scores = new Float64Array(states).fill(Number.NEGATIVE_INFINITY);
  scores[0] = 0;
  const from = new Uint8Array(length * states);
  for (let at = 0; at < length; at++) {
    const [first, second] = [soft[2 * at] as number, soft[2 * at + 1] as number];
    const next = new Float64Array(states).fill(Number.NEGATIVE_INFINITY);
    for (let state = 0; state < states; state++) {
      const score = scores[state] as number;
      if (score === Number.NEGATIVE_INFINITY) continue;
      for (let bit = 0; bit < 2; bit++) {
        const register = (bit << memory) | state;
        const pair = outputs[register] as number;
        const reached = score + (pair & 2 ? first : -first) + (pair & 1 ? second : -second);
        const target = register >> 1;
        if (reached <= (next[target] as number)) continue;
        next[target] = reached;
        from[at * states + target] = state;
      }
    }
    scores = next;
  }
  const message = new Uint8Array(length);
  let state = 0; // the zeros at the end lead back to it
  for (let at = length - 1; at >= 0; at--) {
    message[at] = state >> (memory - 1);
    state = from[at * states + state] as number;
  }
  const payload = message.slice(0, payloadBits);
  const check = checkOf(key, payload);
  return check.every((bit, at) => bit === message[payloadBits + at]) ? payload : undefined;
}
