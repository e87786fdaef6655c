/** All texts in English, by area: one file each, of the same name in every language. */
import { choice } from './choice.ts';
import { compare } from './compare.ts';
import { grid } from './grid.ts';
import { measure } from './measure.ts';
import { sheet } from './sheet.ts';
import { status } from './status.ts';

export const en = { choice, compare, grid, measure, sheet, status };
