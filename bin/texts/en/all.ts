/** All texts in English, by area: one file each, of the same name in every language. */
import { choice } from './choice.ts';
import { gallery } from './gallery.ts';
import { help } from './help.ts';
import { list } from './list.ts';
import { measure } from './measure.ts';
import { shell } from './shell.ts';
import { status } from './status.ts';
import { taste } from './taste.ts';

export const en = { choice, gallery, help, list, measure, shell, status, taste };
