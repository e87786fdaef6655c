import { ApiError, ask } from '../api/client.ts';
import { type FullWork, fullWorkOf, keepRow } from '../api/works.ts';

export type TextField = 'title' | 'altText' | 'note';

export interface TextChange {
  id: string;
  field: TextField;
  /** What the field held when the person began to write. */
  base: string;
  text: string;
  /** Version of the record that the person saw. */
  version: string;
}

/** Between two tries because others change other fields of the work. */
const mostTries = 4;

/**
 * Saves a text, unless somebody else has changed that text since. That other fields were changed, such as the rating, is no conflict.
 *
 * @returns the work as it is now, or the text of the other
 * @throws ApiError
 */
export async function saveText({ id, field, base, text, version }: TextChange): Promise<{ saved: FullWork } | { theirs: string }> {
  let known = version;
  for (let tried = 1; ; tried++) {
    try {
      await ask(`works/${id}`, { method: 'PATCH', headers: { 'if-match': `"${known}"` }, body: { [field]: text === '' ? null : text } });
      const saved = await fullWorkOf(id);
      keepRow(saved);
      return { saved };
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 412) || tried === mostTries) throw error;
      const now = await fullWorkOf(id);
      const theirs = now[field] ?? '';
      if (theirs !== base && theirs !== text) return { theirs };
      known = now.recordVersion;
    }
  }
}
