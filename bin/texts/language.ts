/** Which language the terminal speaks. Decided once per process, from the environment alone: settings are read later than the help. */

/** The languages that have texts, by their ISO 639 names. English is the one that all others are translated from. */
export const languages = ['en', 'de'] as const;
export type Language = (typeof languages)[number];

/** AI_ARTIST_LANG, else the language of messages of POSIX; whatever has no texts is English. */
export function languageOf(environment: NodeJS.ProcessEnv): Language {
  const named = ['AI_ARTIST_LANG', 'LC_ALL', 'LC_MESSAGES', 'LANG'].map((name) => environment[name]).find((value) => value) ?? '';
  // de_AT.UTF-8@euro, de-DE and DE are all de.
  const [word = ''] = named.toLowerCase().split(/[_.@-]/);
  return languages.find((language) => language === word) ?? 'en';
}
