import type { grid as english } from '../../en/painting/grid.ts';
import { form, pictures } from '../words.ts';

export const grid: typeof english = {
  done: ({ painted, all, earlier, times }) =>
    `${painted === all ? pictures(all) : `${painted} von ${all} Bildern`} auf dem Bogen${earlier > 0 ? `, ${earlier} davon von vorher` : ''}; ${times}`,
  seed: ({ seed }) => `, Seed ${seed}`,
  failed: ({ n }) =>
    `${pictures(n)} ${form(n, { one: 'ist', other: 'sind' })} misslungen; derselbe Befehl versucht ${form(n, { one: 'es', other: 'sie' })} wieder, mit --force in denselben Bogen`,
  stopped: 'angehalten; derselbe Befehl macht weiter, mit --force in denselben Bogen',
};
