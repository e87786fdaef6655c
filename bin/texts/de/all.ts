import type { en } from '../en/all.ts';
import { advice } from './advice.ts';
import { backup } from './backup.ts';
import { choice } from './choice.ts';
import { compare } from './compare.ts';
import { gallery } from './gallery.ts';
import { measure } from './measure.ts';
import { grid } from './painting/grid.ts';
import { list } from './painting/list.ts';
import { painting } from './painting/painting.ts';
import { setup } from './setup.ts';
import { sheet } from './sheet.ts';
import { help } from './shell/help.ts';
import { shell } from './shell/shell.ts';
import { status } from './status.ts';
import { taste } from './taste.ts';
import { training } from './training.ts';

export const de: typeof en = {
  advice,
  backup,
  choice,
  compare,
  gallery,
  grid,
  help,
  list,
  measure,
  painting,
  setup,
  sheet,
  shell,
  status,
  taste,
  training,
};
