import type { shell as english } from '../../en/shell/shell.ts';
import { form } from '../words.ts';

export const shell: typeof english = {
  understood: ({ line }) => `verstanden als: ${line}`,
  cancelled: 'abgebrochen',
  cancelling: 'wird abgebrochen … (noch einmal Strg-C hält sofort an)',
  finishedFirst: 'es war fertig, bevor es abgebrochen werden konnte',
  stopping:
    'wird beendet: was gerade gemalt wird, darf innerhalb von --stop-within fertig werden, sonst wird es später neu gemalt (noch einmal Strg-C beendet sofort)',
  stoppingAfterCall: 'wird nach dem laufenden Aufruf beendet',
  next: {
    help: ({ line }) => `Siehe: ${line} --help`,
    bug: 'Das ist ein Fehler in ai-artist. Bitte den Befehl mit --debug wiederholen und die Ausgabe melden.',
    crash: 'Bitte `ai-artist doctor` aufrufen, dann den Befehl mit --debug wiederholen und die Ausgabe melden.',
    noBinary: '`ai-artist doctor` zeigt, was versucht wurde und was fehlt.',
    noDevice: '`ai-artist doctor` zeigt die Geräte dieses Rechners.',
    runFolder: 'Ein anderes --run-folder angeben, es für ein neues weglassen oder jenen Lauf fortsetzen: ai-artist train resume ORDNER',
    otherOut: 'Ein anderes --out angeben, oder --force, um es zu ersetzen.',
    force: 'Mit --force wird es ersetzt.',
  },
  usage: {
    noCommand: ({ word }) => `${word}: kein solcher Befehl`,
    meantCommand: ({ lines }) => `Vielleicht gemeint: ${lines}`,
    or: ' oder ',
    has: ({ command, names }) => `${command} hat ${names}`,
    oneOf: ({ name, names }) => `${name}: ein Befehl fehlt, einer von ${names}`,
    noValue: ({ name }) => `${name}: danach fehlt ein Wert`,
    missing: ({ n, names, usage }) => `${names}: ${form(n, { one: 'dieser Wert fehlt', other: 'diese Werte fehlen' })}. Aufruf: ${usage}`,
    unknownOption: ({ name }) => `${name}: unbekannte Option`,
    meantOption: ({ name }) => `Vielleicht gemeint: ${name}`,
    unquoted: ({ word, line }) => `${word} ist zu viel. Ein Text mit Leerzeichen gehört in Anführungszeichen: ${line}`,
    surplus: ({ word, usage }) => `${word} ist zu viel. Aufruf: ${usage}`,
  },
};
