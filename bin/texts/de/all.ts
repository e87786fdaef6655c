import type { en } from '../en/all.ts';
import { choice } from './choice.ts';
import { gallery } from './gallery.ts';
import { help } from './help.ts';
import { list } from './list.ts';
import { measure } from './measure.ts';
import { shell } from './shell.ts';
import { status } from './status.ts';
import { taste } from './taste.ts';

export const de: typeof en = { choice, gallery, help, list, measure, shell, status, taste };
