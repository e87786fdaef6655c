/** Searches of this browser, the latest first, for the arrow keys of the search field. */
import { isList, isText, readStored, store } from '../parts/storage.ts';

const most = 50;
const keyOf = (byMeaning: boolean): string => (byMeaning ? 'searches by meaning' : 'searches');
export const pastSearches = (byMeaning: boolean): readonly string[] => readStored('local', keyOf(byMeaning), isList(isText)) ?? [];

export function rememberSearch(text: string, byMeaning: boolean): void {
  if (text === '') return;
  store('local', keyOf(byMeaning), [text, ...pastSearches(byMeaning).filter((one) => one !== text)].slice(0, most));
}
