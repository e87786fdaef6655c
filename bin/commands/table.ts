import type { CommandEntry } from '../shell/command-entry.ts';

/** All commands, in the order of the help. Each file is imported when its command is chosen. */
export const commands: readonly CommandEntry[] = [
  {
    usage: 'create [prompt]',
    describe: 'Paint a picture, check it, enlarge it and file it',
    load: async () => (await import('./create.ts')).createCommand,
  },
  {
    usage: 'generate [prompt]',
    describe: 'Paint with every setting of the engine',
    load: async () => (await import('./generate.ts')).generateCommand,
  },
  {
    usage: 'vary <id>',
    describe: 'Another like this: variations of a work',
    load: async () => (await import('./from-work/vary.ts')).varyCommand,
  },
  {
    usage: 'inpaint <id>',
    describe: 'Paint a part of a work anew',
    load: async () => (await import('./from-work/inpaint.ts')).inpaintCommand,
  },
  {
    usage: 'grid [prompt]',
    describe: 'The same picture with other values of two or three options, on a labelled sheet',
    load: async () => (await import('./grid/grid.ts')).gridCommand,
  },
  {
    usage: 'period',
    describe: 'Periods: phases with their own topics, an end and measured results',
    load: async () => (await import('./period/period.ts')).periodCommand,
  },
  {
    usage: 'series',
    describe: 'Several works on one subject or in one style',
    load: async () => (await import('./series/series.ts')).seriesCommand,
  },
  {
    usage: 'reproduce <id>',
    describe: 'Paint a work again from its recipe and compare the pixels',
    load: async () => (await import('./reproduce.ts')).reproduceCommand,
  },
  {
    usage: 'verify <file>',
    describe: 'Tell where a picture is from: signature, recipe, watermark, gallery',
    load: async () => (await import('./verify.ts')).verifyCommand,
  },
  {
    usage: 'score <images...>',
    describe: 'Score how well pictures fit a text, best first',
    load: async () => (await import('./score.ts')).scoreCommand,
  },
  {
    usage: 'why <id>',
    describe: 'Explain why a work was kept over the other candidates',
    load: async () => (await import('./why.ts')).whyCommand,
  },
  {
    usage: 'rate <works-and-rating...>',
    describe: 'Rate works from 1 to 5; same as gallery rate',
    load: async () => (await import('./gallery/rate.ts')).rateCommand,
  },
  {
    usage: 'duel [first] [second]',
    describe: 'Say which of two works is better',
    load: async () => (await import('./duel.ts')).duelCommand,
  },
  {
    usage: 'publish',
    describe: 'Post works to networks: once, with credit, marked as made by a machine',
    load: async () => (await import('./publish/publish.ts')).publishCommand,
  },
  {
    usage: 'taste',
    describe: 'Your taste, learned from ratings and duels',
    load: async () => (await import('./taste/taste.ts')).tasteCommand,
  },
  {
    usage: 'measure',
    describe: 'Measure style, diversity and gain of the works',
    load: async () => (await import('./measure/measure.ts')).measureCommand,
  },
  { usage: 'upscale <image>', describe: 'Enlarge a picture', load: async () => (await import('./upscale.ts')).upscaleCommand },
  {
    usage: 'train [folder]',
    describe: 'Learn a style or a subject from pictures: a LoRA',
    load: async () => (await import('./train/train.ts')).trainCommand,
  },
  {
    usage: 'proposal',
    describe: 'A LoRA from your best works: train, try, adopt or reject',
    load: async () => (await import('./proposal/proposal.ts')).proposalCommand,
  },
  {
    usage: 'convert <model>',
    describe: 'Write a model in another weight type or file format',
    load: async () => (await import('./convert.ts')).convertCommand,
  },
  {
    usage: 'models',
    describe: 'Models: list, download, inspect, remove',
    load: async () => (await import('./models/models.ts')).modelsCommand,
  },
  {
    usage: 'lora',
    describe: 'LoRAs on this machine: inspect, merge, resize, convert',
    load: async () => (await import('./lora/lora.ts')).loraCommand,
  },
  {
    usage: 'inspect <files...>',
    describe: 'Show the recipe of a picture, or what a model or LoRA file is',
    load: async () => (await import('./inspect.ts')).inspectCommand,
  },
  {
    usage: 'gallery',
    describe: 'The works: list, search, rate, tag, compare, import, export',
    load: async () => (await import('./gallery/gallery.ts')).galleryCommand,
  },
  {
    usage: 'schedule',
    describe: 'Paint at set times; also as ai-artist-schedule',
    load: async () => (await import('./schedule/schedule.ts')).scheduleCommand,
  },
  {
    usage: 'status',
    describe: 'Uptime, success rate, works, style, queue and disk of this home',
    load: async () => (await import('./status.ts')).statusCommand,
  },
  {
    usage: 'simulate',
    describe: 'Simulate the schedule over the coming days, in seconds',
    load: async () => (await import('./simulate.ts')).simulateCommand,
  },
  {
    usage: 'worker',
    describe: 'Paint the works of a queue',
    load: async () => (await import('./worker.ts')).workerCommand,
  },
  {
    usage: 'serve',
    describe: 'Serve the gallery and the queue over HTTP, for programs and web pages',
    load: async () => (await import('./serve/serve.ts')).serveCommand,
  },
  {
    usage: 'backup',
    describe: 'One file with everything of this home: make, verify, restore',
    load: async () => (await import('./backup/backup.ts')).backupCommand,
  },
  {
    usage: 'bench [what]',
    describe: 'Measure this machine, and compare machines',
    load: async () => (await import('./bench/bench.ts')).benchCommand,
  },
  {
    usage: 'tune',
    describe: 'Find the fastest settings of equal quality for a model on this machine',
    load: async () => (await import('./tune/tune.ts')).tuneCommand,
  },
  {
    usage: 'init',
    describe: 'Set up this home: model, schedule, publishing',
    load: async () => (await import('./setup/init.ts')).initCommand,
  },
  {
    usage: 'config',
    describe: 'Settings of this home: show, check, create',
    load: async () => (await import('./config/config.ts')).configCommand,
  },
  {
    usage: 'completion <shell>',
    describe: 'Print the script with which a shell completes commands, options and names',
    load: async () => (await import('./setup/completion.ts')).completionCommand,
  },
  {
    usage: 'doctor',
    describe: 'Check what this machine can do and what is missing',
    load: async () => (await import('./doctor.ts')).doctorCommand,
  },
];
