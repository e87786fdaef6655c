import type { CommandEntry } from '../shell/command-entry.ts';

/** All commands, in the order of the help. Each file is imported when its command is chosen. */
export const commands: readonly CommandEntry[] = [
  {
    usage: 'create [prompt]',
    describe: 'Paint a picture, check it, enlarge it and file it',
    load: async () => (await import('./create.ts')).createCommand,
  },
  {
    usage: 'generate <prompt>',
    describe: 'Paint with every setting of the engine',
    load: async () => (await import('./generate.ts')).generateCommand,
  },
  {
    usage: 'period',
    describe: 'Periods: what works draw from, when they end, what they came to',
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
    usage: 'score <images...>',
    describe: 'Say how well pictures fit a text, best first',
    load: async () => (await import('./score.ts')).scoreCommand,
  },
  {
    usage: 'why <id>',
    describe: 'Say why a work was kept and not another candidate',
    load: async () => (await import('./why.ts')).whyCommand,
  },
  {
    usage: 'rate <works-and-rating...>',
    describe: 'Give works 1 to 5; the same as gallery rate',
    load: async () => (await import('./gallery/rate.ts')).rateCommand,
  },
  {
    usage: 'duel [first] [second]',
    describe: 'Say which of two works is better',
    load: async () => (await import('./duel.ts')).duelCommand,
  },
  {
    usage: 'taste',
    describe: 'What the owner likes, learnt from ratings and duels',
    load: async () => (await import('./taste/taste.ts')).tasteCommand,
  },
  {
    usage: 'measure',
    describe: 'Style, diversity and gain of the works, measured',
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
    describe: 'A LoRA from its own best works: train, try, adopt or reject',
    load: async () => (await import('./proposal/proposal.ts')).proposalCommand,
  },
  {
    usage: 'convert <model>',
    describe: 'Write a model in another weight type or file format',
    load: async () => (await import('./convert.ts')).convertCommand,
  },
  {
    usage: 'models',
    describe: 'Models on this machine and those that can be fetched',
    load: async () => (await import('./models/models.ts')).modelsCommand,
  },
  {
    usage: 'lora',
    describe: 'LoRAs on this machine: what they are, merge, resize',
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
    describe: 'Uptime, success rate, works, style, queue, disk: how this home is doing',
    load: async () => (await import('./status.ts')).statusCommand,
  },
  {
    usage: 'simulate',
    describe: 'Simulate the schedule over the coming days, in seconds',
    load: async () => (await import('./simulate.ts')).simulateCommand,
  },
  {
    usage: 'worker',
    describe: 'Paint what waits in a queue',
    load: async () => (await import('./worker.ts')).workerCommand,
  },
  {
    usage: 'config',
    describe: 'The settings of this home: what they are and where they come from',
    load: async () => (await import('./config/config.ts')).configCommand,
  },
  {
    usage: 'doctor',
    describe: 'What this machine can do, and what is missing',
    load: async () => (await import('./doctor.ts')).doctorCommand,
  },
];
