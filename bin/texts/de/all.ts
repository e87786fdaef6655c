import type { en } from '../en/all.ts';
import { advice } from './advice.ts';
import { choice } from './choice.ts';
import { measure } from './measure.ts';
import { status } from './status.ts';

export const de: typeof en = { advice, choice, measure, status };
