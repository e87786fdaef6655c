import { plurals } from '../plurals.ts';

export const form = plurals('de');
export const works = (n: number): string => `${n} ${form(n, { one: 'Werk', other: 'Werke' })}`;
export const pictures = (n: number): string => `${n} ${form(n, { one: 'Bild', other: 'Bilder' })}`;
