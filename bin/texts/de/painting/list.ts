/** Was `generate --prompts` sagt. */
import type { list as english } from '../../en/painting/list.ts';
import { form, pictures } from '../words.ts';

export const list: typeof english = {
  painted: ({ line, file, seed, times }) => `Zeile ${line}: ${file}, Seed ${seed}, ${times}`,
  failed: ({ line, why }) => `Zeile ${line}: ${why}`,
  stopped: ({ done, all }) => `${done} von ${all} ${form(all, { one: 'Zeile', other: 'Zeilen' })} fertig; derselbe Befehl macht weiter`,
  done: ({ painted, there }) =>
    `${pictures(painted)} gemalt${there > 0 ? `; ${there} ${form(there, { one: 'Zeile war', other: 'Zeilen waren' })} schon fertig (--force malt sie neu)` : ''}`,
  again: ({ failed, all, named }) =>
    `${failed} von ${all} ${form(all, { one: 'Zeile', other: 'Zeilen' })} fehlgeschlagen: ${named}. Derselbe Befehl versucht sie noch einmal`,
};
