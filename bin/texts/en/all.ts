/** All texts in English, by area: one file each, of the same name in every language. */
import { choice } from './choice.ts';
import { list } from './list.ts';
import { measure } from './measure.ts';
import { status } from './status.ts';

export const en = { choice, list, measure, status };
