import type { en } from '../en/all.ts';
import { choice } from './choice.ts';
import { gallery } from './gallery.ts';
import { help } from './help.ts';
import { measure } from './measure.ts';
import { shell } from './shell.ts';
import { status } from './status.ts';
import { taste } from './taste.ts';

export const de: typeof en = { choice, gallery, help, measure, shell, status, taste };
