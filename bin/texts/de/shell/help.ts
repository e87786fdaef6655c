import type { help as english } from '../../en/shell/help.ts';

const groups = {
  'What to paint': 'Was gemalt wird',
  Options: 'Optionen',
  Picture: 'Bild',
  Sampling: 'Sampling',
  Guidance: 'Führung',
  'Memory and device': 'Speicher und Gerät',
  Output: 'Ausgabe',
  'Image to image': 'Von Bild zu Bild',
  Control: 'ControlNet',
  PhotoMaker: 'PhotoMaker',
  Tiling: 'Kacheln',
  Cache: 'Cache',
  'Hires fix': 'Hires Fix',
  Preview: 'Vorschau',
  Model: 'Modell',
  Start: 'Beginn',
  'End: the first condition that is met': 'Ende: sobald eine Bedingung erfüllt ist',
  Grid: 'Raster',
  Hypothesis: 'Vermutung',
  'What to choose from': 'Woraus gewählt wird',
  Learning: 'Lernen',
  'Pictures and captions': 'Bilder und Beschreibungen',
  Network: 'Netz',
  'Noise and loss': 'Rauschen und Fehler',
  'Prior preservation': 'Erhalt des Vorwissens',
  Watching: 'Beobachten',
  Metrics: 'Messwerte',
  When: 'Wann',
  'If it fails': 'Wenn es scheitert',
  'A model of your own': 'Ein eigenes Modell',
  Everywhere: 'Überall',
};

const everywhere = {
  json: 'Ein JSON-Dokument auf die Standardausgabe schreiben, auch bei Fehlern',
  home: 'Ordner für Modelle, Bilder und Einstellungen. Vorgabe: AI_ARTIST_HOME, sonst ~/.ai-artist',
  set: 'KEY=WERT: eine Einstellung von config.yaml für diesen Aufruf ersetzen, etwa create.candidates=4; mehrfach möglich',
  quiet: 'Nur Fehler melden',
  debug: 'Auch Aufrufketten, Ursachen von Fehlern und Meldungen der Engine zeigen',
  trace: 'Auch jede Zeile der Engine zeigen',
  'log-format': 'Meldungen als text oder als json, ein Objekt je Zeile. Vorgabe: log.format',
  help: 'Diese Hilfe zeigen',
  version: 'Die Version zeigen',
};

export const help: typeof english = {
  program: 'ai-artist: Bilder auf diesem Rechner malen, ohne Python und ohne Cloud-Dienst',
  usage: 'Aufruf',
  command: '<Befehl>',
  options: '[Optionen]',
  examples: 'Beispiele',
  layout: { 'Commands:': 'Befehle:', 'Positionals:': 'Argumente:', boolean: 'Schalter', array: 'mehrfach' },
  groups,
  everywhere,
  effects: {
    create: 'Ein Bild malen, vergrößern und seinen Pfad ausgeben',
    generate: 'Dieselbe Engine mit allen Einstellungen',
    doctor: 'Prüfen, was dieser Rechner kann und was fehlt',
  },
  epilogue: `Umgebung:
  AI_ARTIST_HOME           Ordner für Modelle, Bilder und Einstellungen; --home geht vor. Vorgabe: ~/.ai-artist
  AI_ARTIST__SECTION__KEY  Eine Einstellung von config.yaml, etwa AI_ARTIST__CREATE__CANDIDATES=4; --set geht vor
  AI_ARTIST_BINARY         Nur dieses übersetzte Addon laden
  AI_ARTIST_LANG           Sprache der Meldungen: en, de. Vorgabe: die von LC_ALL, LC_MESSAGES oder LANG
  HF_TOKEN, HF_ENDPOINT    Token für zugangsbeschränkte Modelle; Adresse eines Spiegels des Hubs
  NODE_ENV=production      Meldungen als JSON-Zeilen, wenn sie nicht in ein Terminal gehen (siehe log.format)
  NO_COLOR, TERM=dumb      Keine Farben und kein Fortschrittsbalken

Exit-Status: 0 fertig, 1 gescheitert, 2 falscher Aufruf, 130 abgebrochen (Strg-C).
Ergebnisse gehen auf die Standardausgabe, alles andere auf die Fehlerausgabe. Dokumentation (englisch): docs/cli.md, docs/operations.md
Hilfe zu einem Befehl: ai-artist help BEFEHL; als Handbuchseite (englisch): ai-artist help BEFEHL --man | man -l -`,
};
