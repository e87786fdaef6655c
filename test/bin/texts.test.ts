/** What the command line says to people, in each of its languages. */
import { equal, is, match, ok } from 'uvu/assert';
import { beforeError } from '../../bin/texts/before-errors.ts';
import { inALine } from '../../bin/texts/in-a-line.ts';
import { languageOf, languages } from '../../bin/texts/language.ts';
import { plurals } from '../../bin/texts/plurals.ts';
import { catalogue } from '../../bin/texts/texts.ts';
import { type ErrorCode, errorCodes } from '../../lib/core/errors.ts';
import { suite } from '../harness.ts';
import { cli, cliSeries, everyCommand, scratch } from './support.ts';

/** Texts that are the same in another language. */
const same = new Set([
  'de.choice.seed',
  'de.choice.points.promptAlign',
  'de.status.training',
  'de.status.hooks',
  'de.gallery.stats.loras',
  'de.help.groups.Sampling',
  'de.help.groups.PhotoMaker',
  'de.help.groups.Cache',
]);

/** All texts of a language by their places; a function is called with values that name themselves, for one and for many. */
function textsOf(tree: object, place: string): [string, string, readonly string[]][] {
  return Object.entries(tree).flatMap(([name, value]): [string, string, readonly string[]][] => {
    const here = `${place}.${name}`;
    if (typeof value === 'string') return [[here, value, []]];
    if (typeof value === 'object' && value !== null) return textsOf(value, here);
    return [1, 7].map((count) => {
      const used = new Set<string>();
      const get = (_: object, key: string | symbol): number => {
        used.add(String(key));
        return count;
      };
      const values = new Proxy({}, { get });
      return [`${here} of ${count}`, String((value as (values: object) => string)(values)), [...used].sort()];
    });
  });
}

suite('bin texts', { timeoutMs: 120_000 }, (test) => {
  test('the language is that of the environment; one without texts is English', () => {
    is(languageOf({}), 'en');
    is(languageOf({ LANG: 'C.UTF-8' }), 'en');
    is(languageOf({ LANG: 'fr_FR.UTF-8' }), 'en');
    is(languageOf({ LANG: 'de_AT.UTF-8' }), 'de');
    is(languageOf({ LANG: 'de_DE.UTF-8', LC_ALL: 'en_GB.UTF-8' }), 'en');
    is(languageOf({ LC_ALL: 'en_GB.UTF-8', AI_ARTIST_LANG: 'de' }), 'de');
    is(languageOf({ AI_ARTIST_LANG: '', LC_MESSAGES: 'de-DE' }), 'de');
  });

  test('plurals are those of the language', () => {
    const forms = { one: 'one', few: 'few', other: 'other' };
    equal(
      [0, 1, 2].map((n) => plurals('en')(n, forms)),
      ['other', 'one', 'other'],
    );
    equal(
      [1, 3, 5].map((n) => plurals('pl')(n, { ...forms, many: 'many' })),
      ['one', 'few', 'many'],
    );
  });

  test('each text uses the same values in every language, and none is left in English', () => {
    const english = textsOf(catalogue.en, 'en');
    ok(english.length > 100);
    for (const language of languages.filter((one) => one !== 'en')) {
      const texts = textsOf(catalogue[language], language);
      is(texts.length, english.length);
      for (const [at, [place, text, used]] of texts.entries()) {
        equal(used, english[at]?.[2], place);
        if (text === english[at]?.[1] && /[a-z]{3}/.test(text)) ok(same.has(place.replace(/ of \d$/, '')), `${place}: ${text}`);
      }
    }
  });

  test('each code of an error has a line of its own in every language but English', () => {
    const codes = Object.keys(errorCodes) as ErrorCode[];
    for (const language of languages.filter((one) => one !== 'en')) {
      const lines = codes.map((code) => beforeError(code, language) ?? '');
      for (const [at, line] of lines.entries()) match(line, /^\p{Lu}.*[.]$/u, codes[at]);
      is(new Set(lines).size, codes.length);
    }
    is(beforeError('ERR_READ', 'en'), undefined);
  });

  test('errors in German: what happened, then the message in English; wrong usage in German; --json is English', async () => {
    const env = { AI_ARTIST_LANG: 'de' };
    const lines = [
      ['creat'],
      ['create', '--sed', '4'],
      ['create', 'a', 'red', 'fox'],
      ['gallery', 'compare'],
      ['models'],
      ['create', 'x', '--seed', 'abc'],
      ['gallery', 'show', 'nothing'],
    ];
    const [command, option, sentence, missing, group, wrong, absent] = await cliSeries(lines, { env });
    is(
      command?.stderr,
      'error ERR_INVALID_ARGUMENT: creat: kein solcher Befehl. Vielleicht gemeint: ai-artist create\nSiehe: ai-artist --help\n',
    );
    match(option?.stderr ?? '', /: --sed: unbekannte Option\. Vielleicht gemeint: --seed\nSiehe: ai-artist create --help\n$/);
    match(sentence?.stderr ?? '', /: "red" ist zu viel\. Ein Text mit Leerzeichen gehört in Anführungszeichen: create "a red fox"\n/);
    match(missing?.stderr ?? '', /: a, b: diese Werte fehlen\. Aufruf: ai-artist gallery compare <a> <b>\n/);
    match(group?.stderr ?? '', /: models: ein Befehl fehlt, einer von list, /);
    match(
      wrong?.stderr ?? '',
      /^error Eine Angabe fehlt oder ist ungültig\.\n *ERR_INVALID_ARGUMENT: --seed: expected a number, got "abc"\n *Siehe: ai-artist create --help\n$/,
    );
    match(absent?.stderr ?? '', /^error Es gibt keinen Eintrag mit diesem Namen oder dieser Kennung\.\n *ERR_NOT_FOUND: /);
    const inJson = lines.map((line) => [...line, '--json']);
    const [german, english] = await Promise.all([cliSeries(inJson, { env }), cliSeries(inJson)]);
    equal(
      german.map(({ stdout }) => stdout),
      english.map(({ stdout }) => stdout),
    );
  });

  test('help: each command has a line in every language, each heading of options a text, and no line is of no command', async () => {
    const all = await everyCommand();
    const words = all.map((command) => command.words.join(' ')).sort();
    for (const [language, lines] of Object.entries(inALine)) equal(Object.keys(lines).sort(), words, language);
    const headings = new Set(all.flatMap(({ command }) => Object.values(command.flags).map(({ group = 'Options' }) => group)));
    equal(
      [...headings].filter((heading) => !(heading in catalogue.en.help.groups)),
      [],
    );
  });

  test('help in German: headings, lines of commands, options of every command; manual pages and completion stay English', async () => {
    const env = { AI_ARTIST_LANG: 'de' };
    const [program, group, create, manual] = await cliSeries(
      [['--help'], ['help', 'schedule'], ['create', '--help'], ['help', 'duel', '--man']],
      { env },
    );
    match(
      program?.stdout ?? '',
      /^ai-artist: Bilder auf diesem Rechner malen, .*\n\nAufruf: ai-artist <Befehl> \[Optionen\]\n\nBefehle:\n/,
    );
    match(program?.stdout ?? '', /^ {2}ai-artist why <id> +Erklären, warum gerade dieses Bild behalten wurde$/m);
    match(program?.stdout ?? '', /^Überall:\n +--json +Ein JSON-Dokument .*\[Schalter\]$/m);
    match(program?.stdout ?? '', /^Beispiele:\n.*\n +Ein Bild malen, vergrößern und seinen Pfad ausgeben$/m);
    match(group?.stdout ?? '', /^Aufruf: ai-artist schedule <Befehl> \[Optionen\]\n\nZu festen Zeiten malen;/);
    match(group?.stdout ?? '', /^ {2}ai-artist schedule pause <job> +Einen Auftrag anhalten$/m);
    match(create?.stdout ?? '', /^Bild:\n[\s\S]*^Argumente:\n +prompt /m);
    match(manual?.stdout ?? '', /^Say which of two works is better\.$/m);
  });

  test('status and why in German; --json is the same in every language', async () => {
    const home = `${scratch}/german home`;
    const env = { AI_ARTIST_HOME: home, AI_ARTIST_LANG: 'de' };
    const small = ['--set', 'paint.steps=1', '--set', 'create.upscale=false'];
    await cli(['create', 'a fox', '--seed', '3', ...small], { env });
    const [status, why, german] = await cliSeries(
      [
        ['status', '--no-disk'],
        ['why', 'latest'],
        ['why', 'latest', '--json'],
      ],
      { env },
    );
    match(status?.stdout ?? '', /^Werke +1 in der Galerie; 1 Bild hier gemalt, 1 davon behalten$/m);
    match(why?.stdout ?? '', /^1 Bild wurde mit Seed 3 gemalt und behalten: es gab nichts zu vergleichen\.$/m);
    const plain = await cli(['why', 'latest', '--json'], { env: { AI_ARTIST_HOME: home, AI_ARTIST_LANG: 'en' } });
    is(german?.stdout, plain.stdout);
  });

  test('what painting says in German: outcomes, steps, another picture already there', async () => {
    const env = { AI_ARTIST_HOME: `${scratch}/german painting`, AI_ARTIST_LANG: 'de' };
    const small = ['--steps', '1', '--width', '64', '--height', '64', '--seed', '3'];
    const [created, again, generated, enlarged] = await cliSeries(
      [
        ['create', 'a fox', ...small, '--no-upscale'],
        ['create', 'a fox', ...small, '--no-upscale'],
        ['generate', 'a fox', ...small, '--out', 'german.png'],
        ['upscale', 'german.png', '--out', 'german-large.png'],
      ],
      { env },
    );
    match(created?.stderr ?? '', /: Werk 01\w+, Seed 3, 64x64, \d+,\d s, ai-artist-mini auf CPU; Auswahl: unscored \(1 gemalt\)$/m);
    match(again?.stderr ?? '', /^genau dieses Bild ist schon in der Galerie/m);
    match(generated?.stderr ?? '', /^Seed 3, 64x64, 1 Schritt, \d+,\d s, ai-artist-mini auf CPU$/m);
    match(generated?.stderr ?? '', /^malt …$/m);
    match(enlarged?.stderr ?? '', /^256x256, \d+,\d s$/m);
  });
});
