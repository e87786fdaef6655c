import type { en } from '../en/all.ts';
import { choice } from './choice.ts';
import { compare } from './compare.ts';
import { grid } from './grid.ts';
import { measure } from './measure.ts';
import { sheet } from './sheet.ts';
import { status } from './status.ts';

export const de: typeof en = { choice, compare, grid, measure, sheet, status };
