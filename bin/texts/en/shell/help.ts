/** What --help says besides the lines of commands and options. The manual pages and completion have the English ones, too. */

/** Headings of options. */
const groups = {
  'What to paint': 'What to paint',
  Options: 'Options',
  Picture: 'Picture',
  Sampling: 'Sampling',
  Guidance: 'Guidance',
  'Memory and device': 'Memory and device',
  Output: 'Output',
  'Image to image': 'Image to image',
  Control: 'Control',
  PhotoMaker: 'PhotoMaker',
  Tiling: 'Tiling',
  Cache: 'Cache',
  'Hires fix': 'Hires fix',
  Preview: 'Preview',
  Model: 'Model',
  Start: 'Start',
  'End: the first condition that is met': 'End: the first condition that is met',
  Grid: 'Grid',
  Hypothesis: 'Hypothesis',
  'What to choose from': 'What to choose from',
  Learning: 'Learning',
  'Pictures and captions': 'Pictures and captions',
  Network: 'Network',
  'Noise and loss': 'Noise and loss',
  'Prior preservation': 'Prior preservation',
  Watching: 'Watching',
  Metrics: 'Metrics',
  When: 'When',
  'If it fails': 'If it fails',
  'A model of your own': 'A model of your own',
  Everywhere: 'Everywhere',
};

/** Options of every command. */
const everywhere = {
  json: 'Print one JSON document on stdout, also for errors',
  home: 'Folder of models, pictures and settings. Default: AI_ARTIST_HOME, else ~/.ai-artist',
  set: 'KEY=VALUE: override a setting of config.yaml for this call, such as create.candidates=4; may be given several times',
  quiet: 'Print only errors on stderr',
  debug: 'Also print stack traces, error causes and engine messages',
  trace: 'Also print every line of the engine',
  'log-format': 'Messages on stderr as text, or as json, one object a line. Default: log.format',
  help: 'Show this help',
  version: 'Show the version',
};

export const help = {
  program: 'ai-artist: paint pictures on this machine, without Python or a cloud service',
  usage: 'Usage',
  command: '<command>',
  options: '[options]',
  examples: 'Examples',
  /** Words of the layout of yargs, by what they are there. */
  layout: { 'Commands:': 'Commands:', 'Positionals:': 'Arguments:', boolean: 'boolean', array: 'array' },
  groups,
  everywhere,
  effects: {
    create: 'Paint a picture, enlarge it and print its path',
    generate: 'The same engine with every setting',
    doctor: 'Check what this machine can do and what is missing',
  },
  epilogue: `Environment:
  AI_ARTIST_HOME           Folder of models, pictures and settings; --home overrides it. Default: ~/.ai-artist
  AI_ARTIST__SECTION__KEY  A setting of config.yaml, such as AI_ARTIST__CREATE__CANDIDATES=4; --set overrides it
  AI_ARTIST_BINARY         Load only this compiled addon
  AI_ARTIST_LANG           Language of what is said in the terminal: en, de. Default: that of LC_ALL, LC_MESSAGES or LANG
  HF_TOKEN, HF_ENDPOINT    Token for gated models; address of a mirror of the hub
  NODE_ENV=production      Messages as JSON lines if stderr is not a terminal (see log.format)
  NO_COLOR, TERM=dumb      No colours and no redrawn progress bar

Exit status: 0 done, 1 failed, 2 wrong usage, 130 cancelled (Ctrl-C).
Results go to stdout, everything else to stderr. Documentation: docs/cli.md, docs/operations.md
Help on one command: ai-artist help COMMAND; as a manual page: ai-artist help COMMAND --man | man -l -`,
};
