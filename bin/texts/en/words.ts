import { plurals } from '../plurals.ts';

export const form = plurals('en');
export const works = (n: number): string => `${n} ${form(n, { one: 'work', other: 'works' })}`;
export const pictures = (n: number): string => `${n} ${form(n, { one: 'picture', other: 'pictures' })}`;
