import type { CommandEntry } from '../main.ts';

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
    usage: 'reproduce <id>',
    describe: 'Paint a work again from its recipe and compare the pixels',
    load: async () => (await import('./reproduce.ts')).reproduceCommand,
  },
  {
    usage: 'score <images...>',
    describe: 'Say how well pictures fit a text, best first',
    load: async () => (await import('./score.ts')).scoreCommand,
  },
  { usage: 'upscale <image>', describe: 'Enlarge a picture', load: async () => (await import('./upscale.ts')).upscaleCommand },
  {
    usage: 'train [folder]',
    describe: 'Learn a style or a subject from pictures: a LoRA',
    load: async () => (await import('./train.ts')).trainCommand,
  },
  {
    usage: 'convert <model>',
    describe: 'Write a model in another weight type or file format',
    load: async () => (await import('./convert.ts')).convertCommand,
  },
  {
    usage: 'models',
    describe: 'Models on this machine and those that can be fetched',
    load: async () => (await import('./models.ts')).modelsCommand,
  },
  {
    usage: 'lora',
    describe: 'LoRAs on this machine: what they are, merge, resize',
    load: async () => (await import('./lora.ts')).loraCommand,
  },
  {
    usage: 'inspect <file>',
    describe: 'Show the recipe of a picture, or what a model or LoRA file is',
    load: async () => (await import('./inspect.ts')).inspectCommand,
  },
  {
    usage: 'config',
    describe: 'The settings of this home: what they are and where they come from',
    load: async () => (await import('./config.ts')).configCommand,
  },
  {
    usage: 'schedule',
    describe: 'Paint at set times; also as ai-artist-schedule',
    load: async () => (await import('./schedule.ts')).scheduleCommand,
  },
  {
    usage: 'worker',
    describe: 'Paint what waits in a queue',
    load: async () => (await import('./worker.ts')).workerCommand,
  },
  {
    usage: 'doctor',
    describe: 'What this machine can do, and what is missing',
    load: async () => (await import('./doctor.ts')).doctorCommand,
  },
];
