/** All texts in English, by area: one file each, of the same name in every language. */
import { advice } from './advice.ts';
import { choice } from './choice.ts';
import { measure } from './measure.ts';
import { status } from './status.ts';

export const en = { advice, choice, measure, status };
