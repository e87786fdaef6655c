import type { ErrorCode } from '../../core/index.ts';
import type { Answers, Question } from '../search/searches.ts';

/** A question to the search thread. */
export interface Asked {
  id: number;
  question: Question;
  /** The index to ask: bytes 0..length. Another index has another number. */
  index: { number: number; bytes: SharedArrayBuffer; length: number };
  /** Becomes 1 when nobody waits for the answer any more. */
  stop: SharedArrayBuffer;
}

/** Its answer. */
export type Answered =
  | { id: number; answer: Answers[Question['kind']]; error?: undefined }
  | { id: number; answer?: undefined; error: { code: ErrorCode; message: string } };
