import type { en } from '../en/all.ts';
import { choice } from './choice.ts';
import { list } from './list.ts';
import { measure } from './measure.ts';
import { status } from './status.ts';

export const de: typeof en = { choice, list, measure, status };
